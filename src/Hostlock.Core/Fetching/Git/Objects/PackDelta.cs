namespace Hostlock.Fetching.Git.Objects;

/// <summary>Makes an object of another one and of what differs.</summary>
/// <remarks>git's Documentation: gitformat-pack(5), deltified representation.</remarks>
static class PackDelta
{
    const int MostCopied = 0x10000;

    /// <summary>Applies a delta; null if it is damaged, or belongs to another object, or makes too large an object.</summary>
    /// <param name="from">The object that it is applied to.</param>
    /// <param name="delta">The delta.</param>
    /// <param name="most">The most bytes that the result may have.</param>
    public static byte[]? Apply(ReadOnlySpan<byte> from, ReadOnlySpan<byte> delta, int most)
    {
        if (Size(ref delta) != from.Length || Size(ref delta) is not (>= 0 and var size) || size > most)
            return null;
        var made = new byte[size];
        var at = 0;
        while (!delta.IsEmpty)
        {
            var word = delta[0];
            delta = delta[1..];
            ReadOnlySpan<byte> piece;
            if ((word & 0x80) == 0)
            {
                // So many bytes follow. Zero is not used.
                if (word == 0 || word > delta.Length)
                    return null;
                piece = delta[..word];
                delta = delta[word..];
            }
            else
            {
                if (Number(ref delta, word, 4) is not (>= 0 and var start) || Number(ref delta, word >> 4, 3) is not (>= 0 and var length))
                    return null;
                length = length == 0 ? MostCopied : length;
                if (start + length > from.Length)
                    return null;
                piece = from.Slice((int)start, (int)length);
            }
            if (piece.Length > made.Length - at)
                return null;
            piece.CopyTo(made.AsSpan(at));
            at += piece.Length;
        }
        return at == made.Length ? made : null;
    }

    // Seven bits in each byte, the lowest first; -1 if it ends too early or is too large.
    static long Size(ref ReadOnlySpan<byte> bytes)
    {
        var size = 0L;
        for (var i = 0; i < 5 && i < bytes.Length; i++)
        {
            size |= (long)(bytes[i] & 0x7f) << (7 * i);
            if ((bytes[i] & 0x80) == 0)
            {
                bytes = bytes[(i + 1)..];
                return size;
            }
        }
        return -1;
    }

    // The bytes of a number that are not zero, the lowest first; a bit for each says which. -1 if they end too early.
    static long Number(ref ReadOnlySpan<byte> bytes, int which, int most)
    {
        var number = 0L;
        for (var i = 0; i < most; i++)
        {
            if ((which & (1 << i)) == 0)
                continue;
            if (bytes.IsEmpty)
                return -1;
            number |= (long)bytes[0] << (8 * i);
            bytes = bytes[1..];
        }
        return number;
    }
}
