using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Hostlock.Nar;

/// <summary>
/// The name of an entry of a folder. File systems, archives and git keep names as bytes, and so does this type. A name is mostly UTF-8, but
/// need not be, so the caller has to ask for its text.
/// </summary>
/// <remarks>Names are ordered by their bytes, as in a NAR (Nix 2.34.8, libutil/archive.cc).</remarks>
public readonly record struct ByteName : IComparable<ByteName>
{
    readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Makes a name of bytes, which are not copied and must not change any more.</summary>
    /// <param name="bytes">The bytes; none for the root of a tree.</param>
    public ByteName(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The bytes of the name.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>True if it is the name of a root, which has none.</summary>
    public bool IsEmpty => _bytes.IsEmpty;

    /// <summary>Makes a name of a text, as UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="NarException">The text has half a surrogate pair, which no bytes stand for, or a zero byte.</exception>
    public static ByteName Parse(string text) => new(BytesOf(text));

    /// <summary>The name as text.</summary>
    /// <exception cref="NarException">The bytes are not UTF-8.</exception>
    public string ToText() => TextOf(Bytes);

    /// <summary>Compares the bytes of two names.</summary>
    /// <param name="other">The other name.</param>
    public int CompareTo(ByteName other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>Tells whether two names have the same bytes.</summary>
    /// <param name="other">The other name.</param>
    public bool Equals(ByteName other) => Bytes.SequenceEqual(other.Bytes);

    /// <summary>A hash of the bytes.</summary>
    public override int GetHashCode() => HashOf(Bytes);

    /// <summary>The name for messages. Bytes that are not UTF-8 become U+FFFD, so it must not be used to find anything.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    /// <summary>Compares in git's order: a folder sorts as if its name ended in a slash.</summary>
    /// <remarks>git, base_name_compare.</remarks>
    internal static int CompareAsGit(ReadOnlySpan<byte> one, bool oneIsFolder, ReadOnlySpan<byte> other, bool otherIsFolder)
    {
        var common = Math.Min(one.Length, other.Length);
        var order = one[..common].SequenceCompareTo(other[..common]);
        if (order != 0)
            return order;
        var (next, otherNext) = (Next(one, oneIsFolder), Next(other, otherIsFolder));
        return next != otherNext ? next - otherNext : one.Length - other.Length;

        int Next(ReadOnlySpan<byte> name, bool isFolder) => name.Length > common ? name[common] : isFolder ? '/' : -1;
    }

    internal static byte[] BytesOf(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        var status = Utf8.FromUtf16(text, bytes, out _, out _, replaceInvalidSequences: false);
        return status == OperationStatus.Done && !bytes.Contains((byte)0) ? bytes : throw NarException.NoName(text);
    }

    internal static string TextOf(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw NarException.NotText(Encoding.UTF8.GetString(bytes));

    internal static int HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
