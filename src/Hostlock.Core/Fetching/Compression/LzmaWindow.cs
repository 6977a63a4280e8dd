namespace Hostlock.Fetching.Compression;

/// <summary>The window of xz and lzma: how much memory a file asks for, in bytes.</summary>
static class LzmaWindow
{
    /// <summary>The most that is given, as in libarchive.</summary>
    public const long Most = 1L << 30;

    /// <summary>The window by its property in LZMA2, which is at most 40.</summary>
    /// <remarks>The .xz file format, 5.3.1.</remarks>
    public static long Of(byte property) => property == 40 ? uint.MaxValue : (2L | (property & 1L)) << (property / 2 + 11);
}
