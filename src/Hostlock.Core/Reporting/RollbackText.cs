using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the outcome for the lock of a machine that went back to an earlier system.</summary>
public static class RollbackText
{
    /// <summary>Says that a lock stays, because other hosts have it too.</summary>
    /// <param name="host">The host.</param>
    /// <param name="restore">The command that puts it back for all.</param>
    public static string Shared(HostName host, string restore) =>
        $"the lock of {host} is shared, so it stays as it is; to put it back for all: {restore}\n";

    /// <summary>Says that a lock could not be put back.</summary>
    /// <param name="host">The host.</param>
    /// <param name="restore">The command that puts it back.</param>
    public static string NotPutBack(HostName host, string restore) =>
        $"{host} went back, but its lock is not put back; try again: {restore}\n";

    /// <summary>Says that a lock is put back.</summary>
    /// <param name="path">The lock.</param>
    /// <param name="diff">The changes in it.</param>
    public static string PutBack(string path, LockDiff diff) =>
        diff.IsEmpty ? $"{Visible.Name(path)} has these pins already\n" : $"{Visible.Name(path)} has the pins of that system again\n";

    /// <summary>Says whether the repository makes the system that runs.</summary>
    /// <param name="host">The host.</param>
    /// <param name="isSame">True if it does.</param>
    public static string Makes(HostName host, bool isSame) =>
        isSame
            ? $"the repository makes the system of {host} again\n"
            : $"the pins are back, and the modules are newer: the repository makes another system for {host}\n";

    /// <summary>Says that nix could not tell.</summary>
    /// <param name="why">The reason.</param>
    public static string NotEvaluated(HostlockException why) =>
        $"it is not known whether the repository makes that system again: {Visible.Name(why.Message)}\n";

    /// <summary>The commands that hold the inputs which went back, a line each.</summary>
    /// <param name="host">The host.</param>
    /// <param name="diff">What changed in its lock.</param>
    /// <param name="line">Makes a line of hostlock's about the same flake.</param>
    public static string Freezes(HostName host, LockDiff diff, Func<string[], string> line) =>
        string.Concat(
            diff.Changes.Where(change => change is { Path.Length: 1, Moves: true, After: LockEdge.Locked })
                .Select(change => line(["freeze", host.ToString(), change.Path.ToString(), "--reason", "rolled back"]))
                .Select(command => $"keep it there: {command}\n"));
}
