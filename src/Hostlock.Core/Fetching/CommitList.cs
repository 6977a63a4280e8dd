using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>A commit in one line.</summary>
/// <param name="Id">The id of the commit.</param>
/// <param name="Title">The first line of its message, which may have any text.</param>
public sealed record CommitTitle(Revision Id, string Title);

/// <summary>The commits after one revision up to another.</summary>
/// <param name="Titles">The titles of some of them, as many as a reader wants.</param>
/// <param name="Total">The number of all commits.</param>
public sealed record CommitList(ImmutableArray<CommitTitle> Titles, ulong Total);
