using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>The three standard streams of this program.</summary>
public static partial class StandardStreams
{
    const int ReadAndWrite = 2;
    const int StandardInput = 0, StandardOutput = 1, StandardError = 2;
    const int LastStandard = 2;
    const int BrokenPipe = 13, IgnoreSignal = 1;

    /// <summary>
    /// Opens /dev/null in place of each stream that is closed. Otherwise a file that is opened later would get the stream's number, and
    /// what is printed would be written to it. It has to be the first thing that the program does.
    /// </summary>
    public static unsafe void OpenClosed()
    {
        // A file that is opened gets the smallest number that is free.
        int opened;
        fixed (byte* path = "/dev/null\0"u8)
        {
            do
                opened = Open(path, ReadAndWrite);
            while (opened is >= 0 and <= LastStandard);
        }
        if (opened >= 0)
            _ = Close(opened);
    }

    /// <summary>The standard input, if it is a terminal. The runtime's own reader would change the mode of the terminal.</summary>
    public static Stream Terminal() => new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>The standard output.</summary>
    public static Stream Output() => new DescriptorStream(StandardOutput);

    /// <summary>The standard error output.</summary>
    public static Stream Errors() => new DescriptorStream(StandardError);

    /// <summary>Prints a line before anything else of the program is made ready.</summary>
    /// <param name="line">The line.</param>
    /// <returns>False if it cannot be printed.</returns>
    public static bool TryPrint(string line)
    {
        // A reader that is gone ends no program of the runtime; it sets this once signals are asked for.
        _ = Signal(BrokenPipe, IgnoreSignal);
        try
        {
            using var output = Output();
            output.Write(Encoding.UTF8.GetBytes(line));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// The columns of the terminal that the standard output is; null if it is none, or does not say. The runtime would answer this too, but
    /// it sends the terminal a sequence first that changes what its keys mean.
    /// </summary>
    public static int? TerminalWidth() => GetWindowSize(StandardOutput, out var size) == 0 && size.Columns > 0 ? size.Columns : null;

    /// <summary>The rows of the terminal that the standard output is; null if it is none, or does not say.</summary>
    public static int? TerminalHeight() => GetWindowSize(StandardOutput, out var size) == 0 && size.Rows > 0 ? size.Rows : null;

    /// <summary>True if the output and the errors go to one place: a terminal, a pipe or a file. Null if the system does not say where a
    /// stream leads; Linux does.</summary>
    public static bool? AreOne() => Place(StandardOutput) is { } output ? output == Place(StandardError) : null;

    static string? Place(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;

    /// <summary>True if the terminal that was the standard input is gone: its window was closed, or its connection ended. Nothing is read
    /// from it, so that a program in the background is not stopped.</summary>
    public static unsafe bool IsTerminalGone()
    {
        var asked = new PollEvent { Descriptor = StandardInput };
        return Poll(&asked, 1, 0, out var answered) == 0 && answered > 0 && (asked.Triggered & (Failed | HungUp | Closed)) != 0;
    }

    // The bits of poll(2), as the runtime's own entry point numbers them.
    const short Failed = 0x0008, HungUp = 0x0010, Closed = 0x0020;

    [StructLayout(LayoutKind.Sequential)]
    struct PollEvent
    {
        public int Descriptor;
        public short Awaited, Triggered;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Poll")]
    private static unsafe partial int Poll(PollEvent* events, uint count, int milliseconds, out uint triggered);

    [StructLayout(LayoutKind.Sequential)]
    struct WindowSize
    {
        public ushort Rows, Columns, Width, Height;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetWindowSize")]
    private static partial int GetWindowSize(nint descriptor, out WindowSize size);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "open")]
    private static unsafe partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
