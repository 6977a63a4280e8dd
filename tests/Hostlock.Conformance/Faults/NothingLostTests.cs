using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Faults;

/// <summary>
/// After a kill at any instant, and after the failure of any single call that changes files, every file is old or new, and the same command
/// finishes the job. Some of all cases are tried, chosen by HOSTLOCK_SEED; HOSTLOCK_BREAKS says how many kills and faults each command
/// gets,
/// and with <c>all</c> every call is tried with every error.
/// </summary>
public class NothingLostTests
{
    const int UsualBreaks = 2, AllKills = 300;

    static readonly int Breaks = Sample.IsWhole ? AllKills : Sample.Number("HOSTLOCK_BREAKS", UsualBreaks);

    public static TheoryData<string> Names => [.. Scene.All.Select(scene => scene.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_broken_off_is_whole_and_the_same_command_finishes_it(string name)
    {
        using var trials = new Trials(Scene.All.Single(scene => scene.Name == name));
        var random = new Random(Sample.Seed);
        var calls = Enumerable.Range(1, trials.Calls).ToArray();
        Func<string?>[] kills =
        [
            .. Enumerable.Range(0, Breaks).Select(_ => random.NextDouble()).Select<double, Func<string?>>(
                part => () => trials.KilledAfter(trials.Duration * part)),
        ];
        Func<string?>[] cuts =
        [
            .. from call in calls from isDone in new[] { false, true } select (Func<string?>)(() => trials.KilledAt(call, isDone)),
        ];
        Func<string?>[] faults =
        [
            .. from call in calls from error in FaultLibrary.Errors select (Func<string?>)(() => trials.FailedAt(call, error)),
        ];
        if (!Sample.IsWhole)
            (cuts, faults) = (Chosen(cuts), Chosen(faults));

        var wrong = Wrong("killed at random", kills).Concat(Wrong("killed at calls", cuts)).Concat(Wrong("calls failed", faults)).ToList();

        Assert.True(wrong.Count == 0, $"HOSTLOCK_SEED={Sample.Seed}: {wrong.Count} wrong\n{string.Join("\n\n", wrong.Take(5))}");

        List<string> Wrong(string what, Func<string?>[] tries)
        {
            var found = tries.Select(trial => trial()).OfType<string>().ToList();
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {tries.Length} times {what}: {found.Count} wrong");
            return found;
        }

        Func<string?>[] Chosen(Func<string?>[] all)
        {
            random.Shuffle(all);
            return all[..Math.Min(all.Length, Breaks)];
        }
    }

    // A kill shows no power cut: that loses what was not flushed. So the order of the calls is looked at.
    [Theory]
    [InlineData("update")]
    [InlineData("promote")]
    [InlineData("undo of all")]
    public void Records_and_contents_are_on_the_disk_before_the_first_lock_is_renamed(string name)
    {
        using var trials = new Trials(Scene.All.Single(scene => scene.Name == name));
        var calls = trials.Log.ToList();
        var first = calls.FindIndex(IsLock);
        var before = calls[..first];
        var record = before.FindLastIndex(IsRecord);
        var files = before.Where(IsWriting).Select(call => call.Split(' ', 2)[1]).Distinct().ToList();
        var locks = calls.Where(IsLock).ToList();

        Assert.InRange(record, 0, first);
        Assert.All(before.Where(IsRecord), call => Assert.Contains($"fsync {FolderOf(call)}", before[record..]));
        Assert.Equal(before.Count(IsRecord) + locks.Count, files.Count);
        Assert.All(files, file => Assert.Contains($"fsync {file}", before));
        Assert.All(locks, call => Assert.Contains($"fsync {FolderOf(call)}", calls[calls.FindLastIndex(IsLock)..]));

        static bool IsWriting(string call) =>
            call.StartsWith("pwrite", StringComparison.Ordinal) && call.Contains(" /fleet/", StringComparison.Ordinal)
                && call.Contains($"/{AtomicFile.TemporaryPrefix}", StringComparison.Ordinal);

        static bool IsRecord(string call) => call.StartsWith("rename /fleet/.git/hostlock-", StringComparison.Ordinal);

        static bool IsLock(string call) =>
            call.StartsWith("rename /fleet/", StringComparison.Ordinal) && call.EndsWith(".lock", StringComparison.Ordinal);

        static string FolderOf(string call) => Path.GetDirectoryName(call.Split(' ', 2)[1])!;
    }
}
