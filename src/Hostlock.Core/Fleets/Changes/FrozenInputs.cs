using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>The freezes of a lock, looked at before one is obeyed: a freeze whose name is misspelt would let go what it is to keep.</summary>
static class FrozenInputs
{
    /// <summary>The error that a freeze names no input; null if each does.</summary>
    /// <param name="place">The lock.</param>
    /// <param name="known">The names of its inputs, wherever they come from.</param>
    public static FleetException? Unknown(LockPlace place, IEnumerable<string> known)
    {
        if (place.Frozen.Count == 0)
            return null;
        var names = known.Distinct(StringComparer.Ordinal).ToList();
        return place.Frozen.Names.FirstOrDefault(frozen => !names.Contains(frozen)) is { } unknown ? FleetException.FreezesNoInput(place, unknown, names) : null;
    }

    /// <summary>The names of the inputs directly beneath the flake; none if there is no lock.</summary>
    public static IEnumerable<string> NamesIn(LockFile? file) => file?.Root.Inputs.Names ?? [];
}
