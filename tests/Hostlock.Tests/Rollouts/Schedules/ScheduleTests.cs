using System.Collections.Concurrent;
using Hostlock.Rollouts;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Rollouts.Schedules;

/// <summary>
/// The rules under random schedules of kills, power cuts, partitions, sleepers and colleagues. The long laws try some of their schedules,
/// and all of them with <c>HOSTLOCK_BREAKS=all</c>.
/// </summary>
public class ScheduleTests
{
    const int First = 500;

    const int All = 100_000;

    // With so many fleets of a thousand hosts, all rules that have a mistake are seen to fail.
    const int Large = 20;

    // The usual run tries one of so many. The faults of a schedule go by what is left of its number divided by four, or by two, so a share
    // has no divisor in common with these.
    const int Share = 5;

    const int LargeShare = 3;

    // Each part of the long laws is a test of its own, and has its own limit: a busy machine may take long for all of them.
    const int Parts = 20;

    const int LargeParts = 5;

    [Fact]
    public void No_schedule_breaks_what_the_rules_promise() => Holds(Enumerable.Range(0, First).Select(Schedule.Small));

    [Theory]
    [MemberData(nameof(PartsOf), Parts)]
    [Trait("part", "whole")]
    public void No_schedule_of_many_breaks_what_the_rules_promise(int part) =>
        Holds(Part(part, Parts, All, Share).Select(Schedule.Small));

    [Theory]
    [MemberData(nameof(PartsOf), LargeParts)]
    [Trait("part", "whole")]
    public void No_large_fleet_breaks_what_the_rules_promise(int part) =>
        Holds(
            Part(part, LargeParts, Large, LargeShare)
                .Select(seed => Schedule.Large(seed, 1000, seed % 2 == 0 ? Faults.None : Few, isGood: false)));

    [Theory]
    [MemberData(nameof(PartsOf), LargeParts)]
    [Trait("part", "whole")]
    public void Without_faults_large_fleets_keep_every_good_host(int part) =>
        Holds(Part(part, LargeParts, Large, LargeShare).Select(Good), KeepsAll);

    [Fact]
    public void Without_faults_a_fleet_keeps_every_good_host() =>
        Holds(Enumerable.Range(0, 10).Select(seed => Schedule.Large(seed, 100, Faults.None, isGood: true)), KeepsAll);

    public static TheoryData<int> PartsOf(int parts) => [.. Enumerable.Range(0, parts)];

    public static TheoryData<string> Mutants() => [.. Mutant.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Rules_with_a_mistake_are_caught(string name)
    {
        var mutant = Mutant.All.Single(each => each.Name == name);

        Assert.Contains(Enumerable.Range(0, 1500), seed => Breaks(Schedule.Small(seed), mutant));
    }

    [Fact]
    public void Rules_that_take_good_hosts_of_large_fleets_back_are_caught() => Assert.Contains(
        Enumerable.Range(0, 10), seed => Breaks(Schedule.Large(seed, 200, Faults.None, isGood: true), Mutant.Queue));

    [Fact]
    [Trait("part", "whole")]
    public void Rules_that_take_good_hosts_of_a_thousand_back_are_caught() =>
        Assert.Contains(Enumerable.Range(0, Large), seed => Breaks(Good(seed), Mutant.Queue));

    static readonly Faults Few = new(0.0002, true, 0.0002, 0.0002, 0.0001);

    static IEnumerable<int> Part(int part, int parts, int all, int share) =>
        Enumerable.Range(part * all / parts, all / parts).Where(seed => Sample.Has(seed, share));

    static Schedule Good(int seed) => Schedule.Large(seed, 1000, Faults.None, isGood: true);

    static void KeepsAll(Rollout rollout) => Assert.All(
        rollout.Hosts.Where(host => host.Outcome is not null), host => Assert.True(host.Outcome is HostOutcome.Kept or HostOutcome.Held));

    static void Holds(IEnumerable<Schedule> schedules, Action<Rollout>? judge = null)
    {
        var broken = new ConcurrentQueue<string>();
        Parallel.ForEach(
            schedules,
            schedule =>
            {
                try
                {
                    var rollout = SimulatedRun.Of(schedule);
                    judge?.Invoke(rollout);
                }
                catch (BrokenException why)
                {
                    broken.Enqueue(why.Message);
                }
            });
        Assert.True(broken.IsEmpty, $"{broken.Count} broken\n{string.Join('\n', broken.Order(StringComparer.Ordinal).Take(20))}");
    }

    static bool Breaks(Schedule schedule, Mutant mutant)
    {
        try
        {
            SimulatedRun.Of(schedule, mutant);
            return false;
        }
        catch (BrokenException)
        {
            return true;
        }
    }
}
