using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Rings;

/// <summary>The upstream of the current branch, to which rings are pushed.</summary>
sealed class Upstream
{
    const string Heads = "refs/heads/", Tracking = "refs/remotes/";

    // The usual name of the upstream repository, if the current branch has no upstream: a clone of a CI has no branch.
    const string UsualRemote = "origin";

    readonly IProcessRunner _processes;
    readonly string _root;
    readonly string _remote;
    readonly string _branch;

    Upstream(IProcessRunner processes, string root, string remote, string branch) =>
        (_processes, _root, _remote, _branch) = (processes, root, remote, branch);

    /// <summary>The folder of the work tree.</summary>
    public string Root => _root;

    /// <summary>True if the current branch is another one, without an upstream: nobody is meant to have its commits yet.</summary>
    public bool IsBeside { get; private init; }

    /// <summary>Fetches refs into refs of the same names here.</summary>
    /// <param name="prefix">The beginning of their names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository.</exception>
    public Task FetchRefsAsync(string prefix, CancellationToken cancellationToken) =>
        FetchRefsAsync([$"+{prefix}*:{prefix}*"], cancellationToken);

    /// <summary>Fetches the refs of rollouts into refs of the same names here. Releases stay as they are here.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository.</exception>
    public Task FetchRolloutsAsync(CancellationToken cancellationToken) =>
        FetchRefsAsync([$"+{RolloutRefs.Prefix}*:{RolloutRefs.Prefix}*", $"^{RolloutRefs.Releases}"], cancellationToken);

    /// <summary>Fetches a ref under another name, if the upstream repository has it.</summary>
    /// <param name="name">Its name there.</param>
    /// <param name="here">Its name here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository.</exception>
    public Task FetchRefAsync(string name, string here, CancellationToken cancellationToken) =>
        // A pattern may match nothing, and a name may not.
        FetchRefsAsync([$"+{name}*:{here}*"], cancellationToken);

    async Task FetchRefsAsync(string[] refspecs, CancellationToken cancellationToken)
    {
        var fetched = await _processes.RunAsync(
            GitProgram.Exchange(_root, ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", _remote, .. refspecs]),
            cancellationToken);
        if (!fetched.Succeeded)
            throw RolloutException.NotFetched(_remote, fetched.Errors.Trim());
    }

    /// <summary>Pushes refs under the same names. A ref that is not on top of the upstream repository's is refused.</summary>
    /// <param name="names">The names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The complaint of git, if one was refused; null if they were pushed.</returns>
    /// <exception cref="RolloutException">git cannot reach the upstream repository.</exception>
    public Task<string?> PushRefsAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        PushAsync([.. names.Select(name => $"{name}:{name}")], cancellationToken);

    /// <summary>Deletes refs there. Refs that are gone already, or that another run is changing, are left.</summary>
    /// <param name="names">The names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository.</exception>
    public Task DeleteRefsAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        PushAsync([.. names.Select(name => $":{name}")], cancellationToken);

    /// <summary>Finds the branch. Nothing is fetched.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">The fleet is in no repository, or the branch has no upstream.</exception>
    public static async Task<Upstream> OfAsync(IProcessRunner processes, FleetFolder folder, CancellationToken cancellationToken)
    {
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw RolloutException.NoRepository(folder.Path);
        if (GitPlace.OfWorkTree(root)?.Head is { } head)
        {
            var told = await processes.RunAsync(
                GitProgram.AskAround(root, "for-each-ref", "--format=%(upstream:remotename)%00%(upstream:remoteref)", "--", head),
                cancellationToken);
            if (told.Output.Trim().Split('\0') is [{ Length: > 0 } remote, { Length: > 0 } branch]
                && branch.StartsWith(Heads, StringComparison.Ordinal))
                return new(processes, root, remote, branch);
        }
        var usual = await processes.RunAsync(
            GitProgram.AskAround(root, "symbolic-ref", "--quiet", $"{Tracking}{UsualRemote}/HEAD"), cancellationToken);
        var prefix = $"{Tracking}{UsualRemote}/";
        if (usual.Output.Trim() is not { Length: > 0 } name || !name.StartsWith(prefix, StringComparison.Ordinal))
            throw RolloutException.NoUpstream();
        var main = $"{Heads}{name[prefix.Length..]}";
        return new(processes, root, UsualRemote, main) { IsBeside = GitPlace.OfWorkTree(root)?.Head is { } at && at != main };
    }

    /// <summary>Fetches the branch, and returns its commit.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach it.</exception>
    public async Task<Revision> FetchAsync(CancellationToken cancellationToken)
    {
        var fetched = await _processes.RunAsync(
            GitProgram.Exchange(_root, "fetch", "--quiet", "--no-tags", "--", _remote, _branch), cancellationToken);
        if (!fetched.Succeeded)
            throw RolloutException.NotFetched(_remote, fetched.Errors.Trim());
        return await RevisionAsync(_root, "FETCH_HEAD", cancellationToken);
    }

    /// <summary>Moves HEAD to the fetched commit, if nothing but locks of other hosts came. The user's changes and index stay.</summary>
    /// <param name="fetched">The commit that was fetched.</param>
    /// <param name="ours">The paths of the locks that nobody else may have moved.</param>
    /// <param name="locks">The paths of all locks of the fleet.</param>
    /// <param name="scratch">A folder of ours for a rebase; its contents are deleted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">Something else came, or the commits do not go together.</exception>
    public async Task CatchUpAsync(
        Revision fetched, IReadOnlySet<string> ours, IReadOnlySet<string> locks, string scratch, CancellationToken cancellationToken)
    {
        var head = await RevisionAsync(_root, "HEAD", cancellationToken);
        if (await IsAncestorAsync(fetched, head, cancellationToken))
            return;
        var common = await AskAsync(["merge-base", head.ToString(), fetched.ToString()], cancellationToken);
        var came = (await AskAsync(
            ["diff-tree", "-r", "--name-only", "-z", "--no-renames", common.Trim(), fetched.ToString()], cancellationToken))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (came.FirstOrDefault(ours.Contains) is { } moved)
            throw RolloutException.LockMoved(moved);
        if (came.FirstOrDefault(path => !locks.Contains(path)) is { } other)
            throw RolloutException.FilesMoved(other);
        if (await IsAncestorAsync(head, fetched, cancellationToken))
            await ChangeAsync(_root, ["merge", "--quiet", "--ff-only", fetched.ToString()], cancellationToken);
        else
            await RebaseAsync(head, fetched, scratch, cancellationToken);
    }

    /// <summary>Pushes HEAD to the branch.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The complaint of git, if the branch is no longer at the fetched commit; null if it was pushed.</returns>
    /// <exception cref="RolloutException">git cannot reach it.</exception>
    public Task<string?> PushAsync(CancellationToken cancellationToken) => PushAsync([$"HEAD:{_branch}"], cancellationToken);

    /// <summary>Pushes a commit to a branch of its own, if no such branch exists yet.</summary>
    /// <param name="branch">The name of the branch.</param>
    /// <param name="makeAsync">Makes the commit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach it, or the upstream repository does not take it.</exception>
    public async Task PushBranchAsync(string branch, Func<Task<Revision>> makeAsync, CancellationToken cancellationToken)
    {
        var listed = await _processes.RunAsync(
            GitProgram.Exchange(_root, "ls-remote", "--heads", "--", _remote, $"{Heads}{branch}"), cancellationToken);
        if (!listed.Succeeded)
            throw RolloutException.NotFetched(_remote, listed.Errors.Trim());
        if (listed.Output.Trim().Length == 0 && await PushAsync([$"{await makeAsync()}:{Heads}{branch}"], cancellationToken) is { } said)
            throw RolloutException.PushFailed(_remote, said);
    }

    /// <summary>Says that a push was refused although nothing came in between.</summary>
    /// <param name="said">The words of git.</param>
    public RolloutException Refused(string said) => RolloutException.PushFailed(_remote, said);

    async Task<string?> PushAsync(string[] refspecs, CancellationToken cancellationToken)
    {
        var pushed = await _processes.RunAsync(
            GitProgram.Exchange(_root, ["push", "--quiet", "--porcelain", "--atomic", "--", _remote, .. refspecs]), cancellationToken);
        if (pushed.Succeeded)
            return null;
        // git-push(1): a line that begins with '!' is of a ref that was rejected.
        return pushed.Output.Split('\n').FirstOrDefault(line => line.StartsWith('!')) is { } rejected
            ? $"{rejected[1..].Trim()}\n{pushed.Errors}".Trim()
            : throw RolloutException.PushFailed(_remote, pushed.Errors.Trim());
    }

    // The user's files may have changes, so git rebases in a folder of its own, and the files follow.
    async Task RebaseAsync(Revision head, Revision fetched, string scratch, CancellationToken cancellationToken)
    {
        await RemoveAsync();
        await ChangeAsync(_root, ["worktree", "add", "--quiet", "--force", "--detach", scratch, head.ToString()], cancellationToken);
        try
        {
            await ChangeAsync(scratch, ["rebase", "--quiet", fetched.ToString()], cancellationToken);
            var rebased = await RevisionAsync(scratch, "HEAD", cancellationToken);
            await ChangeAsync(_root, ["read-tree", "-m", "-u", head.ToString(), rebased.ToString()], cancellationToken);
            await ChangeAsync(
                _root, ["update-ref", "-m", "hostlock rollout: rebase", "HEAD", rebased.ToString(), head.ToString()], cancellationToken);
        }
        finally
        {
            await RemoveAsync();
        }

        // A run that was killed may have left it.
        async Task RemoveAsync() => await _processes.RunAsync(
            GitProgram.Change(_root, "worktree", "remove", "--force", "--force", scratch), CancellationToken.None);
    }

    async Task<bool> IsAncestorAsync(Revision one, Revision other, CancellationToken cancellationToken) =>
        await GitAncestry.IsAncestorAsync(_processes, _root, one, other, cancellationToken) is true;

    async Task<Revision> RevisionAsync(string folder, string name, CancellationToken cancellationToken)
    {
        var found = await _processes.RunAsync(
            GitProgram.AskAround(folder, "rev-parse", "--verify", "--quiet", $"{name}^{{commit}}"), cancellationToken);
        return found.Succeeded ? GitCommit.IdOf(found.Output.Trim(), folder) : throw RolloutException.NoCommit();
    }

    async Task<string> AskAsync(IEnumerable<string> words, CancellationToken cancellationToken)
    {
        var finished = await _processes.RunAsync(GitProgram.AskAround(_root, words), cancellationToken);
        return finished.Succeeded ? finished.Output : throw RolloutException.NotRebased(finished.Errors.Trim());
    }

    async Task ChangeAsync(string folder, IEnumerable<string> words, CancellationToken cancellationToken)
    {
        var finished = await GitTurn.RunAsync(_processes, GitProgram.Change(folder, words), cancellationToken);
        if (!finished.Succeeded)
            throw RolloutException.NotRebased(finished.Errors.Trim());
    }
}
