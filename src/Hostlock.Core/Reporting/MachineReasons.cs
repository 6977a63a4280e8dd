using Hostlock.Machines;

namespace Hostlock.Reporting;

/// <summary>Says why a machine does not run its host's lock: it is held, the last rollout did not bring the lock, or inputs are
/// frozen.</summary>
public static class MachineReasons
{
    /// <summary>The first reason that holds; null if the machine runs the lock, or none of these holds.</summary>
    /// <param name="status">The machine.</param>
    /// <param name="ofRollout">Why it does not run what the last rollout brings; null if it does, or was not in it.</param>
    /// <param name="today">The present day, in UTC.</param>
    public static string? Of(MachineStatus status, string? ofRollout, DateOnly today)
    {
        if (status.Pins is PinState.InSync)
            return null;
        if (status.Host.Hold is { } hold && !hold.IsOver(today))
            return $"held: {hold}";
        if (ofRollout is not null)
            return ofRollout;
        var frozen = status.Host.Frozen.Where(freeze => !freeze.Value.IsOver(today)).Select(freeze => freeze.Key).ToList();
        return frozen.Count > 0 ? $"frozen: {string.Join(' ', frozen)}" : null;
    }
}
