using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>Three lock files merged input by input, as git asks its merge drivers to.</summary>
public static class LockFileMerge
{
    /// <summary>Merges the files; ours gets the result, if the two sides do not contradict each other.</summary>
    /// <param name="common">The lock that both sides started from, as an absolute path.</param>
    /// <param name="ours">Our lock.</param>
    /// <param name="theirs">Their lock.</param>
    /// <exception cref="HostlockException">A file cannot be read or written, or is no lock.</exception>
    public static MergeOutcome Apply(string common, string ours, string theirs)
    {
        var outcome = LockMerge.Merge(Read(common), Read(ours), Read(theirs));
        if (outcome is MergeOutcome.Merged(var merged))
            RepositoryFiles.ReplaceNamed(ours, LockFileWriter.Write(merged));
        return outcome;
    }

    // An empty file is what git gives if a side has none.
    static LockFile Read(string file) =>
        File.Exists(file) && new FileInfo(file).Length == 0 ? LockFile.Empty : HostLocks.ReadExisting(LockPlace.OfFile(file, file));
}
