using Hostlock.Fetching.Git;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Merging;

/// <summary>Merges three lock files input by input, in the form of git's merge drivers.</summary>
public static class LockFileMerge
{
    /// <summary>Merges the files. Ours gets the result; if the sides differ on some inputs, it keeps our side of these.</summary>
    /// <param name="common">The lock that both sides started from, as an absolute path.</param>
    /// <param name="ours">Our lock.</param>
    /// <param name="theirs">Their lock.</param>
    /// <param name="choose">The side that is taken of an input on which the sides differ; null leaves it to the user.</param>
    /// <exception cref="HostlockException">A file cannot be read or written, or is no lock.</exception>
    public static SettledMerge Apply(string common, string ours, string theirs, Func<MergeConflict, MergeSide?> choose)
    {
        var settled = new MergeSides(Read(common), Read(ours), Read(theirs)).Settle(choose);
        RepositoryFiles.ReplaceNamed(ours, LockFileWriter.Write(settled.Outcome.Lock));
        return settled;
    }

    /// <summary>
    /// Merges the files as <see cref="Apply"/> does. git hands a driver the files as it stores them: if they are no locks because a filter
    /// has encrypted them, they are read and written through that filter.
    /// </summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="root">The folder of the work tree, in which git starts the driver.</param>
    /// <param name="path">The path of the lock in the work tree; null if git did not tell it.</param>
    /// <param name="common">The lock that both sides started from, as an absolute path.</param>
    /// <param name="ours">Our lock.</param>
    /// <param name="theirs">Their lock.</param>
    /// <param name="choose">The side that is taken of an input on which the sides differ; null leaves it to the user.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A file cannot be read or written, or is no lock; or git cannot filter it.</exception>
    public static async Task<SettledMerge> ApplyAsync(
        IProcessRunner processes, string root, string? path, string common, string ours, string theirs,
        Func<MergeConflict, MergeSide?> choose, CancellationToken cancellationToken)
    {
        try
        {
            return Apply(common, ours, theirs, choose);
        }
        catch (LockException) when (path is not null)
        {
            using var history = new GitHistory(processes, root, [path]);
            if (!await history.IsFilteredAsync(path, cancellationToken))
                throw;
            var sides = new MergeSides(await FilteredAsync(common), await FilteredAsync(ours), await FilteredAsync(theirs));
            var settled = sides.Settle(choose);
            var stored = await history.StoredAsync(LockFileWriter.Write(settled.Outcome.Lock), path, cancellationToken);
            RepositoryFiles.ReplaceNamed(ours, stored);
            return settled;

            async Task<LockFile> FilteredAsync(string file) =>
                HostLocks.ReadBytes(LockPlace.OfFile(file, file)) is { Length: > 0 } bytes
                    ? LockFileReader.Read(path, await history.CheckedOutAsync(bytes, path, cancellationToken))
                    : LockFile.Empty;
        }
    }

    // git gives an empty file if a side has none. The file is read to know that: a pipe has no bytes either until somebody writes.
    static LockFile Read(string file)
    {
        var place = LockPlace.OfFile(file, file);
        return (HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place)) is { Length: > 0 } bytes
            ? LockFileReader.Read(place.RelativePath, bytes)
            : LockFile.Empty;
    }
}
