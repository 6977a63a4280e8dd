using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>A commit as one line tells it.</summary>
/// <param name="Id">The id of the commit.</param>
/// <param name="Title">The first line of its message, which is anybody's.</param>
public sealed record CommitTitle(Revision Id, string Title);

/// <summary>The commits after one revision up to another.</summary>
/// <param name="Titles">Some of them, as few as a reader wants.</param>
/// <param name="Total">How many there are.</param>
public sealed record CommitList(ImmutableArray<CommitTitle> Titles, ulong Total);
