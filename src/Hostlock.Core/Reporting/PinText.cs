using Hostlock.Flakes;

namespace Hostlock.Reporting;

/// <summary>Renders the pin of an entry of a lock as a word.</summary>
static class PinText
{
    const int ShortHash = 14;

    /// <summary>The first digits of the revision; else the date, the first letters of the hash, or the type: the first of these that the
    /// entry has.</summary>
    public static string Short(FlakeRef locked) =>
        Visible.Name(
            locked.ShortRevision
                ?? locked.LastModified?.ToString()
                ?? locked.NarHash?[..Math.Min(ShortHash, locked.NarHash.Length)]
                ?? locked.Type);
}
