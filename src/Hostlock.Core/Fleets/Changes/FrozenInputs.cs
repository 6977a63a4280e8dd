using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>Checks the freezes of a lock before they are obeyed, because a freeze with a misspelt name would not hold its input.</summary>
static class FrozenInputs
{
    /// <summary>The error for a freeze that names no input; null if each names one.</summary>
    /// <param name="place">The lock.</param>
    /// <param name="known">The names of the lock's inputs.</param>
    public static FleetException? Unknown(LockPlace place, IEnumerable<string> known)
    {
        if (place.Frozen.Count == 0)
            return null;
        var names = known.Distinct(StringComparer.Ordinal).ToList();
        return place.Frozen.Names.FirstOrDefault(frozen => !names.Contains(frozen)) is { } unknown
            ? FleetException.FreezesNoInput(place, unknown, names)
            : null;
    }

    /// <summary>The names of the inputs directly beneath the flake; none if there is no lock.</summary>
    public static IEnumerable<string> NamesIn(LockFile? file) => file?.Root.Inputs.Names ?? [];
}
