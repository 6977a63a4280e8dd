namespace Hostlock.Fetching.Http;

/// <summary>An answer whose body is read as it comes.</summary>
/// <param name="Body">The bytes, without the content encodings that the server put around them.</param>
/// <param name="ImmutableLink">The address in a <c>Link: …; rel="immutable"</c> header met on the way, or null.</param>
/// <param name="Tag">The answer's ETag, or null.</param>
public sealed record Download(Stream Body, string? ImmutableLink, string? Tag) : IDisposable
{
    /// <summary>True if the server says that what was had before is still right; there is no body then.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>True if the address ends in <c>.zip</c>, by which Nix decides how a zip archive is read.</summary>
    public bool IsNamedZip { get; init; }

    /// <summary>Closes the body.</summary>
    public void Dispose() => Body.Dispose();
}
