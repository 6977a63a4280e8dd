using System.Runtime.InteropServices;

namespace Hostlock.Platform;

/// <summary>
/// A stream that is open already when the program starts. The runtime's own stream would first send the terminal a sequence that changes
/// what its keys mean, and a file stream would write at offsets of its own in a file that others write to as well.
/// </summary>
/// <param name="descriptor">Its number.</param>
sealed partial class DescriptorStream(int descriptor) : OutputStream
{
    const int Interrupted = 4, BrokenPipe = 32;
    const short Writable = 4;

    // errno.h of Linux and of macOS.
    static int TryAgain => OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>Writes bytes, all of them. If the reader is gone, they are dropped.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var written = 0; written < buffer.Length;)
            {
                var count = Write(descriptor, start + written, (nuint)(buffer.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                    continue;
                }
                switch (Marshal.GetLastPInvokeError())
                {
                    case Interrupted:
                        break;
                    case var error when error == TryAgain:
                        // The program that gave us the stream made it non-blocking.
                        var wait = new Wait { Descriptor = descriptor, Events = Writable };
                        _ = Poll(ref wait, 1, -1);
                        break;
                    case BrokenPipe:
                        return;
                    case var error:
                        throw new IOException(Marshal.GetPInvokeErrorMessage(error));
                }
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Wait
    {
        public int Descriptor;
        public short Events, Happened;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref Wait wait, nuint count, int milliseconds);
}
