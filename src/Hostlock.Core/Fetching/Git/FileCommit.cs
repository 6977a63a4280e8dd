using Hostlock.Flakes;

namespace Hostlock.Fetching.Git;

/// <summary>A commit that changed a file.</summary>
/// <param name="Id">The commit.</param>
/// <param name="Time">When the commit was made; null if git cannot read its date.</param>
/// <param name="Subject">The first line of the commit's message.</param>
/// <param name="PromotedFrom">The host that a promotion came from, as a trailer of the message says; empty if none does.</param>
public sealed record FileCommit(Revision Id, Moment? Time, string Subject, string PromotedFrom)
{
    /// <summary>True if the commit takes back an earlier change, as a trailer of the message says.</summary>
    public bool IsUndo { get; init; }
}
