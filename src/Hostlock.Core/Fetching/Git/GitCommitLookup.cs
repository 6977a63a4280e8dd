using Hostlock.Flakes;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Finds the commit of a reference. A local repository is read directly. A remote one is asked for the commit of its branch, and if the
/// copy lacks that commit, it is fetched into the copy.
/// </summary>
/// <param name="repositories">The repositories of the run.</param>
sealed class GitCommitLookup(GitRepositories repositories)
{
    /// <summary>Finds the commit of a reference.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="warnings">Collects the warnings.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The repository, the ref or the commit does not exist or cannot be reached.</exception>
    public async Task<FoundCommit> FindAsync(FlakeRef reference, ICollection<Warning> warnings, CancellationToken cancellationToken)
    {
        var url = reference.GitAddress!;
        if (GitAddress.LocalFolder(url) is not { } folder)
            return await FindRemoteAsync(reference, url, warnings, cancellationToken);
        if (!Directory.Exists(folder))
            throw FetchException.NoRepository(url);
        return GitRepositories.HasWorkTree(folder)
            ? await FindLocalAsync(reference, repositories.Local(GitPlace.OfWorkTree(folder), url), warnings, cancellationToken)
            : await FindBareAsync(reference, repositories.Local(GitPlace.OfBare(folder), url), warnings, cancellationToken);
    }

    static async Task<FoundCommit> FindLocalAsync(
        FlakeRef reference, GitRepository repository, ICollection<Warning> warnings, CancellationToken cancellationToken)
    {
        // A ref may be any name that git resolves; it is kept as it was written.
        if (reference.Revision is { } revision)
        {
            var commit = await repository.CommitAsync(revision.ToLowerInvariant(), cancellationToken)
                ?? throw FetchException.NoSuchRevision(repository.Url, revision);
            return new(repository, commit, reference.Ref ?? repository.Place.Head ?? Master(repository.Url, warnings));
        }
        var name = reference.Ref!;
        return new(
            repository,
            await repository.CommitAsync(name, cancellationToken) ?? throw FetchException.NoSuchRef(repository.Url, name),
            name);
    }

    // Nix fetches from a bare repository as from a remote one, with the names that a fetch knows. The objects are read from the repository
    // itself.
    static async Task<FoundCommit> FindBareAsync(
        FlakeRef reference, GitRepository repository, ICollection<Warning> warnings, CancellationToken cancellationToken)
    {
        var name = reference.Ref ?? await repository.HeadAsync(cancellationToken) ?? Master(repository.Url, warnings);
        var commit = reference.Revision is { } revision
            ? await repository.CommitAsync(revision.ToLowerInvariant(), cancellationToken)
            ?? throw FetchException.NoSuchRevision(repository.Url, revision)
            : await repository.CommitAsync(GitAddress.FullName(name), cancellationToken)
                ?? throw FetchException.NoSuchRef(repository.Url, name);
        return new(repository, commit, name);
    }

    async Task<FoundCommit> FindRemoteAsync(
        FlakeRef reference, string url, ICollection<Warning> warnings, CancellationToken cancellationToken)
    {
        var isShallow = reference.Input.Truth("shallow") == true;
        var copy = repositories.Copies.Of(GitAddress.Of(url), isShallow ? CopyDepth.Shallow : CopyDepth.Whole);
        var (name, wanted) = (reference.Ref, reference.Revision?.ToLowerInvariant());
        try
        {
            if (name is null || wanted is null)
            {
                var (head, tip) = await GitCopies.AskAsync(copy, name is null ? "HEAD" : GitAddress.FullName(name), cancellationToken);
                if (name is not null && tip is null)
                    throw FetchException.NoSuchRef(url, name);
                // A detached HEAD names no branch; Nix then tries master, whichever commit HEAD points to.
                if (name is null && head is null)
                    tip = null;
                if (name is null && head is not null)
                    GitCopies.RememberHead(copy, head);
                name ??= head ?? Master(url, warnings);
                // If a revision and a ref are given, the revision decides, and the ref is only recorded.
                wanted ??= tip?.ToString();
            }
            if (wanted is not null && await copy.CommitAsync(wanted, cancellationToken) is { } known)
                return new(copy, known, name);
            await repositories.Copies.FetchAsync(
                copy,
                isShallow ? ["--depth", "1"] : [],
                Specification(reference, name),
                async () => wanted is not null && await copy.CommitAsync(wanted, cancellationToken) is not null,
                cancellationToken);
        }
        catch (FetchException why) when (why.IsOutside && repositories.MayBeStale)
        {
            // Like Nix, this falls back to the commit that was fetched before, with a warning.
            name ??= GitCopies.LastHead(copy) ?? Master(url, warnings);
            if (await copy.CommitAsync(reference.Revision is null ? GitAddress.FullName(name) : wanted!, cancellationToken) is not { } old)
                throw;
            return new(copy, old, name) { Stale = new(why, FetchException.StillCopied(url, why)) };
        }
        return new(
            copy,
            await copy.CommitAsync(wanted ?? GitAddress.FullName(name), cancellationToken)
                ?? throw FetchException.NoSuchRevision(url, wanted ?? name),
            name);
    }

    // The refspec for git fetch: FROM:TO, or a commit alone.
    static string Specification(FlakeRef reference, string name)
    {
        if (reference.Input.Truth("allRefs") == true)
            return "refs/*:refs/*";
        var full = GitAddress.FullName(name);
        return reference.Revision?.ToLowerInvariant() ?? $"{full}:{(full == "HEAD" ? "refs/heads/HEAD" : full)}";
    }

    static string Master(string url, ICollection<Warning> warnings)
    {
        warnings.Add(new($"could not read HEAD ref from repo at '{url}', using 'master'"));
        return "master";
    }
}
