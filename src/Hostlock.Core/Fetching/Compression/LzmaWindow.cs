using System.Buffers.Binary;

namespace Hostlock.Fetching.Compression;

/// <summary>The window of xz and lzma: the memory in bytes that a file needs to be inflated.</summary>
static class LzmaWindow
{
    /// <summary>The largest window that is accepted, in bytes, as in libarchive.</summary>
    public const long Most = 1L << 30;

    /// <summary>The window in bytes for a property of LZMA2, which is at most 40.</summary>
    /// <remarks>The .xz file format, 5.3.1.</remarks>
    public static long Of(byte property) => property == 40 ? uint.MaxValue : (2L | (property & 1L)) << (property / 2 + 11);

    /// <summary>The number of bytes of the properties of LZMA: a byte of parameters, then the window.</summary>
    public const int PropertyBytes = 5;

    /// <summary>Refuses properties of LZMA that ask for too large a window.</summary>
    /// <param name="properties">The properties.</param>
    /// <param name="what">The part of an archive that has them, for the message.</param>
    /// <exception cref="FetchException">The window is too large.</exception>
    public static void Check(ReadOnlySpan<byte> properties, string what)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(properties[1..]) > Most)
            throw FetchException.ArchiveTooLarge($"the window of {what} in bytes", Most);
    }
}
