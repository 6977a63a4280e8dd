using Hostlock.Platform;
using SharpCompress.Common;
using ZstdSharp;

namespace Hostlock.Fetching.Compression;

/// <summary>
/// A decompressor of a library, opened at the first read. Each library has exceptions of its own for damaged bytes; here they become one
/// error. Errors of reading the input go through unchanged.
/// </summary>
/// <param name="input">The compressed bytes.</param>
/// <param name="open">Opens the decompressor on them.</param>
/// <param name="damaged">Makes the error for damaged bytes from the message of the library.</param>
sealed class DecompressedStream(Stream input, Func<Stream, Stream> open, Func<string, Exception> damaged) : ForwardStream
{
    readonly Source _source = new(input);
    Stream? _decoder;

    /// <summary>Makes a decompressor of an archive, or of a part of one.</summary>
    /// <param name="input">The compressed bytes.</param>
    /// <param name="open">Opens the decompressor on them.</param>
    public static DecompressedStream OfArchive(Stream input, Func<Stream, Stream> open) =>
        new(input, open, message => FetchException.BadArchive($"it is damaged ({message})"));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return (_decoder ??= open(_source)).Read(buffer);
        }
        catch (Exception why) when (why != _source.Failure && IsDamage(why))
        {
            throw damaged(why.Message);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _decoder?.Dispose();
        base.Dispose(disposing);
    }

    // The first three are thrown on purpose; the others happen to the libraries, which do not check all that they read.
    static bool IsDamage(Exception why) =>
        why is InvalidDataException or ZstdException or SharpCompressException
            or EndOfStreamException or IndexOutOfRangeException or ArgumentException or InvalidOperationException or OverflowException;

    /// <summary>The input as the decompressor reads it, and the failure of a read.</summary>
    sealed class Source(Stream input) : ForwardStream
    {
        /// <summary>The failure of the last read; null if none failed.</summary>
        public Exception? Failure { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            try
            {
                return input.Read(buffer);
            }
            catch (Exception why)
            {
                Failure = why;
                throw;
            }
        }

        // Some decompressors read byte by byte.
        public override int ReadByte()
        {
            try
            {
                return input.ReadByte();
            }
            catch (Exception why)
            {
                Failure = why;
                throw;
            }
        }
    }
}
