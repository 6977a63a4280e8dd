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

    ProcessTree()
    {
    }

    /// <summary>The processes of a session, and those whose environment has a text, whatever session they are in.</summary>
    /// <param name="session">The number of the session.</param>
    /// <param name="mark">The text.</param>
    public static ProcessTree OfSession(int session, string mark)
    {
        var tree = new ProcessTree();
        foreach (var process in Read())
        {
            switch (process.Session == session ? true : HasMark(process.Id, mark))
            {
                case true:
                    tree._processes.Add((process.Id, process.Started));
                    break;
                case null:
                    tree.MayLackSome = true;
                    break;
            }
        }
        return tree;
    }

    /// <summary>True if there are none.</summary>
    public bool IsEmpty => _processes.Count == 0;

    /// <summary>True if a process was just about to run another program, so that nobody could tell whether it belongs to these.</summary>
    public bool MayLackSome { get; private set; }

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

    // Null if nobody can tell yet. A process that begins to run another program has no environment for a moment, and on a busy machine the
    // moment may be long.
    static bool? HasMark(int id, string mark)
    {
        try
        {
            var environment = Environment();
            if (environment.Length == 0 && BeginsAnother(Text(id, "stat")))
                return null;
            // The process may have begun the other program between the two questions.
            return (environment.Length == 0 ? Environment() : environment).Contains(mark, StringComparison.Ordinal);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return false; // the process has ended, or is somebody else's
        }

        string Environment() => Text(id, "environ");
    }

    /// <summary>True if a process has memory, and the kernel has put no environment into it yet.</summary>
    /// <param name="status">The text of its <c>stat</c>. The size of its memory is the 23rd field, and the end of its environment the
    /// 51st.</param>
    internal static bool BeginsAnother(string status) => FieldsOf(status) is var fields && fields[20] != "0" && fields[48] == "0";

    static string Text(int id, string file) => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/{file}"));

    // The fields from the third on: the name, which is the second, is in parentheses and may hold anything.
    static string[] FieldsOf(string status) => status[(status.LastIndexOf(')') + 2)..].TrimEnd().Split(' ');

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
            // The state is the third field, the parent the fourth, the session the sixth, the start the twenty-second.
            var fields = FieldsOf(Text(id, "stat"));
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
