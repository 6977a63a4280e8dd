using System.Collections;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Benchmarks;

/// <summary>
/// Runs a program by the calls of the system alone. To start a program by .NET's own class, and to hear of its end, takes more than a
/// millisecond, which is a third of what <c>hostlock --version</c> takes.
/// </summary>
static partial class ChildRun
{
    // More than the structure has in any C library.
    const int FileActionsBytes = 512, UsageNumbers = 32;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program, looked for on the PATH, and its arguments.</param>
    /// <param name="variables">What its environment has beside that of this program, or otherwise.</param>
    /// <param name="started">Is told the number of the process.</param>
    /// <returns>What it took of the machine.</returns>
    /// <exception cref="InvalidOperationException">It cannot be run, or it fails.</exception>
    public static ChildUsage Complete(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables, Action<int> started)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!);
        foreach (var (name, value) in variables)
            environment[name] = value;
        using var output = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        using var errors = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var told = new MemoryStream();
        var readers = new[] { new Thread(() => output.CopyTo(Stream.Null)), new Thread(() => errors.CopyTo(told)) };
        foreach (var reader in readers)
            reader.Start();
        var process = Start(command, environment, output.ClientSafePipeHandle, errors.ClientSafePipeHandle);
        output.DisposeLocalCopyOfClientHandle();
        errors.DisposeLocalCopyOfClientHandle();
        started(process);
        var usage = new long[UsageNumbers];
        if (Wait(process, out var status, 0, usage) != process)
            throw new InvalidOperationException($"{string.Join(' ', command)}: its end is not known");
        foreach (var reader in readers)
            reader.Join();
        return status == 0
            ? ChildUsage.Of(usage)
            : throw new InvalidOperationException(
                $"{string.Join(' ', command)}: status {status}\n{Encoding.UTF8.GetString(told.ToArray())}");
    }

    static int Start(
        IReadOnlyList<string> command, Dictionary<string, string> environment, SafePipeHandle output, SafePipeHandle errors)
    {
        var actions = new byte[FileActionsBytes];
        var error = InitializeFileActions(actions);
        if (error == 0)
            error = AddDuplicate(actions, (int)output.DangerousGetHandle(), 1);
        if (error == 0)
            error = AddDuplicate(actions, (int)errors.DangerousGetHandle(), 2);
        var process = 0;
        if (error == 0)
        {
            error = Spawn(
                out process, command[0], actions, 0, [.. command, null], [.. environment.Select(pair => $"{pair.Key}={pair.Value}"), null]);
        }
        DestroyFileActions(actions);
        return error == 0 ? process : throw new InvalidOperationException($"{command[0]}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(
        out int process, string program, byte[] actions, nint attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeFileActions([Out] byte[] actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate([In, Out] byte[] actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyFileActions([In, Out] byte[] actions);

    [LibraryImport("libc", EntryPoint = "wait4")]
    private static partial int Wait(int process, out int status, int options, [Out] long[] usage);
}
