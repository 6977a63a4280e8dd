using System.Globalization;
using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Changes;

/// <summary>The message of a commit of locks.</summary>
/// <param name="Describe">Says in words which inputs moved.</param>
public sealed record CommitNote(Func<IReadOnlyList<PlannedLock>, string> Describe)
{
    /// <summary>The owner of the promoted lock; null if it is no promotion.</summary>
    public LockOwner? PromotedFrom { get; init; }

    /// <summary>The command that put these locks back, such as <c>rollback</c> or <c>undo</c>; null for none.</summary>
    public string? Action { get; init; }

    /// <summary>The id of the rollout, and the name of its ring, to which these locks belong; null for none.</summary>
    public (string Id, string Ring)? Rollout { get; init; }

    /// <summary>The note of one commit in several flakes, which describes the locks of each beneath its name; the flake's own note if there
    /// is only one.</summary>
    /// <param name="flakes">The flakes, with the names that tell them apart, and the note of each; at least one.</param>
    public static CommitNote OfFlakes(IEnumerable<(FleetFolder Folder, string Name, CommitNote Note)> flakes)
    {
        var all = flakes.ToList();
        return all is [var only] ? only.Note : all[0].Note with
        {
            Describe = locks => string.Join(
                "\n\n",
                from flake in all
                let changed = locks.Where(planned => HostLocks.FlakeOf(planned.Place) == flake.Folder.Path).ToList()
                where changed.Count > 0
                select $"{Visible.Name(flake.Name)}:\n{flake.Note.Describe(changed).TrimEnd()}"),
        };
    }
}

/// <summary>
/// Commits only locks that differ from the last commit, whoever wrote them. git takes only those files, through an index of its own, so
/// that staged changes stay staged and dirty files stay dirty. Hooks and signing work as for any commit.
/// </summary>
sealed class LockCommit
{
    readonly IProcessRunner _processes;
    readonly IReadOnlyList<FleetFolder> _folders;
    readonly string _root;
    readonly GitPlace _place;

    LockCommit(IProcessRunner processes, IReadOnlyList<FleetFolder> folders, string root, GitPlace place) =>
        (_processes, _folders, _root, _place) = (processes, folders, root, place);

    /// <summary>Prepares commits in the repository of one or more fleets.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folders">The fleets, which are in one repository.</param>
    /// <exception cref="FleetException">They are in no repository, or git makes no commit of single files there now.</exception>
    public static LockCommit In(IProcessRunner processes, IReadOnlyList<FleetFolder> folders)
    {
        var root = GitWorkTreeFiles.Around(processes, folders[0].Path)?.Root ?? throw FleetException.NoRepository(folders[0].Path);
        var place = GitPlace.OfWorkTree(root) ?? throw FleetException.NoRepository(folders[0].Path);
        return place.UnfinishedMerge is { } merge
            ? throw FleetException.CommitDuringMerge(merge)
            : new(processes, folders, root, place);
    }

    /// <summary>Refuses to commit files whose version in the last commit is neither the old nor the new one: the commit would have the
    /// user's own changes too.</summary>
    /// <param name="files">The files, which are no locks, of the only fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">A file has changes that are in no commit.</exception>
    public async Task RequireOwnAsync(IReadOnlyList<RecordedFile> files, CancellationToken cancellationToken)
    {
        string[] paths = [.. files.Select(PathOf)];
        using var history = new GitHistory(_processes, _root, paths);
        foreach (var (file, committed) in files.Zip(await history.ContentsAsync("HEAD", paths, cancellationToken)))
        {
            if (!RecordedChange.IsSame(committed, file.Before) && !RecordedChange.IsSame(committed, file.After))
                throw FleetException.HasOwnChanges(file.Path);
        }
    }

    /// <summary>Makes the commit of all files of undertakings that are done.</summary>
    /// <param name="undertakings">The files.</param>
    /// <param name="note">The contents of the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The subject of the commit; null if the last commit has these files as they are.</returns>
    /// <exception cref="FleetException">git does not make the commit, or is told to look away from a file.</exception>
    public Task<string?> MakeAsync(IReadOnlyList<Undertaking> undertakings, CommitNote note, CancellationToken cancellationToken)
    {
        var (locks, others) = (new List<PlannedLock>(), new List<OtherFile>());
        foreach (var undertaking in undertakings)
        {
            // An undo has its files in the opposite order, and a commit names hosts in the order of the fleet.
            var written = undertaking.Files.Where(file => file.After is not null).Select(file => file.Path)
                .ToHashSet(StringComparer.Ordinal);
            var places = undertaking.Folder.AllPlaces().Where(place => written.Contains(place.RelativePath)).ToList();
            locks.AddRange(places.Select(place => PlannedLock.Of(place, null, HostLocks.ReadExisting(place))));
            others.AddRange(
                undertaking.Files.Select(file => file.Path).Except(places.Select(place => place.RelativePath))
                    .Order(Utf8Order.Instance).Select(path => new OtherFile(undertaking.Folder, path)));
        }
        return MakeAsync(locks, others, note, cancellationToken);
    }

    /// <summary>Makes the commit. The message has Nix's form, with the hosts and the source of a promotion in trailers.</summary>
    /// <param name="locks">The locks, as they are on disk. With a shared input, the same change of it in other locks is added.</param>
    /// <param name="note">The contents of the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The subject of the commit; null if the last commit has these files as they are.</returns>
    /// <exception cref="FleetException">git does not make the commit, or is told to look away from a file.</exception>
    public Task<string?> MakeAsync(IReadOnlyList<PlannedLock> locks, CommitNote note, CancellationToken cancellationToken) =>
        MakeAsync(locks, [], note, cancellationToken);

    /// <summary>A file that is no lock. It may have been deleted.</summary>
    /// <param name="Folder">The flake.</param>
    /// <param name="Path">The path, relative to the flake.</param>
    sealed record OtherFile(FleetFolder Folder, string Path);

    async Task<string?> MakeAsync(
        IReadOnlyList<PlannedLock> locks, IReadOnlyList<OtherFile> others, CommitNote note, CancellationToken cancellationToken)
    {
        var begun = await ConcludeAsync(cancellationToken);
        var head = await HeadAsync(cancellationToken);
        var changed = await SinceLastCommitAsync(locks, cancellationToken);
        others = await ChangedAsync(others, cancellationToken);
        if (changed.Count + others.Count == 0)
            return null;
        string[] files = [.. changed.Select(PathOf).Concat(others.Select(PathOf)).Distinct()];
        await RefuseUnseenAsync(files, cancellationToken);
        var subject = CommitSubject.Of(
            changed, [.. others.Select(file => _folders.Count == 1 ? file.Path : PathOf(file))], note,
            _folders.Select(folder => folder.Fleet.CommitSubject).FirstOrDefault(template => template is not null));
        var message = new StringBuilder();
        message.Append(CultureInfo.InvariantCulture, $"{subject}\n\n");
        if (changed.Count > 0)
            message.Append(CultureInfo.InvariantCulture, $"Flake lock file updates:\n\n{note.Describe(changed).TrimEnd()}\n\n")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"Hostlock-Hosts: {string.Join(' ', changed.SelectMany(planned => planned.Place.Sharers).Distinct())}\n");
        message.Append(Trailers(note));
        var own = BegunCommit.Begin(_place.Folder, head, message.ToString());
        var finished = await GitTurn.RunAsync(
            _processes,
            GitProgram.InWorkTree(
                _root,
                ["--literal-pathspecs", "commit", "--quiet", "--cleanup=verbatim", "--only", $"--file={own.Path}", "--", .. files]),
            cancellationToken);
        if (finished.Succeeded)
        {
            await ConcludeAsync(cancellationToken);
            return subject;
        }
        // Files that differ in what git converts, such as the ends of lines, are the same to git.
        var status = await _processes.RunAsync(
            GitProgram.AskAround(
                _root, ["--literal-pathspecs", "status", "--porcelain", "--ignored", "--ignore-submodules=all", "--", .. files]),
            cancellationToken);
        if (status.Succeeded && status.Output.Length == 0)
        {
            // A git that a killed run left has made the commit meanwhile.
            await ConcludeAsync(cancellationToken);
            return null;
        }
        // The work that such a git may still finish is concluded later.
        if (!begun.Contains(own))
            own.End();
        throw FleetException.CommitFailed($"{finished.Errors}{finished.Output}".Trim());
    }

    // Finishes the work of begun commits that git has made, also those of killed runs. Commits that git has not made stay open.
    async Task<IReadOnlyList<BegunCommit>> ConcludeAsync(CancellationToken cancellationToken)
    {
        var begun = BegunCommit.In(_place.Folder);
        if (begun.Count == 0)
            return begun;
        var head = await HeadAsync(cancellationToken);
        foreach (var made in begun.Where(commit => commit.Before != head))
        {
            await KeepAddedAsync(made.Before, cancellationToken);
            made.End();
        }
        return [.. begun.Where(commit => commit.Before == head)];
    }

    // The commit of HEAD; zeros if there is none yet.
    async Task<Revision> HeadAsync(CancellationToken cancellationToken)
    {
        if (_place.HeadCommit is { } known)
            return known;
        var asked = await _processes.RunAsync(
            GitProgram.AskAround(_root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"), cancellationToken);
        return Revision.TryParse(asked.Output.Trim()) ?? Revision.None;
    }

    // The files that differ from the last commit.
    async Task<IReadOnlyList<OtherFile>> ChangedAsync(IReadOnlyList<OtherFile> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return files;
        string[] paths = [.. files.Select(PathOf)];
        using var history = new GitHistory(_processes, _root, paths);
        var changed = new List<OtherFile>();
        foreach (var (file, committed) in files.Zip(await history.ContentsAsync("HEAD", paths, cancellationToken)))
        {
            if (!RecordedChange.IsSame(committed, file.Folder.TryReadBytes(file.Path)))
                changed.Add(file);
        }
        return changed;
    }

    // The locks that differ from the last commit, each with its version there.
    async Task<IReadOnlyList<PlannedLock>> SinceLastCommitAsync(IReadOnlyList<PlannedLock> locks, CancellationToken cancellationToken)
    {
        var others = Shared(locks);
        LockPlace[] places = [.. locks.Select(planned => planned.Place), .. others.Select(other => other.Place)];
        string[] paths = [.. places.Select(PathOf)];
        using var history = new GitHistory(_processes, _root, paths);
        var committed = await history.ContentsAsync("HEAD", paths, cancellationToken);
        var reading = new LockReading();
        var changed = new List<PlannedLock>();
        for (var i = 0; i < locks.Count; i++)
        {
            if (Difference(i) is { } difference)
                changed.Add(Same(locks[i].Before, difference.Before) ? locks[i] : difference);
        }
        // Another lock is added only if nothing but shared inputs differs in it.
        for (var i = 0; i < others.Count; i++)
        {
            if (Difference(locks.Count + i) is { Before: not null, Diff: { IsEmpty: false } diff } difference
                && diff.Changes.All(change => others[i].Shared.Contains(change.Path.Names[0])))
                changed.Add(difference);
        }
        return changed;

        PlannedLock? Difference(int i)
        {
            var place = places[i];
            if (HostLocks.ReadBytes(place) is not { } now || (committed[i] is { } same && same.AsSpan().SequenceEqual(now)))
                return null;
            var before = committed[i] is { } earlier ? TryRead(place, earlier) : null;
            return PlannedLock.Of(place, before, LockFileReader.Read(place.RelativePath, now, reading));
        }

        // A lock with conflict markers, or a file of another program, may have been committed.
        LockFile? TryRead(LockPlace place, byte[] earlier)
        {
            try
            {
                return LockFileReader.Read($"{place.RelativePath}@HEAD", earlier, reading);
            }
            catch (LockException)
            {
                return null;
            }
        }
    }

    // The locks that may have got a shared input along with some locks, and the names of such inputs.
    List<(LockPlace Place, HashSet<string> Shared)> Shared(IReadOnlyList<PlannedLock> locks)
    {
        var known = locks.Select(planned => planned.Place.FullPath).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from folder in _folders
               let shared = folder.Fleet.Policies.Where(policy => policy.Value.IsShared).Select(policy => policy.Key).ToHashSet()
               where shared.Count > 0
               from place in folder.AllPlaces()
               where !known.Contains(place.FullPath)
               select (place, shared),
        ];
    }

    static bool Same(LockFile? one, LockFile? other) =>
        one is null || other is null ? one is null && other is null : LockDiff.Same(one, other);

    // A hook may add other files to the commit. git leaves the user's index without them, and the next commit would take them back. An
    // entry that was staged before stays.
    async Task KeepAddedAsync(Revision before, CancellationToken cancellationToken)
    {
        if (await PathsAsync("diff-tree", "-r", before.ToString(), "HEAD") is not { Count: > 0 } added
            || await PathsAsync("diff-index", "--cached", before.ToString()) is not { } staged)
            return;
        if (added.Except(staged).ToList() is { Count: > 0 } left)
            await GitTurn.RunAsync(
                _processes, GitProgram.Change(_root, ["--literal-pathspecs", "reset", "--quiet", "--", .. left]), cancellationToken);

        // Null if git cannot tell.
        async Task<IReadOnlyList<string>?> PathsAsync(string command, params string[] arguments)
        {
            var asked = await _processes.RunAsync(
                GitProgram.AskAround(_root, [command, "--no-renames", "--name-only", "-z", .. arguments]), cancellationToken);
            return asked.Succeeded ? asked.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
    }

    // git would silently leave such a lock out of the commit.
    async Task RefuseUnseenAsync(string[] files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            if (GitWorkTreeFiles.UnfollowedLink(_root, TreePath.Parse(file)) is { } link)
                throw FleetException.BeyondGit(Shown(file), Shown(link.ToText()));
        }
        var listed = await _processes.RunAsync(
            GitProgram.AskAround(_root, ["--literal-pathspecs", "ls-files", "-z", "-v", "--", .. GitPaths.Covering(files)]),
            cancellationToken);
        if (!listed.Succeeded)
            throw FleetException.CommitFailed(listed.Errors.Trim());
        var tags = listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).ToLookup(line => line[2..], line => line[0]);
        foreach (var file in files)
        {
            if (!tags.Contains(file))
                throw FleetException.NotTakenByGit(Shown(file));
            // git-ls-files(1), -t and -v: S is skip-worktree, small letters are assume-unchanged.
            if (tags[file].Any(tag => tag == 'S' || char.IsLower(tag)))
                throw FleetException.HiddenFromGit(Shown(file), tags[file].Any(char.IsLower));
        }

        // A hint is typed in the folder of the flake, or in that of the repository if there are several.
        string Shown(string file) => _folders is [var only] ? Path.GetRelativePath(only.Path, Path.Combine(_root, file)) : file;
    }

    string PathOf(PlannedLock planned) => PathOf(planned.Place);

    string PathOf(LockPlace place) => GitWorkTreeFiles.PathOf(_root, place.FullPath);

    string PathOf(OtherFile file) => GitWorkTreeFiles.PathOf(_root, file.Folder.Full(file.Path));

    string PathOf(RecordedFile file) => PathOf(new OtherFile(_folders.Single(), file.Path));

    /// <summary>The trailers of a commit of locks that state its purpose, one on each line.</summary>
    /// <param name="note">The purpose of the commit.</param>
    internal static string Trailers(CommitNote note)
    {
        var text = new StringBuilder();
        if (note.PromotedFrom is { } from)
            text.Append(CultureInfo.InvariantCulture, $"Hostlock-Promoted-From: {from}\n");
        if (note.Action is { } action)
            text.Append(CultureInfo.InvariantCulture, $"Hostlock-Action: {action}\n");
        if (note.Rollout is var (rollout, ring))
            text.Append(CultureInfo.InvariantCulture, $"Hostlock-Rollout: {rollout}\nHostlock-Ring: {ring}\n");
        return text.ToString();
    }
}
