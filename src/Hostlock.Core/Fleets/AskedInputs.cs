using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>Checks inputs that a command is asked about: one that no lock has is a mistake, and a lock need not have what others
/// have.</summary>
public static class AskedInputs
{
    /// <summary>Refuses an input that no lock has.</summary>
    /// <param name="asked">The inputs that are asked about.</param>
    /// <param name="locks">The locks that the command speaks of; null for one that does not exist or cannot be read.</param>
    /// <exception cref="FleetException">No lock has one of the inputs.</exception>
    public static void Require(InputSelection asked, IReadOnlyList<(LockPlace Place, LockFile? Lock)> locks)
    {
        // What cannot be read says so by itself, and may have the input.
        if (asked.Named.FirstOrDefault(path => !locks.Any(each => each.Lock?.EdgeAt(path) is not null)) is not { } unknown
            || locks.All(each => each.Lock is null))
            return;
        var known = locks.SelectMany(each => each.Lock?.AllInputs() ?? []).Select(input => input.Path.ToString()).Distinct();
        throw locks is [var only] ? FleetException.NotAnInput(only.Place, unknown, known) : FleetException.InNoLock(unknown, known);
    }
}
