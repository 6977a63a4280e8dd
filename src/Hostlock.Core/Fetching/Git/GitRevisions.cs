using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Answers questions about the commits of a repository without their trees: which commit is the newest, how far two are apart, which ones
/// lie between them. From a remote repository, only commits are fetched, and no more of them than the question needs.
/// </summary>
/// <param name="repositories">The repositories of the run.</param>
/// <param name="lookup">Finds the commit of a reference.</param>
sealed class GitRevisions(GitRepositories repositories, GitCommitLookup lookup)
{
    /// <summary>
    /// The commit that a reference points to now. A remote repository is only asked, not fetched, unless <paramref name="before"/> is
    /// given.
    /// </summary>
    /// <param name="reference">The reference.</param>
    /// <param name="before">If given, the newest commit along the first parents that is dated at or before this time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository or the ref does not exist or cannot be reached, or no commit is that
    /// old.</exception>
    public async Task<NewestRevision> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var url = reference.GitAddress!;
        if (before is null && GitAddress.LocalFolder(url) is null)
        {
            var copy = repositories.Copies.Of(GitAddress.Of(url), CopyDepth.Whole);
            var (_, tip) = await GitCopies.AskAsync(
                copy, reference.Ref is { } name ? GitAddress.FullName(name) : "HEAD", cancellationToken);
            return new(tip ?? throw FetchException.NoSuchRef(url, reference.Ref ?? "HEAD"), null);
        }
        var found = repositories.WorkTreeOf(reference) is { } local
            ? new FoundCommit(
                local, await local.CommitAsync("HEAD", cancellationToken) ?? throw FetchException.NoSuchRef(url, "HEAD"), "HEAD")
            : await lookup.FindAsync(reference, [], cancellationToken);
        if (before is not { } time)
            return new(found.Commit.Id, found.Commit.Time);
        return await BeforeAsync(found.Repository, found.Commit.Id, time, cancellationToken)
            ?? throw FetchException.NothingSoOld(url, time);
    }

    /// <summary>The newest commit of a branch dated at or before a time, for a repository of which only commits are wanted.</summary>
    /// <param name="url">The address of the repository.</param>
    /// <param name="tip">The commit that the branch points to.</param>
    /// <param name="before">The time; commits are followed along the first parents.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository cannot be reached, or no commit is that old.</exception>
    public async Task<NewestRevision> NewestAsync(string url, Revision tip, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var copy = repositories.Copies.Of(GitAddress.Of(url), CopyDepth.Commits);
        if (await KnownAsync() is { } known)
            return known;
        // Ninety days back usually contain a commit; if not, the whole branch is fetched.
        foreach (var since in (DateTimeOffset?[])[before.AddDays(-90), null])
        {
            await FetchCommitsAsync(copy, tip, since, cancellationToken);
            if (await KnownAsync() is { } found)
                return found;
        }
        throw FetchException.NothingSoOld(url, before);

        async Task<NewestRevision?> KnownAsync() =>
            await copy.CommitAsync(tip.ToString(), cancellationToken) is null
                ? null
                : await BeforeAsync(copy, tip, before, cancellationToken);
    }

    /// <summary>The number of commits between two commits, by the repository on this machine; null if it lacks one of them.</summary>
    /// <param name="url">The address of the repository.</param>
    /// <param name="earlier">The first commit.</param>
    /// <param name="later">The other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">There is no repository, or a commit is damaged.</exception>
    public async Task<RevisionDistance?> DistanceAsync(string url, Revision earlier, Revision later, CancellationToken cancellationToken)
    {
        var repository = repositories.At(url);
        if (repository.IsShallow)
            return null;
        await repository.RefuseForeignAsync(cancellationToken);
        // Most often one commit is a few commits after the other, in a straight line.
        var steps = StoredSteps()
            ?? await repository.UseAsync(objects => Steps(id => GitCommit.Find(objects, id.ToString(), repository.Url)), cancellationToken);
        if (steps is not null)
            return new(true, steps);
        if (!await HasBothAsync(repository, earlier, later, cancellationToken))
            return null;
        var counted = await repository.RunAsync(cancellationToken, "rev-list", "--left-right", "--count", $"{earlier}...{later}", "--");
        return counted.Output.Trim().Split('\t') is [var left, var right] && ulong.TryParse(right, out var commits)
            ? new(left == "0", commits)
            : null;

        ulong? StoredSteps()
        {
            using var objects = repository.OpenStored();
            return Steps(id => repository.Stored(objects, id));
        }

        ulong? Steps(Func<Revision, GitCommit?> find)
        {
            var id = later;
            for (var count = 0UL; count < GitRevisionCount.MostSteps; count++)
            {
                if (id == earlier)
                    return count;
                if (find(id) is not { Parents: [var parent] })
                    break;
                id = parent;
            }
            return null;
        }
    }

    /// <summary>The commits after one commit up to another, along the first parents, the oldest first.</summary>
    /// <param name="url">The address of the repository.</param>
    /// <param name="earlier">The commit before them, and when it was made; the time is null if it is not known.</param>
    /// <param name="later">The other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository cannot be reached, or the earlier commit is not an ancestor of the later
    /// one.</exception>
    public async Task<IReadOnlyList<NewestRevision>> BetweenAsync(
        string url, (Revision Id, Moment? Time) earlier, Revision later, CancellationToken cancellationToken)
    {
        var repository = repositories.At(url);
        var isJoined = await IsJoinedAsync();
        if (!isJoined && GitAddress.LocalFolder(url) is null)
        {
            repository = repositories.Copies.Of(GitAddress.Of(url), CopyDepth.Commits);
            isJoined = await IsJoinedAsync();
            DateTimeOffset? since = earlier.Time is { } time ? time.Date.AddDays(-1) : null;
            // The history since the earlier commit's date is usually enough. The whole history is fetched if a commit between them has an
            // older date.
            foreach (var from in (DateTimeOffset?[])[since, null])
            {
                if (isJoined)
                    break;
                await FetchCommitsAsync(repository, later, from, cancellationToken);
                isJoined = await IsJoinedAsync();
            }
        }
        return isJoined
            ? await ListAsync(repository, ["--reverse", $"{earlier.Id}..{later}"], cancellationToken)
            : throw FetchException.NotAnAncestor(url, earlier.Id, later);

        // True if the copy has both commits and those between them.
        async Task<bool> IsJoinedAsync() =>
            await HasBothAsync(repository, earlier.Id, later, cancellationToken)
            && (await repository.RunAsync(cancellationToken, "merge-base", "--is-ancestor", $"{earlier.Id}", $"{later}")).Succeeded;
    }

    /// <summary>The commits between two commits, the newest first, by the repository on this machine; null if it lacks one of
    /// them.</summary>
    /// <param name="url">The address of the repository.</param>
    /// <param name="earlier">The first commit.</param>
    /// <param name="later">The other.</param>
    /// <param name="most">The most titles that are wanted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">There is no repository, or git fails.</exception>
    public async Task<CommitList?> TitlesAsync(
        string url, Revision earlier, Revision later, int most, CancellationToken cancellationToken)
    {
        var repository = repositories.At(url);
        if (repository.IsShallow || !await HasBothAsync(repository, earlier, later, cancellationToken))
            return null;
        var range = $"{earlier}..{later}";
        var counted = await repository.RunAsync(cancellationToken, "rev-list", "--count", range, "--");
        var listed = await repository.RunAsync(
            cancellationToken,
            "rev-list",
            "--format=%H %s",
            "--no-commit-header",
            string.Create(CultureInfo.InvariantCulture, $"--max-count={most}"),
            range,
            "--");
        return listed.Succeeded
            && ulong.TryParse(counted.Output, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var total)
            ? new([.. listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(TitleOf)], total)
            : throw FetchException.GitFailed(repository.Url, "list the commits of", listed.Errors.Trim());

        static CommitTitle TitleOf(string line) =>
            line.Split(' ', 2) is [var id, var title] ? new(Revision.Parse(id), title) : new(Revision.Parse(line), "");
    }

    static async Task<bool> HasBothAsync(GitRepository repository, Revision earlier, Revision later, CancellationToken cancellationToken) =>
        await repository.CommitAsync(earlier.ToString(), cancellationToken) is not null
            && await repository.CommitAsync(later.ToString(), cancellationToken) is not null;

    async Task FetchCommitsAsync(GitRepository copy, Revision tip, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        string[] depth = since is { } time ? [$"--shallow-since=@{time.ToUnixTimeSeconds()}"] : copy.IsShallow ? ["--unshallow"] : [];
        await repositories.Copies.FetchAsync(
            copy, [GitCopies.WithoutTrees, .. depth], tip.ToString(), () => Task.FromResult(false), cancellationToken);
    }

    static async Task<NewestRevision?> BeforeAsync(
        GitRepository repository, Revision tip, DateTimeOffset time, CancellationToken cancellationToken) =>
        await ListAsync(repository, ["-1", $"--before={time.ToUnixTimeSeconds()}", $"{tip}"], cancellationToken) is [var found, ..]
            ? found
            : null;

    static async Task<IReadOnlyList<NewestRevision>> ListAsync(
        GitRepository repository, IEnumerable<string> what, CancellationToken cancellationToken)
    {
        var listed = await repository.RunAsync(
            cancellationToken, ["rev-list", "--first-parent", "--format=%H %ct", "--no-commit-header", .. what, "--"]);
        if (!listed.Succeeded)
            throw FetchException.GitFailed(repository.Url, "list the commits of", listed.Errors.Trim());
        return
        [
            .. from line in listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
               let fields = line.Split(' ')
               // git states no date if it cannot read the one of the commit.
               select new NewestRevision(Revision.Parse(fields[0]), Moment.TryParse(fields[1])),
        ];
    }
}
