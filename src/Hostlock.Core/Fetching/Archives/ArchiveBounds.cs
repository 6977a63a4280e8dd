namespace Hostlock.Fetching.Archives;

/// <summary>
/// Bounds on what a server or an archive may ask of this machine, so that a trap ends in an error and not in a full disk or an endless wait.
/// </summary>
/// <param name="Received">The most bytes of a body as it was sent. So many may also be copied to a temporary file.</param>
/// <param name="Inflated">The most bytes that one layer of compression may inflate to.</param>
/// <param name="Unpacked">The most bytes of contents that are put on disk.</param>
/// <param name="Members">The most members, and the most entries of the tree, folders that only paths name included.</param>
public sealed record ArchiveBounds(long Received, long Inflated, long Unpacked, int Members)
{
    /// <summary>Room for forty times nixpkgs.</summary>
    public static readonly ArchiveBounds Default = new(4L << 30, 16L << 30, 4L << 30, 4_000_000);

    /// <summary>The most bytes that the target of a link may have: as many as a path, and as Nix reads of a NAR.</summary>
    public const int Target = 4095;

    /// <summary>A body that ends in an error if it has too many bytes; one that can be read back and forth stays so.</summary>
    /// <exception cref="FetchException">It can be seen at once to have too many.</exception>
    internal Stream Of(Stream body)
    {
        if (!body.CanSeek)
            return new BoundedStream(body, Received, TooMany);
        return body.Length <= Received ? body : throw TooMany();

        FetchException TooMany() => FetchException.ArchiveTooLarge("what was sent in bytes", Received);
    }

    /// <summary>A stream that is put on disk, and ends in an error if it has too many bytes.</summary>
    internal Stream OfUnpacked(Stream contents) =>
        new BoundedStream(contents, Unpacked, () => FetchException.ArchiveTooLarge("its size in bytes", Unpacked));
}

/// <summary>How an archive is unpacked.</summary>
/// <param name="Folder">Where temporary files go.</param>
/// <param name="Bounds">What is too much.</param>
/// <param name="IsNamedZip">
/// True if the URL ends in <c>.zip</c>. Nix then reads a zip archive by its directory, and any other member by member, without knowing modes
/// and links.
/// </param>
sealed record Unpacking(string Folder, ArchiveBounds Bounds, bool IsNamedZip = false);
