using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>
/// Reads files of the user; there is no other way to read them. A file must be a regular one, so that no pipe or device makes us wait, and
/// must not be too large. Links are followed.
/// </summary>
public static class RegularFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <param name="name">The name that errors show; null for the path.</param>
    /// <exception cref="PlatformException">The file does not exist, is not a regular file, is larger, or cannot be read.</exception>
    public static byte[] Read(string path, long maximumBytes, string? name = null) =>
        TryRead(path, maximumBytes, name) ?? throw PlatformException.NoFile(name ?? path);

    /// <summary>Reads a file; null if it does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <param name="name">The name that errors show; null for the path.</param>
    /// <exception cref="PlatformException">The path is not a regular file, or the file is larger, or cannot be read.</exception>
    public static byte[]? TryRead(string path, long maximumBytes, string? name = null)
    {
        name ??= path;
        try
        {
            var place = Encoding.UTF8.GetBytes(path);
            using var file = TryOpen(place, maximumBytes, name, out var size);
            return file is null ? null
                : ReadWhole(file, place, size, maximumBytes) ?? throw PlatformException.TooLarge(name, maximumBytes + 1, maximumBytes);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(path, why);
        }
    }

    /// <summary>
    /// Reads a file into memory that is used again for the next one; null if it does not exist. A fleet has a thousand locks, and memory
    /// for each would have to be cleared, and collected.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <param name="name">The name that errors show.</param>
    /// <param name="use">Reads the bytes, which are gone afterwards.</param>
    /// <exception cref="PlatformException">As for <see cref="TryRead(string, long, string?)"/>.</exception>
    public static T? TryRead<T>(string path, long maximumBytes, string name, Func<ReadOnlyMemory<byte>, T> use)
        where T : class
    {
        byte[]? bytes = null;
        try
        {
            int length;
            try
            {
                var place = Encoding.UTF8.GetBytes(path);
                if (TryOpen(place, maximumBytes, name, out var size) is not { } file)
                    return null;
                using (file)
                {
                    // One byte more than the file has, so that its end is seen.
                    bytes = ArrayPool<byte>.Shared.Rent((int)size + 1);
                    length = UnixFiles.Read(file, bytes, place);
                }
            }
            catch (Exception why) when (why is IOException or UnauthorizedAccessException)
            {
                throw PlatformException.CannotRead(path, why);
            }
            if (length < bytes.Length && length <= maximumBytes)
                return use(bytes.AsMemory(0, length));
        }
        finally
        {
            if (bytes is not null)
                ArrayPool<byte>.Shared.Return(bytes);
        }
        return TryRead(path, maximumBytes, name) is { } all ? use(all) : null;
    }

    /// <summary>
    /// Reads a file as text, which must be UTF-8. A byte order mark at the beginning is left out. Bytes that are not text are never changed
    /// silently.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <param name="name">The name that errors show; null for the path.</param>
    /// <exception cref="PlatformException">The file does not exist, is not a regular file, is larger, is not UTF-8, or cannot be
    /// read.</exception>
    public static string ReadText(string path, long maximumBytes, string? name = null) =>
        TryReadText(path, maximumBytes, name) ?? throw PlatformException.NoFile(name ?? path);

    /// <summary>Reads a file as <see cref="ReadText"/> does; null if it does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <param name="name">The name that errors show; null for the path.</param>
    /// <exception cref="PlatformException">The path is not a regular file, or the file is larger, is not UTF-8, or cannot be
    /// read.</exception>
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
    /// Reads a file that is not ours, such as the settings of another program. Each byte that is not UTF-8 becomes U+FFFD. Null if the file
    /// does not exist, is too large or cannot be read; the program that owns the file will report the reason.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
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

    /// <summary>
    /// Refuses a path that another program is about to read, unless it is a regular file, which may be missing. The program would wait for
    /// a pipe, and not come to the end of a device.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <exception cref="PlatformException">The path is not a regular file, or the file is larger, or cannot be looked at.</exception>
    public static void Refuse(string path, long maximumBytes) => Refuse(Encoding.UTF8.GetBytes(path), maximumBytes);

    /// <summary>The same for a path whose names need not be text.</summary>
    /// <param name="path">The bytes of the path.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <exception cref="PlatformException">The path is not a regular file, or the file is larger, or cannot be looked at.</exception>
    public static void Refuse(ReadOnlySpan<byte> path, long maximumBytes)
    {
        try
        {
            if (UnixFiles.LookThrough(path) is not { } status)
                return;
            if (status.Kind != UnixFiles.Kind.File)
                throw PlatformException.NotAFile(Encoding.UTF8.GetString(path));
            if (status.Size > maximumBytes)
                throw PlatformException.TooLarge(Encoding.UTF8.GetString(path), status.Size, maximumBytes);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotRead(Encoding.UTF8.GetString(path), why);
        }
    }

    // Null if the file does not exist.
    static SafeFileHandle? TryOpen(byte[] path, long maximumBytes, string name, out long size)
    {
        size = 0;
        // Opening a pipe would wait for somebody to write to it.
        if (UnixFiles.LookThrough(path) is not { } status)
            return null;
        if (status.Kind != UnixFiles.Kind.File)
            throw PlatformException.NotAFile(name);
        if (status.Size > maximumBytes)
            throw PlatformException.TooLarge(name, status.Size, maximumBytes);
        size = status.Size;
        return UnixFiles.OpenFile(path, out _);
    }

    static ReadOnlySpan<byte> WithoutMark(byte[] bytes) =>
        bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;

    // The size of a file is only a hint: the file may grow while it is read, and some files have size 0 and contents.
    static byte[]? ReadWhole(SafeFileHandle file, byte[] path, long size, long most)
    {
        var bytes = new byte[size];
        var length = UnixFiles.Read(file, bytes, path);
        if (length < size)
            return bytes[..length];
        Span<byte> first = stackalloc byte[256];
        var more = first;
        int read;
        while ((read = UnixFiles.Read(file, more, path)) > 0)
        {
            if (bytes.Length + read > most)
                return null;
            bytes = [.. bytes, .. more[..read]];
            more = new byte[Math.Max(bytes.Length, first.Length)];
        }
        return bytes;
    }
}
