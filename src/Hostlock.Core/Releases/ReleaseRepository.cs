using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;

namespace Hostlock.Releases;

/// <summary>
/// The releases of a fleet in git: a ref of ours points to a commit that has the files of the newest release and no others, and the commits
/// before it have those of earlier ones. No branch and no file of the user is touched, so no system changes by a release.
/// </summary>
public sealed class ReleaseRepository
{
    /// <summary>The ref.</summary>
    public const string Reference = RolloutRefs.Releases;

    // The tree of a commit of ours has three files.
    const int MaximumTree = 4096;

    // The releases of another repository get this name first.
    const string Fetched = $"{RolloutRefs.Prefix}fetched/";

    readonly IProcessRunner _processes;
    readonly FleetFolder _folder;
    readonly string _root;

    ReleaseRepository(IProcessRunner processes, FleetFolder folder, string root) =>
        (_processes, _folder, _root) = (processes, folder, root);

    /// <summary>Opens the releases of a flake.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <exception cref="RolloutException">The flake is in no repository.</exception>
    public static ReleaseRepository Open(IProcessRunner processes, FleetFolder folder) =>
        TryOpen(processes, folder) ?? throw RolloutException.NoRepository(folder.Path);

    /// <summary>Opens the releases of a flake; null if the flake is in no repository.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    public static ReleaseRepository? TryOpen(IProcessRunner processes, FleetFolder folder) =>
        GitWorkTreeFiles.Around(processes, folder.Path)?.Root is { } root ? new(processes, folder, root) : null;

    /// <summary>True if the files of the repository say plainly that no release was cut. Each status asks for it, and git is not
    /// needed.</summary>
    /// <param name="folder">The flake.</param>
    public static bool IsEmpty(FleetFolder folder) =>
        folder.Repository is { HasFilesOfRefs: true } place && !place.HasRef(Reference);

    /// <summary>The folder of the work tree.</summary>
    public string Root => _root;

    /// <summary>The newest release; null if none was cut.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">What the ref points to is no release.</exception>
    public async Task<SignedRelease?> NewestAsync(CancellationToken cancellationToken)
    {
        // git is started only if its files do not tell.
        if (GitPlace.OfWorkTree(_root) is { HasFilesOfRefs: true } place)
        {
            if (place.RefText(Reference) is { } text)
            {
                if (Revision.TryParse(text) is { } tip && TryReadStored(place, tip) is { } release)
                    return release;
            }
            else if (!place.HasRef(Reference))
            {
                return null;
            }
        }
        return await TipAsync(Reference, cancellationToken) is { } newest
            ? (await ReadAsync([newest], cancellationToken))[0].Signed
            : null;
    }

    /// <summary>The manifest of the newest release; null if none was cut. Its signature is not checked.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">What the ref points to is no release.</exception>
    public async Task<ReleaseManifest?> NewestManifestAsync(CancellationToken cancellationToken) =>
        await NewestAsync(cancellationToken) is { } newest ? ReleaseManifest.Read(newest.Bytes) : null;

    /// <summary>All releases with their numbers, the newest first. Their signatures are not checked.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">What the ref points to is no release, or git cannot read it.</exception>
    public async Task<IReadOnlyList<(ReleaseNumber Number, SignedRelease Signed)>> AllAsync(CancellationToken cancellationToken)
    {
        if (await TipAsync(Reference, cancellationToken) is not { } tip)
            return [];
        var listed = await _processes.RunAsync(
            GitProgram.AskAround(_root, "rev-list", "--first-parent", tip.ToString()), cancellationToken);
        if (!listed.Succeeded)
            throw ReleaseException.NotRead(listed.Errors.Trim());
        return await ReadAsync(
            [.. listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Revision.Parse)], cancellationToken);
    }

    /// <summary>Adds a release after the newest one.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="release">The release.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The commit that was the newest one before; null if there was none.</returns>
    /// <exception cref="HostlockException">git does not keep it, or another run has added one in between.</exception>
    public async Task<Revision?> AddAsync(
        ReleaseNumber number, SignedRelease release, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = await TipAsync(Reference, cancellationToken);
        (string, ReadOnlyMemory<byte>)[] files =
        [
            (ReleaseFiles.Latest, ReleaseFiles.WriteLatest(number)),
            (ReleaseFiles.NameOf(number), release.Bytes),
            (ReleaseFiles.SignatureOf(number), Encoding.ASCII.GetBytes(release.Signature.Armour())),
        ];
        var made = await ImportedCommit.MakeAsync(
            _processes, _root, RolloutRefs.Planned, before, $"Release {number}", files, now, cancellationToken, areAll: true);
        try
        {
            await MoveAsync(made, before);
        }
        finally
        {
            await GitTurn.RunAsync(
                _processes, GitProgram.Change(_root, "update-ref", "-d", RolloutRefs.Planned), CancellationToken.None);
        }
        return before;
    }

    /// <summary>Takes up newer releases of the upstream repository.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot reach the upstream repository, or neither goes on from the other.</exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        var upstream = await Upstream.OfAsync(_processes, _folder, cancellationToken);
        const string theirs = $"{Fetched}releases";
        await upstream.FetchRefAsync(Reference, theirs, cancellationToken);
        var (mine, its) = (await TipAsync(Reference, cancellationToken), await TipAsync(theirs, cancellationToken));
        if (its is not { } found)
            return;
        await GitTurn.RunAsync(_processes, GitProgram.Change(_root, "update-ref", "-d", theirs), CancellationToken.None);
        if (mine is not { } own || await IsBeforeAsync(own, found, cancellationToken))
            await MoveAsync(found, mine);
        else if (!await IsBeforeAsync(found, own, cancellationToken))
            throw ReleaseException.Diverged();
    }

    /// <summary>Pushes the releases. If the upstream repository got another one meanwhile, the one that was added is taken back.</summary>
    /// <param name="before">The commit that was the newest one before; null if there was none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot reach the upstream repository, or another one was pushed meanwhile.</exception>
    public async Task PushAsync(Revision? before, CancellationToken cancellationToken)
    {
        var upstream = await Upstream.OfAsync(_processes, _folder, cancellationToken);
        if (await upstream.PushRefsAsync([Reference], cancellationToken) is not { } said)
            return;
        var added = await TipAsync(Reference, CancellationToken.None);
        await GitTurn.RunAsync(
            _processes,
            before is { } old
                ? GitProgram.Change(_root, "update-ref", Reference, old.ToString(), $"{added}")
                : GitProgram.Change(_root, "update-ref", "-d", Reference),
            CancellationToken.None);
        throw ReleaseException.PushedMeanwhile(said);
    }

    async Task<bool> IsBeforeAsync(Revision one, Revision other, CancellationToken cancellationToken) =>
        await GitAncestry.IsAncestorAsync(_processes, _root, one, other, cancellationToken) is true;

    async Task MoveAsync(Revision to, Revision? from)
    {
        var moved = await GitTurn.RunAsync(
            _processes,
            GitProgram.Change(_root, "update-ref", Reference, to.ToString(), (from ?? Revision.None).ToString()),
            CancellationToken.None);
        if (!moved.Succeeded)
            throw ReleaseException.NotKept(moved.Errors.Trim());
    }

    async Task<Revision?> TipAsync(string reference, CancellationToken cancellationToken)
    {
        var found = await _processes.RunAsync(
            GitProgram.AskAround(_root, "rev-parse", "--verify", "--quiet", $"{reference}^{{commit}}"), cancellationToken);
        if (found.Succeeded)
            return GitCommit.IdOf(found.Output.Trim(), _root);
        // A ref that exists and leads nowhere is an error, not a missing ref.
        return GitPlace.OfWorkTree(_root)?.HasRef(reference) is not true
            ? null
            : throw ReleaseException.NotRead($"'{reference}' names no commit that is here");
    }

    // The newest release out of git's files; null if git is to be asked.
    static SignedRelease? TryReadStored(GitPlace place, Revision tip)
    {
        using var objects = new StoredObjects(place.Objects);
        if (GitCommit.Stored(objects, tip) is not { Tree: var id } || objects.Read(id, "tree", MaximumTree) is not { } tree)
            return null;
        var entries = GitTree.ParseFolder(tree, id, place.Folder);
        return Blob(ReleaseFiles.Latest, ReleaseFiles.MaximumLatest) is { } latest
            && ReleaseFiles.ReadLatest(latest) is var number
            && Blob(ReleaseFiles.NameOf(number), ReleaseManifest.MaximumBytes) is { } release
            && Blob(ReleaseFiles.SignatureOf(number), SshSignature.MaximumBytes) is { } signature
                ? SignedRelease.Of(release, signature)
                : null;

        byte[]? Blob(string name, int most) =>
            GitTree.Child(entries, ByteName.Parse(name)) is { } entry ? objects.Read(entry.Id, "blob", most) : null;
    }

    async Task<IReadOnlyList<(ReleaseNumber Number, SignedRelease Signed)>> ReadAsync(
        IReadOnlyList<Revision> commits, CancellationToken cancellationToken)
    {
        var latest = await BlobsAsync(commits.Select(commit => $"{commit}:{ReleaseFiles.Latest}"), cancellationToken);
        var numbers = latest.Select(bytes => ReleaseFiles.ReadLatest(bytes ?? throw ReleaseException.NoLatest())).ToList();
        var releases = await BlobsAsync(
            commits.Zip(numbers, (commit, number) => $"{commit}:{ReleaseFiles.NameOf(number)}"), cancellationToken);
        var signatures = await BlobsAsync(
            commits.Zip(numbers, (commit, number) => $"{commit}:{ReleaseFiles.SignatureOf(number)}"), cancellationToken);
        return [.. numbers.Zip(releases.Zip(signatures, SignedRelease.Of))];
    }

    async Task<IReadOnlyList<byte[]?>> BlobsAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        try
        {
            return await CandidateCommit.ReadAsync(_processes, _root, [.. names], cancellationToken);
        }
        catch (RolloutException why)
        {
            throw ReleaseException.NotRead(why.Message);
        }
    }
}
