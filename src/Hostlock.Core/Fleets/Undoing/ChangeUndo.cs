using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Adoption;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Merging;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Undoing;

/// <summary>The files that are taken back, or put back.</summary>
/// <param name="Title">The command that did it, as it is shown.</param>
/// <param name="Files">The files, with their present and their new contents.</param>
/// <param name="Step">The step in the record of changes; null if it is a change of its own.</param>
public sealed record UndoPlan(string Title, ImmutableArray<RecordedFile> Files, UndoStep? Step)
{
    /// <summary>The time of the command; null if that is not known.</summary>
    public DateTimeOffset? When { get; init; }

    /// <summary>The change of a commit, which is recorded when it is taken back; null if the change is recorded already.</summary>
    public RecordedChange? OfCommit { get; init; }
}

/// <summary>The work of an undo or a redo in one flake, alone or together with others.</summary>
/// <param name="Folder">The flake.</param>
/// <param name="Undo">The undo of the flake.</param>
/// <param name="UndertakeAsync">Makes the undertaking, once all flakes are known to be ready.</param>
/// <param name="Note">The message of a commit of the files; null if they are not committed. It is null for all or for none.</param>
/// <param name="Told">Tells the user that the files are written, and which of them Nix does not see.</param>
/// <param name="Committed">Tells the subject of the commit; null if the last commit has the same files.</param>
public sealed record FlakeUndo(
    FleetFolder Folder, ChangeUndo Undo, Func<CancellationToken, Task<Undertaking>> UndertakeAsync, CommitNote? Note,
    Action<IReadOnlyList<Warning>> Told, Action<string?> Committed)
{
    /// <summary>The name that tells the flake from the others of its repository; empty if it is alone.</summary>
    public string Name { get; init; } = "";
}

/// <summary>
/// Takes back the last change of hostlock, and puts it back again. A file whose bytes are not those that hostlock left is somebody's
/// change, and is never overwritten. If nothing is recorded, git's history gives the earlier locks.
/// </summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The flake.</param>
public sealed class ChangeUndo(IProcessRunner processes, FleetFolder folder)
{
    const int MostCommits = 50;

    readonly ChangeRecord? _record = ChangeRecord.Of(folder);
    readonly OrderedDictionary<string, LockPlace> _places =
        new(folder.AllPlaces().Select(place => KeyValuePair.Create(place.RelativePath, place)), StringComparer.Ordinal);

    /// <summary>Finds what to take back. Nothing is written.</summary>
    /// <param name="places">The locks of which the last change is taken back; null for the last change of all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Nothing was done, or a file has changed since.</exception>
    public async Task<UndoPlan> PlanUndoAsync(IReadOnlyList<LockPlace>? places, CancellationToken cancellationToken)
    {
        var paths = places?.Select(place => place.RelativePath).ToHashSet(StringComparer.Ordinal);
        foreach (var change in _record?.Changes() ?? [])
        {
            // A host keeps a lock: its first lock is taken back only with everything else of that command.
            var files = change.Standing.Where(file => paths is null || (file.Before is not null && paths.Contains(file.Path)));
            if (await ReversedAsync(change, files, cancellationToken) is { } plan)
                return plan;
        }
        return places is null ? await LastCommitAsync(cancellationToken) : await LastChangesAsync(places, cancellationToken);
    }

    /// <summary>Finds what the last undo took back. Nothing is written.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Nothing was taken back, something else was done since, or a file has changed since.</exception>
    public async Task<UndoPlan> PlanRedoAsync(CancellationToken cancellationToken)
    {
        if (_record is null)
            throw FleetException.NoRepository(folder.Path);
        if (_record.Undone() is not [var taken, ..]
            || _record.Changes().FirstOrDefault(each => each.Number == taken.Change) is not { } change)
            throw FleetException.NothingToRedo();
        var left = new List<RecordedFile>();
        foreach (var file in change.Files.Where(file => taken.Files.Contains(file.Path)))
        {
            var isThere = RecordedChange.IsSame(Now(file), file.After);
            if (isThere && (file.Merge is null || await IsInIndexAsync(file, isBefore: false, cancellationToken)))
                continue;
            if (!RecordedChange.IsSame(Now(file), file.Before)
                || (file.Merge is not null && !await IsInIndexAsync(file, isBefore: true, cancellationToken)))
                throw FleetException.ChangedSinceUndo(file.Path, change.Title);
            left.Add(file);
        }
        return new(change.Title, [.. left], new UndoStep.PutBack(change.Number, taken.Files)) { When = change.When };
    }

    /// <summary>Makes an undertaking of a plan. Only a change that is known from a commit alone is recorded.</summary>
    /// <param name="words">The words of the command, as the undertaking records them.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A file cannot be read, or the index of git.</exception>
    public async Task<Undertaking> UndertakeAsync(IEnumerable<string> words, UndoPlan plan, CancellationToken cancellationToken)
    {
        var forgotten = await AdoptedFiles.AnnouncedAsync(
            processes, folder, [.. plan.Files.Where(file => file.After is null).Select(file => file.Path)], cancellationToken);
        var step = plan.OfCommit is { } change
            ? new UndoStep.TakeBack(_record!.AddEarlier(change).Number, [.. plan.Files.Select(file => file.Path)])
            : plan.Step;
        return Undertaking.Of(
            folder,
            words,
            plan.Files.Select(file => (file.Path, file.After is null ? (ReadOnlyMemory<byte>?)null : file.After)),
            forgotten,
            step);
    }

    /// <summary>Refuses to commit files whose version in the last commit is neither the old nor the new one: the commit would have the
    /// user's own changes too.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">A file that is no lock has changes that are in no commit.</exception>
    public Task RequireCommittableAsync(UndoPlan plan, CancellationToken cancellationToken) =>
        LockCommit.In(processes, [folder])
            .RequireOwnAsync([.. plan.Files.Where(file => PlaceOf(file.Path) is null)], cancellationToken);

    /// <summary>Writes the files of one or more flakes of a repository, and commits them by one commit. If the run is broken off, the same
    /// command finishes it.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="flakes">The undo or redo in each.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A file was changed since it was planned, or cannot be written, or git does not do its
    /// part.</exception>
    public static async Task ApplyAsync(IProcessRunner processes, IReadOnlyList<FlakeUndo> flakes, CancellationToken cancellationToken)
    {
        FleetFolder[] folders = [.. flakes.Select(flake => flake.Folder)];
        var commit = flakes[0].Note is null ? null : LockCommit.In(processes, folders);
        using var reserved = new Reservations(folders);
        var undertakings = new List<Undertaking>();
        foreach (var flake in flakes)
            undertakings.Add(await flake.UndertakeAsync(cancellationToken));
        foreach (var (flake, undertaking) in flakes.Zip(undertakings))
        {
            var driver = await flake.Undo.DriverAsync(undertaking, cancellationToken);
            await new FleetTransition(processes, flake.Folder, undertaking, driver).GoAsync(flake.Told, cancellationToken);
            await flake.Undo.BringToIndexAsync(undertaking, cancellationToken);
        }
        if (commit is not null)
        {
            var note = CommitNote.OfFlakes(flakes.Select(flake => (flake.Folder, flake.Name, flake.Note!)));
            flakes[^1].Committed(await commit.MakeAsync(undertakings, note, cancellationToken));
        }
        // The changes in all flakes are finished together, so that a run that was broken off takes all of them up again.
        foreach (var undertaking in undertakings)
            undertaking.End();
    }

    /// <summary>The locks among the files of a plan, for the report.</summary>
    /// <param name="plan">The plan.</param>
    public IReadOnlyList<PlannedLock> Locks(UndoPlan plan)
    {
        var files = plan.Files.Where(file => file.After is not null).ToDictionary(file => file.Path, StringComparer.Ordinal);
        return
        [
            .. _places.Values.Select(place => files.TryGetValue(place.RelativePath, out var file) ? TryPlan(place, file.After!) : null)
                .OfType<PlannedLock>(),
        ];
    }

    // Null if nothing of it is left: it was broken off before its first file, or taken back in another way.
    async Task<UndoPlan?> ReversedAsync(
        RecordedChange change, IEnumerable<RecordedFile> files, CancellationToken cancellationToken)
    {
        var left = new List<RecordedFile>();
        foreach (var file in files)
        {
            var (isBefore, isAfter) = (RecordedChange.IsSame(Now(file), file.Before), RecordedChange.IsSame(Now(file), file.After));
            var isSettled = file.Merge is not null && isAfter && await IsInIndexAsync(file, isBefore: false, cancellationToken);
            if (isBefore && !isSettled)
                continue;
            // Of a larger file, the history that git gives has only the beginning.
            if (file.Before is { Length: > LockFileReader.MaximumBytes })
                throw LockException.TooLarge($"the earlier {file.Path}", LockFileReader.MaximumBytes);
            if (!isAfter)
                throw FleetException.ChangedSince(file.Path, change.Title);
            // git has the merge in a commit, or no longer knows of it.
            if (file.Merge is not null && !isSettled)
                throw FleetException.SettledMerge(change.Title);
            left.Add(file);
        }
        // The file that was written last goes first.
        left.Reverse();
        return left.Count == 0
            ? null
            : new(
                change.Title,
                [.. left.Select(file => new RecordedFile(file.Path, file.After, file.Before) { Merge = file.Merge })],
                new UndoStep.TakeBack(change.Number, [.. left.Select(file => file.Path)]))
            { When = change.When };
    }

    // The change of locks in the newest commit. Commits of an undo are passed by, with the commits that they took back.
    async Task<UndoPlan> LastCommitAsync(CancellationToken cancellationToken)
    {
        if (_record is null)
            throw FleetException.NoRepository(folder.Path);
        using var history = LockHistory.Open(processes, folder);
        var known = _record.Changes().Select(change => change.Commit).OfType<Revision>().ToHashSet();
        var inverse = new List<RecordedFile>();
        await foreach (var (commit, files) in history.ChangesAsync(folder.AllPlaces(), MostCommits, cancellationToken))
        {
            if (commit.IsUndo)
            {
                inverse.AddRange(files);
                continue;
            }
            // A lock that came with the commit stays: nobody undoes the day on which the fleet was made.
            var changed = files.Where(file => file.Before is not null
                    && inverse.RemoveAll(
                        undone => undone.Path == file.Path
                            && RecordedChange.IsSame(undone.Before, file.After) && RecordedChange.IsSame(undone.After, file.Before)) == 0)
                .ToImmutableArray();
            if (known.Contains(commit.Id) || changed.IsEmpty)
                continue;
            var change = RecordedChange.Of(commit, changed);
            if (await ReversedAsync(change, changed, cancellationToken) is { } plan)
                return plan with { Step = null, OfCommit = change };
        }
        throw FleetException.NothingDone();
    }

    // For locks of which nothing is recorded: the committed one if it has changed since, otherwise that before the commit.
    async Task<UndoPlan> LastChangesAsync(IReadOnlyList<LockPlace> places, CancellationToken cancellationToken)
    {
        using var history = LockHistory.Open(processes, folder);
        var files = ImmutableArray.CreateBuilder<RecordedFile>();
        foreach (var place in places)
        {
            var earlier = await history.BeforeLastChangeAsync(place, cancellationToken);
            _ = LockFileReader.Read($"the earlier {place.RelativePath}", earlier);
            files.Add(new(place.RelativePath, folder.TryReadBytes(place.RelativePath), earlier));
        }
        return new($"the last change of {string.Join(", ", places.Select(place => place.RelativePath))}", files.ToImmutable(), null);
    }

    // The setting of git's merges comes and goes with hostlock.toml, as in init and eject.
    async Task<MergeDriverChange?> DriverAsync(Undertaking undertaking, CancellationToken cancellationToken)
    {
        if (undertaking.Files.FirstOrDefault(file => file.Path == FleetFile.Name) is not { } settings
            || MergeDriver.Around(folder, processes) is not { } driver)
            return null;
        return settings.After is null ? await driver.PlanRemovalAsync(cancellationToken)
            : settings.Before is null ? await driver.PlanInstallAsync(cancellationToken)
            : null;
    }

    // True if git's index has the merge of a file as the change left it, or as it was before.
    async Task<bool> IsInIndexAsync(RecordedFile file, bool isBefore, CancellationToken cancellationToken)
    {
        var (merge, index) = (file.Merge!, MergeIndex.Of(processes, folder));
        var expected = isBefore || merge.After is null ? merge.Before : merge.After;
        return await index.StateOfAsync(index.PathOf(folder.Full(file.Path)), cancellationToken) is { } state
            && state == new MergeState(expected, IsSettled: !isBefore && merge.After is null)
            && await index.HeadAsync(cancellationToken) == merge.Head;
    }

    // Restores the versions that git's index had of merges, before the change or after it.
    async Task BringToIndexAsync(Undertaking undertaking, CancellationToken cancellationToken)
    {
        var (number, isBefore) = undertaking.Step switch
        {
            UndoStep.TakeBack(var taken, _) => (taken, true),
            UndoStep.PutBack(var put, _) => (put, false),
            _ => (0, false),
        };
        var change = _record?.Changes().FirstOrDefault(each => each.Number == number);
        foreach (var (path, merge) in change?.Files.Select(file => (file.Path, file.Merge)) ?? [])
        {
            if (merge is null || undertaking.Files.All(file => file.Path != path))
                continue;
            var index = MergeIndex.Of(processes, folder);
            if ((isBefore ? merge.Before : merge.After) is { } sides)
                await index.KeepAsync(index.PathOf(folder.Full(path)), sides, cancellationToken);
            else
                await index.SettleAsync([index.PathOf(folder.Full(path))], cancellationToken);
        }
    }

    // The bytes of the file in the user's folder. A file beyond a link is not ours, so none are read there.
    byte[]? Now(RecordedFile file) => folder.TryReadBytes(file.Path);

    LockPlace? PlaceOf(string path) => _places.TryGetValue(path, out var place) ? place : null;

    static PlannedLock? TryPlan(LockPlace place, byte[] bytes)
    {
        try
        {
            return PlannedLock.Restoring(place, bytes, place.RelativePath);
        }
        catch (LockException)
        {
            return null; // it comes back as it was, whatever it was
        }
    }
}
