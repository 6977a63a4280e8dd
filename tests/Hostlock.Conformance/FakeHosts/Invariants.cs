using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// What holds after each run, whatever befell it: the journal is read again, and held against what the hosts and the repository are in.
/// </summary>
/// <param name="journal">The journal of the run.</param>
/// <param name="stateOf">What a host is in; null if it is off, or is no host of the test.</param>
/// <param name="firstOf">What a host was in before anything was done; null if nobody knows.</param>
sealed class Invariants(string journal, Func<HostName, HostState?> stateOf, Func<HostName, HostState?> firstOf)
{
    readonly IReadOnlyList<RolloutEvent> _events = Journal.Read(journal);

    /// <summary>The invariants of the run that was last written to in a clone; null if there was none.</summary>
    /// <param name="clone">The folder of the clone.</param>
    /// <param name="stateOf">What a host is in; null if it is off, or is no host of the test.</param>
    /// <param name="firstOf">What a host was in before anything was done; null if nobody knows.</param>
    public static Invariants? OfLast(string clone, Func<HostName, HostState?> stateOf, Func<HostName, HostState?> firstOf)
    {
        var folder = new DirectoryInfo(Path.Combine(clone, ".git/hostlock"));
        var last = folder.Exists ? folder.EnumerateFiles("*.journal").MaxBy(file => file.LastWriteTimeUtc) : null;
        return last is null ? null : new(last.FullName, stateOf, firstOf);
    }

    /// <summary>The state of the run at its end.</summary>
    public Rollout End => _events.Skip(1).Aggregate(
        Rollout.Of((RolloutEvent.Opened)_events[0]), (rollout, happened) => rollout.After(happened));

    /// <summary>The exit code and the output of a run that goes on with one that is over, without the word for a copy: if a machine is too
    /// busy to say in time that it has the system, it gets the system again.</summary>
    /// <param name="resumed">The run.</param>
    public static (int ExitCode, string Output) SaidBy(Ended resumed) =>
        (resumed.ExitCode, resumed.Output.Replace("copied · ", "", StringComparison.Ordinal));

    /// <summary>True if nothing comes of it any more, unless a person says so.</summary>
    public bool IsOver => End is var end && end.Stopped is null && Left(end).Length == 0;

    /// <summary>Asserts all that can be seen in the journal and on the hosts.</summary>
    public void AssertHold()
    {
        AssertOrder();
        foreach (var host in End.Hosts)
            AssertHost(host);
    }

    /// <summary>Asserts that each host that was kept has the lock in its system that the repository has for it.</summary>
    /// <param name="inSystem">The SHA-256 of the lock in the system of a host.</param>
    /// <param name="inRepository">The SHA-256 of the host's lock in a commit, or in its file if no commit is given.</param>
    public void AssertLocks(Func<HostName, string> inSystem, Func<HostName, string?, string> inRepository)
    {
        foreach (var host in End.Hosts.Where(host => host.Outcome == HostOutcome.Kept && stateOf(host.Plan.Host) is not null))
        {
            var name = host.Plan.Host;
            var ring = End.Plan.Rings.Single(ring => ring.Hosts.Any(each => each.Host == name)).Name;
            Assert.Equal(inRepository(name, End.OpenedRings.TryGetValue(ring, out var opened) ? opened?.ToString() : null), inSystem(name));
        }
    }

    // One step of a host at a time, rings one after the other, as many at risk as may be, and after a halt none that is not.
    void AssertOrder()
    {
        var rollout = Rollout.Of((RolloutEvent.Opened)_events[0]);
        foreach (var (index, happened) in _events.Index().Skip(1))
        {
            switch (happened)
            {
                case RolloutEvent.Began(var name, var step, _):
                    var (host, ring) = (rollout.Hosts[name], rollout.Plan.Rings.Single(ring => ring.Hosts.Any(each => each.Host == name)));
                    var isAtRisk = host.IsAtRisk || host.UnderWay is not null;
                    Require(host.UnderWay is null || step == Step.Probe, $"{step} of {name} begins beside {host.UnderWay}");
                    Require(isAtRisk || RolloutRules.WhyHalted(rollout) is null, $"{step} of {name} begins after a halt");
                    if (step != Step.Activate)
                        break;
                    Require(rollout.IsOpen(ring), $"{name} is activated before its ring is open");
                    Require(
                        !(host.Now!.Runs(host.Plan.Target) && host.Now.Next == host.Plan.Target),
                        $"{name} is at its target, and activated");
                    Require(
                        isAtRisk || rollout.Hosts.Count(each => each.IsAtRisk) < ring.Rule.Parallel, $"{name} is one too many at risk");
                    break;
                case RolloutEvent.RingOpened(var name, _, _):
                    Require(
                        rollout.Plan.Rings.TakeWhile(ring => ring.Name != name).SelectMany(ring => rollout.HostsOf(ring))
                            .All(host => host.Outcome is not null),
                        $"ring {name} is opened before those before it are settled");
                    break;
            }
            rollout = rollout.After(happened);

            void Require(bool holds, string otherwise) => Assert.True(holds, $"line {index + 1} of '{journal}': {otherwise}");
        }
        Assert.All(rollout.Hosts, host => Assert.Null(host.UnderWay));
        Assert.Empty(Left(rollout));
    }

    // The orders that are left, other than to wait or to ask.
    ImmutableArray<Order> Left(Rollout rollout) =>
    [
        .. RolloutRules.Next(rollout, ImmutableHashSet<HostName>.Empty, _events[^1].At).Where(order => order is Order.Do),
    ];

    void AssertHost(HostRecord host)
    {
        if (stateOf(host.Plan.Host) is not { } now || host.Outcome is HostOutcome.Superseded or HostOutcome.Stranded || host.IsAtRisk)
            return;
        // If another rollout had a system on trial when this one first looked, the other one keeps it or gives it back.
        if (host.Before?.Trial is { } trial && trial != host.Rollout)
            return;
        var first = firstOf(host.Plan.Host);
        var (running, boots) = (host.Before?.Running?.ToString() ?? first?.Running, host.Before?.Next?.ToString() ?? first?.Boots);
        if (running is null)
            return;
        var (target, isKept) = ($"{host.Plan.Target}", host.Outcome == HostOutcome.Kept);
        var runs = !isKept ? running : host.Plan.Activation == Activation.Boot && now.Running != target ? running : target;
        Assert.Equal((host.Plan.Host, host.Outcome, runs), (host.Plan.Host, host.Outcome, now.Running));
        var next = isKept ? target : boots;
        Assert.Equal((host.Plan.Host, host.Outcome, next, next), (host.Plan.Host, host.Outcome, now.Boots, now.Profile));
    }
}
