namespace Hostlock.Flakes;

/// <summary>How to ask what a reference points to now. Data: a scheme says it, the fetcher does it.</summary>
public abstract record RevisionQuery
{
    RevisionQuery()
    {
    }

    /// <summary>A JSON answer over HTTP that holds the revision at a path: <c>sha</c>, or the <c>id</c> of the first element.</summary>
    /// <param name="Url">The API address.</param>
    /// <param name="Host">Whose token goes with it.</param>
    /// <param name="Field">The member that holds the revision.</param>
    /// <param name="InFirstElement">True where the answer is a list and the first element holds the member.</param>
    /// <param name="TimePath">The members on the way to the time of the commit, an ISO 8601 text.</param>
    public sealed record Json(string Url, string Host, string Field, bool InFirstElement, params string[] TimePath) : RevisionQuery;

    /// <summary>sourcehut's way: HEAD as a text, then the list of refs of git's plain HTTP protocol.</summary>
    /// <param name="BaseUrl">The address of the repository.</param>
    /// <param name="Host">Whose token goes with it.</param>
    /// <param name="Ref">The name asked for; <c>HEAD</c> is looked up first. Nix uses it as a regular expression, unescaped.</param>
    public sealed record RefList(string BaseUrl, string Host, string Ref) : RevisionQuery;
}

/// <summary>How to ask a forge whether one revision descends from another. Data, like <see cref="RevisionQuery"/>.</summary>
/// <param name="Url">The API address.</param>
public abstract record DistanceQuery(string Url)
{
    /// <summary>GitHub's comparison: <c>status</c> says how they stand, <c>ahead_by</c> counts the commits.</summary>
    public sealed record Comparison(string Url) : DistanceQuery(Url);

    /// <summary>GitLab's common ancestor: its <c>id</c> is the earlier one where the later descends from it.</summary>
    public sealed record MergeBase(string Url) : DistanceQuery(Url);
}

/// <summary>Where the tree of a pinned reference is to be had. Data, like <see cref="RevisionQuery"/>.</summary>
public abstract record TreeLocation
{
    TreeLocation()
    {
    }

    /// <summary>An archive to unpack. <paramref name="TokenHost"/>: whose token may go with the request, or null.</summary>
    public sealed record Archive(string Url, string? TokenHost) : TreeLocation;

    /// <summary>A file that is the whole tree.</summary>
    public sealed record SingleFile(string Url) : TreeLocation;

    /// <summary>A git repository; the reference's own attributes say the rest.</summary>
    public sealed record GitRepository(string Url) : TreeLocation;

    /// <summary>A folder of this machine.</summary>
    public sealed record Folder(string Path) : TreeLocation;
}
