using Hostlock.Locks;

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

    // git gives an empty file if a side has none.
    static LockFile Read(string file) =>
        File.Exists(file) && new FileInfo(file).Length == 0 ? LockFile.Empty : HostLocks.ReadExisting(LockPlace.OfFile(file, file));
}
