using System.Runtime.InteropServices;

namespace Hostlock.Platform;

/// <summary>The three standard streams of this program.</summary>
public static partial class StandardStreams
{
    const int ReadAndWrite = 2;
    const int LastStandard = 2;

    /// <summary>
    /// Opens /dev/null in place of each stream that is closed. Otherwise a file that is opened later would get the stream's number, and
    /// what is printed would be written to it. It comes before all else that the program does.
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

    [LibraryImport("libc", EntryPoint = "open")]
    private static unsafe partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
