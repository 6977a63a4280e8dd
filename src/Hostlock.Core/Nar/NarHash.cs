using System.Security.Cryptography;

namespace Hostlock.Nar;

/// <summary>
/// A SHA-256 over a NAR, written as SRI: <c>sha256-</c> and standard base64 with padding. The <c>narHash</c> of a lock.
/// </summary>
public readonly record struct NarHash
{
    readonly string? _base64;

    NarHash(string base64) => _base64 = base64;

    /// <summary>The 32 bytes of a digest as a hash.</summary>
    public static NarHash FromDigest(ReadOnlySpan<byte> digest) =>
        digest.Length == SHA256.HashSizeInBytes
            ? new(Convert.ToBase64String(digest))
            : throw new ArgumentException("a SHA-256 digest has 32 bytes", nameof(digest));

    /// <summary>The hash of a tree.</summary>
    /// <exception cref="NarException">It is nested too deep, or changes while it is read.</exception>
    public static NarHash Of(SourceTree tree, CancellationToken cancellationToken) => NarWriter.Hash(tree, null, cancellationToken);

    /// <summary>Reads an SRI text; Nix takes it without the padding too.</summary>
    public static NarHash? TryParse(string text)
    {
        const string prefix = "sha256-";
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var base64 = text[prefix.Length..].TrimEnd('=') + "=";
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes + 1];
        return base64.Length == 44 && Convert.TryFromBase64String(base64, digest, out var written) && written == SHA256.HashSizeInBytes
            ? FromDigest(digest[..written])
            : null;
    }

    public override string ToString() => $"sha256-{_base64}";
}
