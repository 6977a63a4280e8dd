namespace Hostlock.Fleets;

/// <summary>A part of contents: a run of similar contents, and then new bytes.</summary>
/// <param name="From">The beginning of the run, in bytes.</param>
/// <param name="Length">The length of the run, in bytes.</param>
/// <param name="Own">The bytes that follow the run.</param>
readonly record struct DeltaPart(int From, int Length, ReadOnlyMemory<byte> Own);

/// <summary>
/// Writes contents as their differences from similar ones. The locks of a fleet are alike, so a thousand of them take little more room than
/// one.
/// </summary>
static class ContentsDelta
{
    // Lines that change, such as that of a revision, are few and lie together. A match of this length is no accident.
    const int LinesInStep = 8, Anchor = 48, MostMisses = 64;

    /// <summary>The parts that make up contents.</summary>
    /// <param name="like">The contents that they are like.</param>
    /// <param name="contents">The contents.</param>
    public static List<DeltaPart> Between(ReadOnlySpan<byte> like, ReadOnlyMemory<byte> contents)
    {
        var parts = new List<DeltaPart>();
        var (at, from, misses) = (0, 0, 0);
        while (at < contents.Length)
        {
            var length = contents.Span[at..].CommonPrefixLength(like[from..]);
            var (own, dropped) = NextInCommon(like[(from + length)..], contents.Span[(at + length)..], ref misses);
            parts.Add(new(from, length, contents.Slice(at + length, own)));
            at += length + own;
            from += length + dropped;
        }
        return parts;
    }

    /// <summary>The contents that parts make up; null if a part exceeds the similar contents, or the result has more bytes than
    /// allowed.</summary>
    /// <param name="like">The contents that they are like.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="maximumBytes">The most bytes that they may have.</param>
    public static byte[]? Apply(ReadOnlySpan<byte> like, IReadOnlyList<DeltaPart> parts, long maximumBytes)
    {
        var total = 0L;
        foreach (var part in parts)
        {
            if (part.From < 0 || part.Length < 0 || part.Length > like.Length - part.From)
                return null;
            total += part.Length + part.Own.Length;
        }
        if (total > maximumBytes)
            return null;
        var contents = new byte[total];
        var rest = contents.AsSpan();
        foreach (var part in parts)
        {
            like.Slice(part.From, part.Length).CopyTo(rest);
            part.Own.Span.CopyTo(rest[part.Length..]);
            rest = rest[(part.Length + part.Own.Length)..];
        }
        return contents;
    }

    // The bytes before the next match; all the rest if there is none. Mostly as many lines differ in both.
    static (int Own, int Dropped) NextInCommon(ReadOnlySpan<byte> like, ReadOnlySpan<byte> contents, ref int misses)
    {
        var (own, dropped) = (NextLine(contents, 0), NextLine(like, 0));
        for (var line = 0; line < LinesInStep && contents.Length - own >= Anchor && like.Length - dropped >= Anchor; line++)
        {
            if (contents.Slice(own, Anchor).SequenceEqual(like.Slice(dropped, Anchor)))
                return (own, dropped);
            (own, dropped) = (NextLine(contents, own), NextLine(like, dropped));
        }
        own = NextLine(contents, 0);
        for (var missed = 0; contents.Length - own >= Anchor && misses < MostMisses; missed++, misses++)
        {
            if ((dropped = like.IndexOf(contents.Slice(own, Anchor))) >= 0)
                return (own, dropped);
            // What is new may be long.
            for (var line = 0; line <= missed / LinesInStep; line++)
                own = NextLine(contents, own);
        }
        return (contents.Length, like.Length);
    }

    static int NextLine(ReadOnlySpan<byte> text, int at) => text[at..].IndexOf((byte)'\n') is >= 0 and var end ? at + end + 1 : text.Length;
}
