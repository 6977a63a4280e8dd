namespace Hostlock.Fetching.Archives;

/// <summary>
/// Bounds on the bytes and entries of an archive, so that a trap ends in an error and not in a full disk or an endless wait.
/// </summary>
/// <param name="Received">The most bytes of a body as it was sent. A temporary copy of the body may have as many.</param>
/// <param name="Inflated">The most bytes that one layer of compression may inflate to.</param>
/// <param name="Unpacked">The most bytes of contents that are written to disk.</param>
/// <param name="Members">The most members of the archive, and the most entries of its tree. Folders that only paths name are
/// counted.</param>
public sealed record ArchiveBounds(long Received, long Inflated, long Unpacked, int Members)
{
    /// <summary>The usual bounds: room for ten times nixpkgs.</summary>
    public static readonly ArchiveBounds Default = new(1L << 30, 16L << 30, 4L << 30, 1_000_000);

    /// <summary>The most bytes of a link's target: as many as a path may have, and as many as Nix accepts in a NAR.</summary>
    public const int Target = 4095;

    /// <summary>
    /// The body as a stream that ends in an error if it has too many bytes. If the body can be read back and forth, the stream can too.
    /// </summary>
    /// <exception cref="FetchException">The length of the body is known, and is too large.</exception>
    internal Stream Of(Stream body)
    {
        if (!body.CanSeek)
            return new BoundedStream(body, Received, TooMany);
        return body.Length <= Received ? body : throw TooMany();

        FetchException TooMany() => FetchException.ArchiveTooLarge("what was sent in bytes", Received);
    }

    /// <summary>The contents as a stream that ends in an error if they are too large to be written to disk.</summary>
    internal Stream OfUnpacked(Stream contents) =>
        new BoundedStream(contents, Unpacked, () => FetchException.ArchiveTooLarge("its size in bytes", Unpacked));
}

/// <summary>The bounds within which an archive is unpacked.</summary>
/// <param name="Folder">The folder of temporary files.</param>
/// <param name="Bounds">The bounds of the archive.</param>
/// <param name="IsNamedZip">True if the URL ends in <c>.zip</c>. Nix then reads a zip archive by its directory. It reads any other zip
/// archive member by member, and does not see modes and links.</param>
sealed record Unpacking(string Folder, ArchiveBounds Bounds, bool IsNamedZip = false);
