namespace Hostlock.Nar;

/// <summary>
/// The SHA-256 of a NAR, written as SRI: <c>sha256-</c> and standard base64 with padding. It is the <c>narHash</c> of a lock.
/// </summary>
public sealed record NarHash
{
    readonly string _base64;

    NarHash(string base64) => _base64 = base64;

    /// <summary>Makes a hash of a digest.</summary>
    /// <param name="digest">The digest, 32 bytes.</param>
    /// <exception cref="ArgumentException">The digest has another length.</exception>
    public static NarHash FromDigest(ReadOnlySpan<byte> digest) =>
        digest.Length == ByteDigest.Sha256Bytes
            ? new(Convert.ToBase64String(digest))
            : throw new ArgumentException("a SHA-256 digest has 32 bytes", nameof(digest));

    /// <summary>Hashes a tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="cancellationToken">Stops the hashing.</param>
    /// <exception cref="NarException">The tree is nested too deep, or changes while it is read.</exception>
    public static NarHash Of(SourceTree tree, CancellationToken cancellationToken) => NarWriter.Hash(tree, null, cancellationToken);

    /// <summary>Reads an SRI text, also without the padding, as Nix does; null if it is no SHA-256.</summary>
    /// <param name="text">The text.</param>
    public static NarHash? TryParse(string text)
    {
        const string prefix = "sha256-";
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var base64 = text[prefix.Length..].TrimEnd('=') + "=";
        Span<byte> digest = stackalloc byte[ByteDigest.Sha256Bytes + 1];
        return base64.Length == 44 && Convert.TryFromBase64String(base64, digest, out var written) && written == ByteDigest.Sha256Bytes
            ? FromDigest(digest[..written])
            : null;
    }

    /// <summary>The hash as SRI.</summary>
    public override string ToString() => $"sha256-{_base64}";
}
