using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>
/// Histories of locks out of public repositories. Each update of more than one input is taken apart, as if half of its inputs had been
/// moved in one branch and half in another, and put together again: by the structure, and by lines as git does it.
/// </summary>
[Trait("part", "programs")]
public class HistoriesTests
{
    /// <summary>The outcomes of the two ways over a history.</summary>
    /// <param name="Updates">The updates that were taken apart.</param>
    /// <param name="Structure">Of these, how many the merge of locks puts together right.</param>
    /// <param name="Lines">How many git's merge of lines does.</param>
    /// <param name="LinesWrong">How many git's merge of lines takes for done, with another lock as the result.</param>
    sealed record Tally(int Updates, int Structure, int Lines, int LinesWrong);

    public static TheoryData<string> Recorded() =>
        [
            .. Directory.EnumerateDirectories(Repository.Vectors("history"))
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void An_update_made_in_two_branches_comes_together_again(string name)
    {
        var tally = Replay(Path.Combine(Repository.Vectors("history"), name));

        Assert.True(tally.Updates > 0);
        Assert.Equal(tally.Updates, tally.Structure);
        Assert.True(tally.Lines <= tally.Structure);
    }

    // HOSTLOCK_HISTORIES names a folder with more of them; the report goes to the output of the test.
    [Fact]
    public void So_do_those_of_all_histories_asked_for()
    {
        var folders = Environment.GetEnvironmentVariable("HOSTLOCK_HISTORIES") is { Length: > 0 } more
            ? Directory.GetDirectories(more)
            : [.. Recorded().Select(row => Path.Combine(Repository.Vectors("history"), row.Data)).Take(1)];
        var tallies = folders.Order(StringComparer.Ordinal)
            .Select(folder => (Name: Path.GetFileName(folder), Tally: Replay(folder)))
            .ToList();
        foreach (var (name, tally) in tallies)
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {tally}");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"all: {tallies.Sum(each => each.Tally.Updates)} updates, structure {tallies.Sum(each => each.Tally.Structure)}, lines "
                + $"{tallies.Sum(each => each.Tally.Lines)}, lines wrong {tallies.Sum(each => each.Tally.LinesWrong)}"));

        Assert.All(tallies, each => Assert.Equal(each.Tally.Updates, each.Tally.Structure));
    }

    static Tally Replay(string history)
    {
        var locks = Directory.EnumerateFiles(history, "*.lock").Order(StringComparer.Ordinal).Select(Read).OfType<LockFile>().ToList();
        var tally = new Tally(0, 0, 0, 0);
        using var folder = new TempFolder();
        for (var i = 1; i < locks.Count; i++)
        {
            if (Halves(locks[i - 1], locks[i]) is not var (one, other))
                continue;
            var right = LockFileWriter.Write(locks[i]);
            var merged = LockMerge.Merge(locks[i - 1], one, other);
            var (lines, isClean) = MergeLines(folder, locks[i - 1], one, other);
            var isRight = isClean && lines.AsSpan().SequenceEqual(right);
            tally = new(
                tally.Updates + 1,
                tally.Structure + (
                    merged is MergeOutcome.Merged(var whole) && LockFileWriter.Write(whole).AsSpan().SequenceEqual(right) ? 1 : 0),
                tally.Lines + (isRight ? 1 : 0),
                tally.LinesWrong + (isClean && !isRight ? 1 : 0));
        }
        return tally;
    }

    // Null if fewer than two inputs moved, or if a half alone would follow an input that does not exist: no branch can be so.
    static (LockFile One, LockFile Other)? Halves(LockFile before, LockFile after)
    {
        var moved = LockDiff.Between(before, after).Changes.Select(change => change.Path.Names[0]).Distinct().ToList();
        if (moved.Count < 2)
            return null;
        var halves = (One: With(0), Other: With(1));
        return LockGraft.Dangling(halves.One).Count + LockGraft.Dangling(halves.Other).Count == 0 ? halves : null;

        LockFile With(int half) => moved.Where((_, i) => i % 2 == half)
            .Aggregate(before, (file, name) => file.With(InputPath.Of(name), after.EdgeAt(InputPath.Of(name))));
    }

    static (byte[] Result, bool IsClean) MergeLines(TempFolder folder, LockFile common, LockFile ours, LockFile theirs)
    {
        foreach (var (name, file) in new[] { ("common", common), ("ours", ours), ("theirs", theirs) })
            File.WriteAllBytes(folder[name], LockFileWriter.Write(file));
        var merged = Run.Program("git", folder.Path, TestGit.Variables, ["merge-file", "ours", "common", "theirs"]);
        return (File.ReadAllBytes(folder["ours"]), merged.ExitCode == 0);
    }

    static LockFile? Read(string file)
    {
        try
        {
            return LockFileReader.Read(Path.GetFileName(file), File.ReadAllBytes(file));
        }
        catch (LockException)
        {
            return null; // one was committed with conflict markers
        }
    }
}
