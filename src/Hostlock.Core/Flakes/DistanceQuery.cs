namespace Hostlock.Flakes;

/// <summary>The question to a forge whether one revision descends from another. It is data, like <see cref="RevisionQuery"/>.</summary>
/// <param name="Url">The API address.</param>
public abstract record DistanceQuery(string Url)
{
    /// <summary>A comparison, as GitHub makes it: <c>status</c> says how they stand, <c>ahead_by</c> counts the commits.</summary>
    /// <param name="Url">The API address.</param>
    public sealed record Comparison(string Url) : DistanceQuery(Url);

    /// <summary>The common ancestor, as GitLab gives it: its <c>id</c> is the earlier one if the later descends from it.</summary>
    /// <param name="Url">The API address.</param>
    public sealed record MergeBase(string Url) : DistanceQuery(Url);
}
