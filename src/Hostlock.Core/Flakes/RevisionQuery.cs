namespace Hostlock.Flakes;

/// <summary>The question to a forge which commit a branch or tag is at. It is data: a scheme makes it, and the fetcher asks it.</summary>
public abstract record RevisionQuery
{
    RevisionQuery()
    {
    }

    /// <summary>A JSON answer over HTTP that holds the revision: <c>sha</c>, or the <c>id</c> of the first element.</summary>
    /// <param name="Url">The API address.</param>
    /// <param name="Field">The member that holds the revision.</param>
    /// <param name="InFirstElement">True if the answer is a list and its first element holds the member.</param>
    /// <param name="TimePath">The members on the way to the time of the commit, an ISO 8601 text.</param>
    public sealed record Json(string Url, string Field, bool InFirstElement, params string[] TimePath) : RevisionQuery;

    /// <summary>HEAD as a text, then the list of refs of git's plain HTTP protocol: for a forge without an API that needs no
    /// token.</summary>
    /// <param name="BaseUrl">The address of the repository.</param>
    /// <param name="Ref">The name asked for; <c>HEAD</c> is looked up first. Nix uses it as a regular expression, unescaped.</param>
    public sealed record RefList(string BaseUrl, string Ref) : RevisionQuery;
}
