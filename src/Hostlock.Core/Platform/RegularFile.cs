using System.Text;

namespace Hostlock.Platform;

/// <summary>
/// The one way in which a file of the user is read: it has to be a regular file, so that no pipe or device holds us up, and no larger than
/// it
/// may be. Links are followed.
/// </summary>
public static class RegularFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">Most bytes it may have.</param>
    /// <param name="name">What the user calls it, for errors; the path if null.</param>
    /// <exception cref="PlatformException">It is not there, is no regular file, is larger, or cannot be read.</exception>
    public static byte[] Read(string path, long maximumBytes, string? name = null) =>
        TryRead(path, maximumBytes, name) ?? throw PlatformException.NoFile(name ?? path);

    /// <summary>Reads a file; null if nothing is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">Most bytes it may have.</param>
    /// <param name="name">What the user calls it, for errors; the path if null.</param>
    /// <exception cref="PlatformException">It is no regular file, is larger, or cannot be read.</exception>
    public static byte[]? TryRead(string path, long maximumBytes, string? name = null)
    {
        name ??= path;
        try
        {
            var bytes = Encoding.UTF8.GetBytes(path);
            // Opening a pipe would wait for somebody to write to it.
            if (UnixFiles.LookThrough(bytes) is not { } status)
                return null;
            if (status.Kind != UnixFiles.Kind.File)
                throw PlatformException.NotAFile(name);
            if (status.Size > maximumBytes)
                throw PlatformException.TooLarge(name, status.Size, maximumBytes);
            using var file = UnixFiles.Open(bytes);
            return ReadWhole(file, status.Size, maximumBytes) ?? throw PlatformException.TooLarge(name, maximumBytes + 1, maximumBytes);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(name, why);
        }
    }

    /// <summary>
    /// Reads a file as text, which has to be UTF-8; without the mark that some editors put first. Bytes that are not text are never changed
    /// in silence.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">Most bytes it may have.</param>
    /// <param name="name">What the user calls it, for errors; the path if null.</param>
    /// <exception cref="PlatformException">It is not there, is no regular file, is larger, is not UTF-8, or cannot be read.</exception>
    public static string ReadText(string path, long maximumBytes, string? name = null) =>
        TryReadText(path, maximumBytes, name) ?? throw PlatformException.NoFile(name ?? path);

    /// <summary>Reads a file as <see cref="ReadText"/> does; null if nothing is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">Most bytes it may have.</param>
    /// <param name="name">What the user calls it, for errors; the path if null.</param>
    /// <exception cref="PlatformException">It is no regular file, is larger, is not UTF-8, or cannot be read.</exception>
    public static string? TryReadText(string path, long maximumBytes, string? name = null)
    {
        if (TryRead(path, maximumBytes, name) is not { } bytes)
            return null;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(WithoutMark(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw PlatformException.NotText(name ?? path);
        }
    }

    /// <summary>
    /// The text of a file that is only looked at, such as settings of other programs; each byte that is not UTF-8 becomes U+FFFD. Null if
    /// nothing
    /// is there, or it cannot be read as a file of that size: it then says nothing to us, and the program whose file it is will say why.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">Most bytes it may have.</param>
    public static string? TextIfReadable(string path, long maximumBytes)
    {
        try
        {
            return TryRead(path, maximumBytes) is { } bytes ? Encoding.UTF8.GetString(WithoutMark(bytes)) : null;
        }
        catch (PlatformException)
        {
            return null;
        }
    }

    static ReadOnlySpan<byte> WithoutMark(byte[] bytes) =>
        bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;

    // What a file says of its size is a hint: it may grow while it is read, and some are of size 0 and have contents.
    static byte[]? ReadWhole(FileStream file, long size, long most)
    {
        var bytes = new byte[size];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length < size)
            return bytes[..length];
        var more = new byte[4096];
        int read;
        while ((read = file.Read(more)) > 0)
        {
            if (bytes.Length + read > most)
                return null;
            bytes = [.. bytes, .. more.AsSpan(0, read)];
            more = new byte[bytes.Length];
        }
        return bytes;
    }
}
