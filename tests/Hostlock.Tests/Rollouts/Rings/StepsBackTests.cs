using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Tests.Machines;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Machines.PretendMachines;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>Hosts that a rollout would take back, as their machines and the journals say.</summary>
[Trait("part", "programs")]
public sealed class StepsBackTests : IDisposable
{
    static readonly HostName Web = HostName.Parse("web");

    readonly SharedFleet _fleet = new("");
    readonly PretendMachines _machines = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task Whoever_runs_a_newer_lock_goes_back_and_whoever_does_not_answer_is_not_compared()
    {
        _machines.Answers("plex", Old, "p", Stamped(SharedFleet.Text(3).ToArray()));

        var back = Assert.Single(await FindAsync());

        Assert.Equal(Plex, back.Host);
        Assert.Equal("'a' would go back in time, from 2020-01-04 to 2020-01-03", back.Why);
    }

    [Fact]
    public async Task Whoever_runs_an_older_lock_or_the_very_system_does_not_go_back()
    {
        _machines.Answers("plex", Old, "p", Stamped(SharedFleet.Text(1).ToArray()))
            .Answers("web", New, "w", Stamped(SharedFleet.Text(3).ToArray()));

        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task A_system_of_a_commit_that_the_one_at_hand_does_not_come_after_is_a_step_back()
    {
        var side = Side();
        Brought(side);
        _machines.Answers("plex", Other, "p");

        Assert.Equal(
            new StepBack(Plex, $"the current commit does not descend from {side.Shortened}, of which it got its system"),
            Assert.Single(await FindAsync()));
    }

    [Fact]
    public async Task A_system_of_an_ancestor_or_of_a_commit_that_nobody_has_is_none()
    {
        Brought(_fleet.Id("HEAD"));
        _machines.Answers("plex", Other, "p");
        Assert.Empty(await FindAsync());

        Brought(Hostlock.Flakes.Revision.Parse(new string('a', 40)));
        Assert.Empty(await FindAsync());
    }

    async Task<ImmutableArray<StepBack>> FindAsync()
    {
        var folder = _fleet.Open();
        var locks = folder.Fleet.Hosts.Select(host => folder.PlaceOf(host.Name)).Select(
            place => PlannedLock.Of(place, HostLocks.Read(place), LockFileReader.Read("lock", SharedFleet.Text(2)))).ToList();
        var head = _fleet.Id("HEAD");
        var planned = new PlannedLocks(
            RolloutOrder.Of(folder.Fleet, folder.Fleet.Hosts), locks, CandidateCommit.Of(_machines, folder, new(Plex, head, head)), []);
        var probes = new MachineProbes(_machines, "ctl", new(new(_fleet.Scratch), folder.Path), _ => false, TimeProvider.System);
        return await new StepsBack(probes, _fleet.Journals()).FindAsync(
            planned, ImmutableDictionary<HostName, StorePath>.Empty.Add(Plex, New).Add(Web, New), TestContext.Current.CancellationToken);
    }

    // A commit beside the branch.
    Hostlock.Flakes.Revision Side()
    {
        TestGit.In(_fleet.Here, "checkout", "-q", "-b", "side");
        TestGit.CommitStaged(_fleet.Here, 2);
        var side = _fleet.Id("HEAD");
        TestGit.In(_fleet.Here, "checkout", "-q", "main");
        return side;
    }

    // An earlier rollout brought the third system to plex, out of a commit.
    void Brought(Hostlock.Flakes.Revision commit)
    {
        var id = $"20261128-{commit.Shortened}0";
        var plan = new RolloutPlan(
            id, RolloutAction.Rollout, [new RingPlan("canary", RingRule.Default, [Plan() with { Target = Other }])])
        { Source = new(Plex, commit, commit) };
        using var journal = Hostlock.Rollouts.Journals.Journal.Open(_fleet.Journals().PathOf(id));
        journal.Append(new RolloutEvent.Opened(plan, Start));
        journal.Append(new RolloutEvent.Approved(Start));
        journal.Append(new RolloutEvent.RingOpened("canary", commit, Start));
        foreach (var (step, facts, verdict) in (ReadOnlySpan<(Step, HostFacts, Verdict?)>)
            [
                (Step.Probe, Facts(Old), null), (Step.Activate, Facts(Other, Old, id), null),
                (Step.Check, Facts(Other, Old, id), Verdict.Pass), (Step.Keep, Facts(Other), null),
            ])
        {
            journal.Append(new RolloutEvent.Began(Plex, step, Start));
            journal.Append(new RolloutEvent.Ended(Plex, step, new() { Facts = facts, Verdict = verdict }, Start));
        }
    }
}
