using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>An object of a repository that is a file of its own, as git leaves it until it packs many objects. It is read without
/// starting git.</summary>
/// <remarks>git's Documentation: gitrepository-layout(5).</remarks>
static class LooseObject
{
    // Bytes that hold the kind, the size and the zero byte of an object of any size that is read.
    const int Head = 32;

    /// <summary>Refuses an object whose file this user may not read.</summary>
    /// <param name="folder">The folder of the objects.</param>
    /// <param name="id">The id of the object, forty hexadecimal digits.</param>
    /// <exception cref="PlatformException">This user may not read it.</exception>
    public static void RefuseDenied(string folder, string id)
    {
        try
        {
            Open(folder, id).Dispose();
        }
        catch (DeniedException denied)
        {
            throw denied.Told;
        }
        catch (IOException)
        {
            // It is in a pack, or nowhere.
        }
    }

    /// <summary>Reads the contents of an object; null if it is no file of its own, is of another kind, or is damaged.</summary>
    /// <param name="folder">The folder of the objects.</param>
    /// <param name="id">The id of the object, forty hexadecimal digits.</param>
    /// <param name="kind">Its kind: <c>commit</c>, <c>tree</c>.</param>
    /// <param name="maximum">The largest size that is read, in bytes.</param>
    public static byte[]? Read(string folder, string id, string kind, int maximum)
    {
        try
        {
            using var file = Open(folder, id);
            using var inflated = new ZLibStream(file, CompressionMode.Decompress);
            // The size comes first, and most objects are small: room for the largest one would be most of what is allocated for an input.
            Span<byte> head = stackalloc byte[Head];
            head = head[..inflated.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            var start = kind.Length + 1;
            if (head.IndexOf((byte)0) is not (>= 0 and var end)
                || end < start
                || !Ascii.Equals(head[..kind.Length], kind)
                || head[kind.Length] != (byte)' '
                || !Utf8Parser.TryParse(head[start..end], out int size, out var digits)
                || digits != end - start
                || size < 0
                || size > maximum)
                return null;
            var bytes = new byte[size];
            var rest = head[(end + 1)..];
            if (rest.Length > size)
                return null;
            rest.CopyTo(bytes);
            inflated.ReadExactly(bytes.AsSpan(rest.Length));
            // The checksum is looked at with the end.
            return inflated.ReadByte() < 0 ? bytes : null;
        }
        catch (Exception why) when (why is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static FileContents Open(string folder, string id) =>
        UnixFiles.Open(Encoding.UTF8.GetBytes(Path.Combine(folder, id[..2], id[2..])));
}
