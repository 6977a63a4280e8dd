using System.Globalization;
using System.Runtime.InteropServices;

namespace Hostlock.Platform;

/// <summary>A process and all processes that it started, directly or not, at one moment.</summary>
/// <remarks>proc_pid_stat(5). A system without /proc has no such list; only the process itself is known there.</remarks>
sealed partial class ProcessTree
{
    const int Terminate = 15;
    const int Kill = 9;

    const int NoSuchProcess = 3;

    readonly List<(int Id, ulong Started)> _processes = [];

    /// <summary>The number of this process.</summary>
    public static int Own { get; } = GetOwn();

    /// <summary>Finds the processes below a process.</summary>
    public ProcessTree(int root)
    {
        var children = Read().ToLookup(process => process.Parent);
        var open = new Stack<int>([root]);
        // A process without a file in /proc can still be signalled by its id, because it is our child, and its id is not given to another
        // until we have waited for its end.
        _processes.Add((root, StatusOf(root)?.Started ?? 0));
        while (open.TryPop(out var parent))
        {
            foreach (var (id, _, _, started) in children[parent])
            {
                _processes.Add((id, started));
                open.Push(id);
            }
        }
    }

    ProcessTree(IEnumerable<(int Id, ulong Started)> processes) => _processes.AddRange(processes);

    /// <summary>The processes of a session, and those whose environment has a text, whatever session they are in.</summary>
    /// <param name="session">The number of the session.</param>
    /// <param name="mark">The text.</param>
    public static ProcessTree OfSession(int session, string mark) =>
        new(
            from process in Read()
            where process.Session == session || HasMark(process.Id, mark)
            select (process.Id, process.Started));

    /// <summary>True if there are none.</summary>
    public bool IsEmpty => _processes.Count == 0;

    /// <summary>Ends this process as a kill from outside does: nothing is cleaned up.</summary>
    public static void KillOwn() => _ = Send(Own, Kill);

    /// <summary>Tells whether a process with a number runs, under any user.</summary>
    public static bool IsRunning(int id) => Send(id, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    /// <summary>Asks all these processes to end.</summary>
    public void AskToEnd() => Signal(Terminate);

    /// <summary>Kills the processes that still run.</summary>
    public void End() => Signal(Kill);

    void Signal(int signal)
    {
        foreach (var (id, started) in _processes)
        {
            // An id may belong to another process by now; the time of its start tells.
            if (started == (StatusOf(id)?.Started ?? 0))
                _ = Send(id, signal);
        }
    }

    static bool HasMark(int id, string mark)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/environ"))
                .Contains(mark, StringComparison.Ordinal);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return false; // the process has ended, or is somebody else's
        }
    }

    static IEnumerable<(int Id, int Parent, int Session, ulong Started)> Read() =>
        Directory.Exists("/proc/self")
            ? from folder in Directory.EnumerateDirectories("/proc")
              where int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)
              let id = int.Parse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture)
              let status = StatusOf(id)
              where status is not null
              where !status.Value.IsDead
              select (id, status.Value.Parent, status.Value.Session, status.Value.Started)
            : [];

    static (bool IsDead, int Parent, int Session, ulong Started)? StatusOf(int id)
    {
        try
        {
            // The name is in parentheses and may hold anything; the state is the third field, the parent the fourth, the session the
            // sixth, the start the twenty-second.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (
                fields[0] is "Z" or "X",
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                int.Parse(fields[3], CultureInfo.InvariantCulture),
                ulong.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return null; // the process has ended
        }
    }

    // The runtime's own entry point can only send the signal that kills.
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetPid")]
    private static partial int GetOwn();
}
