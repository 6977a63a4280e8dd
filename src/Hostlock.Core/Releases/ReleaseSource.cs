namespace Hostlock.Releases;

/// <summary>
/// The place where a machine looks for releases. It is not trusted: a person who can change its files can only withhold releases.
/// </summary>
public abstract record ReleaseSource
{
    const string Git = "git+";

    static readonly string[] GitSchemes = ["https://", "http://", "ssh://", "file://"];

    ReleaseSource()
    {
    }

    /// <summary>A folder of a web server.</summary>
    /// <param name="Address">Its address, without a slash at the end.</param>
    public sealed record Web(string Address) : ReleaseSource
    {
        /// <inheritdoc/>
        public override string ToString() => Address;
    }

    /// <summary>A folder of this machine.</summary>
    /// <param name="Path">Its path, absolute.</param>
    public sealed record Folder(string Path) : ReleaseSource
    {
        /// <inheritdoc/>
        public override string ToString() => Path;
    }

    /// <summary>A repository, by its ref for releases.</summary>
    /// <param name="Url">Its address, as git takes it.</param>
    public sealed record Repository(string Url) : ReleaseSource
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Git}{Url}";
    }

    /// <summary>Reads a source: an absolute path, an address of HTTP, or <c>git+</c> and the address of a repository. Null for any other
    /// text.</summary>
    /// <param name="text">The text.</param>
    public static ReleaseSource? TryParse(string text)
    {
        if (text.Any(char.IsControl) || text.Contains(' ', StringComparison.Ordinal))
            return null;
        if (text.StartsWith('/'))
            return new Folder(text);
        if (text.StartsWith("file:///", StringComparison.Ordinal))
            return new Folder(text["file://".Length..]);
        if (text.StartsWith(Git, StringComparison.Ordinal))
        {
            var url = text[Git.Length..];
            return GitSchemes.Any(scheme => url.StartsWith(scheme, StringComparison.Ordinal)) ? new Repository(url) : null;
        }
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") && address.Query.Length == 0
            ? new Web(text.TrimEnd('/'))
            : null;
    }
}
