namespace Hostlock.Fetching.Http;

/// <summary>The answer of a server; its body is read as it comes.</summary>
/// <param name="Body">The bytes, without the content encodings that the server put around them.</param>
/// <param name="ImmutableLink">The address in a <c>Link: …; rel="immutable"</c> header of this answer or a redirect to it; null if there
/// was none.</param>
/// <param name="Tag">The ETag of the answer; null if it has none.</param>
public sealed record Download(Stream Body, string? ImmutableLink, string? Tag) : IDisposable
{
    /// <summary>True if the server says that nothing has changed since the given ETag; the body is then empty.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>The number of bytes of the body; null if the server does not say, or has put an encoding around them.</summary>
    public long? Length { get; init; }

    /// <summary>True if the address ends in <c>.zip</c>, which changes how Nix reads a zip archive.</summary>
    public bool IsNamedZip { get; init; }

    /// <summary>Closes the body.</summary>
    public void Dispose() => Body.Dispose();
}
