namespace Hostlock.Fetching.Compression;

/// <summary>The window of xz and lzma: the memory in bytes that a file needs to be inflated.</summary>
static class LzmaWindow
{
    /// <summary>The largest window that is accepted, in bytes, as in libarchive.</summary>
    public const long Most = 1L << 30;

    /// <summary>The window in bytes for a property of LZMA2, which is at most 40.</summary>
    /// <remarks>The .xz file format, 5.3.1.</remarks>
    public static long Of(byte property) => property == 40 ? uint.MaxValue : (2L | (property & 1L)) << (property / 2 + 11);
}
