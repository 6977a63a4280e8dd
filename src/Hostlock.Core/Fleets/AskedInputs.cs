using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>Checks inputs that a command is asked about: an input that no lock has is a mistake, but not every lock need have it.</summary>
public static class AskedInputs
{
    /// <summary>Refuses an input that no lock has.</summary>
    /// <param name="asked">The inputs that are asked about.</param>
    /// <param name="locks">The locks that the command is about; null for one that does not exist or cannot be read.</param>
    /// <exception cref="FleetException">No lock has one of the inputs.</exception>
    public static void Require(InputSelection asked, IReadOnlyList<(LockPlace Place, LockFile? Lock)> locks)
    {
        // A lock that cannot be read is reported elsewhere, and may have the input.
        if (asked.Named.FirstOrDefault(path => !locks.Any(each => each.Lock?.EdgeAt(path) is not null)) is not { } unknown
            || locks.All(each => each.Lock is null))
            return;
        var known = locks.SelectMany(each => each.Lock?.AllInputs() ?? []).Select(input => input.Path.ToString()).Distinct();
        throw locks is [var only] ? FleetException.NotAnInput(only.Place, unknown, known) : FleetException.InNoLock(unknown, known);
    }
}
