using System.Text;
using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>Counts the commits up to a commit (<c>revCount</c>), and remembers the number.</summary>
/// <param name="cache">Keeps the numbers.</param>
sealed class GitRevisionCount(FetchCache cache)
{
    /// <summary>The most commits that are counted one by one before git is asked to count.</summary>
    public const int MostSteps = 1000;

    /// <summary>Counts the commits that are reachable from a commit through all parents.</summary>
    /// <exception cref="FetchException">A commit is missing or damaged.</exception>
    public async Task<ulong> OfAsync(GitRepository repository, GitCommit commit, CancellationToken cancellationToken)
    {
        // A count lacks the commits that a shallow copy does not have or a graft cuts off, so it is not remembered.
        if (repository.HasOtherParents)
            return cache.Find(KeyOf(commit.Id))?.RevisionCount ?? await repository.CountAsync(commit.Id, cancellationToken);
        // The count is one more than that of the only parent. The last commits are read one by one, until one of them has a count.
        using var stored = repository.OpenStored();
        var at = commit;
        for (var steps = 0UL; steps < MostSteps; steps++)
        {
            if (cache.Find(KeyOf(at.Id)) is { RevisionCount: { } known })
                return steps == 0 ? known : Keep(known + steps);
            if (at.Parents.Count == 0)
                return Keep(steps + 1);
            if (at.Parents.Count > 1 || repository.Stored(stored, at.Parents[0]) is not { } parent)
                break;
            at = parent;
        }
        // A short history is walked faster than another git could count it.
        var walked = Walk(commit, ids => ids.Select(id => repository.Stored(stored, id)));
        if (walked is { Count: null, IsLong: false })
            walked = await repository.UseAsync(objects => Walk(commit, ids => Ask(objects, ids, repository.Url)), cancellationToken);
        return Keep(walked.Count ?? await repository.CountAsync(commit.Id, cancellationToken));

        ulong Keep(ulong count)
        {
            cache.Keep(KeyOf(commit.Id), new("", null, count, new Dictionary<TreePath, byte[]?>()));
            return count;
        }
    }

    static RefAttributes KeyOf(Revision id) => RefAttributes.Of(("type", "git-count"), ("rev", id.ToString()));

    // The count is null for a long history, and if a commit cannot be read.
    static (ulong? Count, bool IsLong) Walk(GitCommit tip, Func<IReadOnlyList<Revision>, IEnumerable<GitCommit?>> read)
    {
        var seen = new HashSet<Revision>(tip.Parents) { tip.Id };
        var level = tip.Parents.Distinct().ToList();
        while (level.Count > 0)
        {
            if (seen.Count > MostSteps)
                return (null, true);
            var parents = new List<Revision>();
            foreach (var commit in read(level))
            {
                if (commit is null)
                    return (null, false);
                parents.AddRange(commit.Parents.Where(seen.Add));
            }
            level = parents;
        }
        return ((ulong)seen.Count, false);
    }

    static IEnumerable<GitCommit> Ask(GitObjects objects, IReadOnlyList<Revision> ids, string url)
    {
        foreach (var id in ids)
            objects.Ask(id.ToString());
        objects.Send();
        foreach (var id in ids)
        {
            yield return objects.NextHeader() is { Kind: "commit" } header
                && GitCommit.Parse(id, Encoding.Latin1.GetString(objects.ReadWhole(header))) is { } commit
                    ? commit
                    : throw FetchException.BadObject(url, id.ToString());
        }
    }
}
