using System.Collections.Immutable;
using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Merging;

/// <summary>A request to settle conflicts: which, and how.</summary>
/// <param name="Inputs">The inputs, each with all beneath it; empty for every input.</param>
/// <param name="Choice">The side that is taken; null to look only.</param>
public sealed record ResolutionRequest(ImmutableArray<InputPath> Inputs, MergeChoice? Choice)
{
    /// <summary>True if a run of the same request was broken off, and may have settled some of the inputs.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Tells whether the request is about a conflict.</summary>
    public bool Names(MergeConflict conflict) => Inputs.IsEmpty || Inputs.Any(conflict.Input.StartsWith);

    /// <summary>The side that is taken of a conflict; null if it is left.</summary>
    public MergeSide? SideOf(MergeConflict conflict) => Names(conflict) ? Choice?.SideOf(conflict) : null;
}

/// <summary>The settling of a lock that git could not merge.</summary>
/// <param name="Unmerged">The lock.</param>
/// <param name="Merge">Its merge, as far as it is settled.</param>
public sealed record LockResolution(UnmergedLock Unmerged, SettledMerge Merge)
{
    /// <summary>True if no conflict is left.</summary>
    public bool IsWhole => Merge.Outcome is MergeOutcome.Merged;
}

/// <summary>Settles locks that git could not merge, by the versions that its index keeps.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
public sealed class LockResolving(IProcessRunner processes, FleetFolder folder)
{
    readonly MergeIndex _index = MergeIndex.Of(processes, folder);
    readonly string _root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? throw FleetException.NoRepository(folder.Path);

    /// <summary>Makes the requested merges and, if they are to be written, writes them while no other hostlock writes to the
    /// fleet.</summary>
    /// <param name="findAsync">Finds the locks, which nobody else changes meanwhile.</param>
    /// <param name="request">The inputs to settle, and the side that is taken.</param>
    /// <param name="words">The words of the command, as an undertaking records them; null if nothing is written.</param>
    /// <param name="told">Is told the merges when all is done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">As for <see cref="PlanAsync"/>; or a lock cannot be written, git does not take it, or another
    /// hostlock is writing.</exception>
    public async Task RunAsync(
        Func<CancellationToken, Task<IReadOnlyList<UnmergedLock>>> findAsync, ResolutionRequest request, IReadOnlyList<string>? words,
        Action<IReadOnlyList<LockResolution>> told, CancellationToken cancellationToken)
    {
        using var reserved = words is null ? null : folder.Reserve();
        var unfinished = words is null ? null : Undertaking.Find(folder, words);
        var planned = await PlanAsync(
            await findAsync(cancellationToken), request with { IsRepeated = unfinished is not null }, cancellationToken);
        if (words is null)
        {
            told(planned);
            return;
        }
        var undertaking = unfinished
            ?? Undertaking.Of(
                folder, words, planned.Select(
                    merge => (merge.Unmerged.Place.RelativePath, (ReadOnlyMemory<byte>?)Text(merge))), []);
        // A merge without a host that is in conflict changes nothing.
        var sides = await SidesAfterAsync(planned, cancellationToken);
        if (planned.Count > 0)
            undertaking = undertaking.Settling(await MergesAsync(planned, sides, cancellationToken));
        undertaking.Record();
        await WriteAsync(planned, sides, cancellationToken);
        told(planned);
        undertaking.End();
    }

    /// <summary>Finds those of some locks that git could not merge.</summary>
    /// <param name="places">The locks.</param>
    /// <param name="isNamed">If true, a person named the locks, so that one without a conflict is a mistake.</param>
    /// <param name="told">Is told each named lock that is settled already.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A named lock has no conflict, and had none; or the index cannot be read.</exception>
    public async Task<IReadOnlyList<UnmergedLock>> FindAsync(
        IReadOnlyList<LockPlace> places, bool isNamed, Action<LockPlace> told, CancellationToken cancellationToken)
    {
        var unmerged = await UnmergedLock.ReadAsync(folder, places, processes, cancellationToken);
        foreach (var merged in isNamed ? places.ExceptBy(unmerged.Select(found => found.Place.FullPath), place => place.FullPath) : [])
        {
            if (!await UnmergedLock.IsSettledAsync(folder, merged, processes, cancellationToken))
                throw FleetException.IsMerged(merged);
            told(merged);
        }
        return unmerged;
    }

    /// <summary>Makes the merges that a request asks for. Nothing is written.</summary>
    /// <param name="locks">The locks.</param>
    /// <param name="request">The inputs to settle, and the side that is taken.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">
    /// A version cannot be read, a side has deleted the lock, the file was changed since the merge, or an input is in no conflict.
    /// </exception>
    public async Task<IReadOnlyList<LockResolution>> PlanAsync(
        IReadOnlyList<UnmergedLock> locks, ResolutionRequest request, CancellationToken cancellationToken)
    {
        using var history = new GitHistory(processes, _root, [.. locks.Select(unmerged => unmerged.File.Path)]);
        var planned = new List<LockResolution>();
        foreach (var unmerged in locks)
        {
            var sides = await SidesAsync(history, unmerged, cancellationToken);
            var before = sides.Settle(_ => null);
            var after = sides.Settle(request.SideOf);
            RefuseChanged(unmerged.Place, before, after);
            var wrong = request.Inputs.FirstOrDefault(input => !before.Left.Any(conflict => conflict.Input.StartsWith(input)));
            if (wrong is not null && !request.IsRepeated)
                throw FleetException.NotInConflict(unmerged.Place, wrong, before.Left.Select(conflict => conflict.Input.ToString()));
            planned.Add(new(unmerged, after));
        }
        return planned;
    }

    /// <summary>By absolute path, why a lock that git could not merge cannot be settled; one that can be settled is not in it.</summary>
    /// <param name="places">The locks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The index cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, HostlockException>> UnsettledAsync(
        IReadOnlyList<LockPlace> places, CancellationToken cancellationToken)
    {
        var unsettled = new Dictionary<string, HostlockException>(StringComparer.Ordinal);
        foreach (var unmerged in await UnmergedLock.ReadAsync(folder, places, processes, cancellationToken))
        {
            try
            {
                await PlanAsync([unmerged], new([], null), cancellationToken);
            }
            catch (HostlockException why)
            {
                unsettled[unmerged.Place.FullPath] = why;
            }
        }
        return unsettled;
    }

    // A lock without conflicts is added to git's index, as git mergetool does. For any other, the index keeps the sides, with the settled
    // inputs equal in both.
    async Task WriteAsync(
        IReadOnlyList<LockResolution> resolutions, IReadOnlyDictionary<LockResolution, IndexSides> sides,
        CancellationToken cancellationToken)
    {
        HostLocks.WriteBytes([.. resolutions.Select(resolution => (resolution.Unmerged.Place, Text(resolution)))]);
        var whole = resolutions.Where(resolution => resolution.IsWhole).Select(resolution => resolution.Unmerged.File.Path).ToList();
        if (whole.Count > 0)
            await _index.SettleAsync(whole, cancellationToken);
        foreach (var (resolution, kept) in sides)
            await _index.KeepAsync(resolution.Unmerged.File.Path, kept, cancellationToken);
    }

    static ReadOnlyMemory<byte> Text(LockResolution resolution) => LockFileWriter.Write(resolution.Merge.Outcome.Lock);

    // The versions that the index keeps of locks that are settled in part.
    async Task<IReadOnlyDictionary<LockResolution, IndexSides>> SidesAfterAsync(
        IReadOnlyList<LockResolution> resolutions, CancellationToken cancellationToken)
    {
        var sides = new Dictionary<LockResolution, IndexSides>(ReferenceEqualityComparer.Instance);
        foreach (var resolution in resolutions.Where(resolution => !resolution.IsWhole))
        {
            var (path, common) = (resolution.Unmerged.File.Path, resolution.Unmerged.File.Common);
            sides[resolution] = new(common, await StoreAsync(resolution.Merge.Sides.Ours), await StoreAsync(resolution.Merge.Sides.Theirs));

            Task<string> StoreAsync(LockFile file) =>
                _index.StoreAsync(path, Encoding.UTF8.GetString(LockFileWriter.Write(file)), cancellationToken);
        }
        return sides;
    }

    // The record by which the change can be taken back.
    async Task<IReadOnlyDictionary<string, RecordedMerge>> MergesAsync(
        IReadOnlyList<LockResolution> resolutions, IReadOnlyDictionary<LockResolution, IndexSides> sides,
        CancellationToken cancellationToken)
    {
        var head = await _index.HeadAsync(cancellationToken);
        return resolutions.ToDictionary(
            resolution => resolution.Unmerged.Place.RelativePath,
            resolution => new RecordedMerge(
                head,
                new(resolution.Unmerged.File.Common, resolution.Unmerged.File.Ours!, resolution.Unmerged.File.Theirs!),
                sides.GetValueOrDefault(resolution)),
            StringComparer.Ordinal);
    }

    static async Task<MergeSides> SidesAsync(GitHistory history, UnmergedLock unmerged, CancellationToken cancellationToken)
    {
        var (place, file) = (unmerged.Place, unmerged.File);
        if (file.Ours is not { } ours || file.Theirs is not { } theirs)
            throw FleetException.LockDeleted(place, file.Ours is null);
        var common = file.Common is { } id ? await ReadAsync(id, "common") : LockFile.Empty;
        return new(common, await ReadAsync(ours, "ours"), await ReadAsync(theirs, "theirs"));

        async Task<LockFile> ReadAsync(string blob, string side) =>
            LockFileReader.Read(
                $"{place.RelativePath} ({side})",
                await history.BlobAsync(blob, file.Path, cancellationToken) ?? throw FleetException.NoLock(place));
    }

    // A file that the merge left may be replaced: that of our driver, that of git without it (our side, or conflict markers), or none. A
    // run that was broken off may have written what this one is to write.
    static void RefuseChanged(LockPlace place, SettledMerge merge, SettledMerge after)
    {
        LockFile? now;
        try
        {
            now = HostLocks.Read(place);
        }
        catch (LockException)
        {
            return;
        }
        if (now is not null
            && !LockDiff.Same(now, merge.Outcome.Lock)
            && !LockDiff.Same(now, merge.Sides.Ours)
            && !LockDiff.Same(now, after.Outcome.Lock))
            throw FleetException.ChangedSinceMerge(place);
    }
}
