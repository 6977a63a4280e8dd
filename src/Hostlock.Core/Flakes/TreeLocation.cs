namespace Hostlock.Flakes;

/// <summary>
/// The place of the tree of a reference, or the question that has to be asked first. A scheme makes it as data, and the fetcher acts on it.
/// </summary>
public abstract record TreeLocation
{
    TreeLocation()
    {
    }

    /// <summary>A branch or tag of a forge: the reference pinned to the commit in the answer has a location of its own.</summary>
    /// <param name="Question">The question for the commit.</param>
    public sealed record Branch(RevisionQuery Question) : TreeLocation;

    /// <summary>The archive of a commit. The answer of its address never changes.</summary>
    /// <param name="Url">The address.</param>
    /// <param name="TakesToken">True if an access token may go with the request.</param>
    public sealed record Snapshot(string Url, bool TakesToken) : TreeLocation;

    /// <summary>An archive at an address that may give another one later.</summary>
    /// <param name="Url">The address as it is requested.</param>
    public sealed record Archive(string Url) : TreeLocation;

    /// <summary>A file that is the whole tree, at an address that may give another one later.</summary>
    /// <param name="Url">The address as it is requested.</param>
    public sealed record SingleFile(string Url) : TreeLocation;

    /// <summary>A git repository; the reference's own attributes say the rest.</summary>
    /// <param name="Url">Its address.</param>
    public sealed record GitRepository(string Url) : TreeLocation;

    /// <summary>A folder of this machine.</summary>
    /// <param name="Path">Its path.</param>
    public sealed record Folder(string Path) : TreeLocation;

    /// <summary>A tree that is kept, compared and promoted, and fetched by Nix alone.</summary>
    /// <param name="What">The name of the kind, for the message: <c>Mercurial repositories</c>.</param>
    public sealed record NotFetched(string What) : TreeLocation;
}
