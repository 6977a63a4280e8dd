using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>
/// Merges of locks out of public repositories, as somebody made them with git: the lock both sides started from, the two sides, and what
/// was committed. git merges the lines of none that is a conflict here.
/// </summary>
public class MergesTests
{
    public static TheoryData<string> Recorded() =>
        [
            .. Directory.EnumerateDirectories(Repository.Vectors("merges"))
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_merge_comes_out_as_it_was_committed_or_both_sides_changed_an_input(string name) =>
        Check(Path.Combine(Repository.Vectors("merges"), name));

    // HOSTLOCK_MERGES names a folder with more of them.
    [Fact]
    public void So_do_all_merges_asked_for()
    {
        var more = Environment.GetEnvironmentVariable("HOSTLOCK_MERGES") is { Length: > 0 } folder ? folder : Repository.Vectors("merges");
        var merges = Directory.EnumerateFiles(more, "base.lock", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!)
            .ToList();

        Assert.NotEmpty(merges);
        Assert.All(merges, Check);
    }

    static void Check(string merge)
    {
        var (common, ours, theirs, committed) = (Read("base"), Read("ours"), Read("theirs"), Read("result"));
        var outcome = LockMerge.Merge(common, ours, theirs);
        if (outcome is MergeOutcome.Merged(var merged))
        {
            // The person who met a conflict of lines may have taken one side as it was.
            if (!LockDiff.Same(committed, ours) && !LockDiff.Same(committed, theirs))
                Assert.Equal([], LockDiff.Between(committed, merged).Changes);
            return;
        }
        var conflicts = Assert.IsType<MergeOutcome.Conflicted>(outcome).Conflicts;
        Assert.All(conflicts, conflict =>
        {
            Assert.NotEqual(common.EdgeAt(conflict.Input), conflict.Ours);
            Assert.NotEqual(common.EdgeAt(conflict.Input), conflict.Theirs);
        });

        LockFile Read(string side) => LockFileReader.Read($"{side}.lock", File.ReadAllBytes(Path.Combine(merge, $"{side}.lock")));
    }
}
