using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using Hostlock.Tests.Releases;
using Hostlock.Tests.Rollouts;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Reporting;

public class MetricsTextTests
{
    static readonly DateTimeOffset Now = FakeHostFacts.Start;

    static readonly MachineFacts Well = new(New, New, null)
    {
        HostName = "plex",
        MachineId = "m1",
        BootId = "b1",
        Booted = New,
        FailedUnits = [],
    };

    [Fact]
    public void A_host_that_runs_its_lock_has_all_numbers()
    {
        var text = MetricsText.Render(Numbers(Answered(Well, new PinState.InSync())));

        Assert.Equal(
            $$"""
            # HELP hostlock_answered 1 if the machine of the host answered when it was last asked, 0 if it did not.
            # TYPE hostlock_answered gauge
            hostlock_answered{host="plex"} 1
            # HELP hostlock_seen_timestamp_seconds When the machine of the host last answered, in seconds since the epoch.
            # TYPE hostlock_seen_timestamp_seconds gauge
            hostlock_seen_timestamp_seconds{host="plex"} {{Now.ToUnixTimeSeconds()}}
            # HELP hostlock_in_sync 1 if the machine runs the lock that the repository has for the host, 0 if it runs another.
            # TYPE hostlock_in_sync gauge
            hostlock_in_sync{host="plex"} 1
            # HELP hostlock_pins_behind The changes of the host's lock that the machine does not run yet.
            # TYPE hostlock_pins_behind gauge
            hostlock_pins_behind{host="plex"} 0
            # HELP hostlock_needs_reboot 1 if only a reboot brings parts of the running system into use, 0 if none is needed.
            # TYPE hostlock_needs_reboot gauge
            hostlock_needs_reboot{host="plex"} 0
            # HELP hostlock_failed_units The units of the machine that are failed.
            # TYPE hostlock_failed_units gauge
            hostlock_failed_units{host="plex"} 0

            """,
            text);
    }

    public static TheoryData<string, MachineStatus, string[]> States => new()
    {
        {
            "behind", Answered(Well, new PinState.Behind(3, null)),
            ["hostlock_in_sync 0", "hostlock_pins_behind 3", "hostlock_needs_reboot 0", "hostlock_failed_units 0"]
        },
        { "ahead", Answered(Well, new PinState.Ahead()), ["hostlock_in_sync 0", "hostlock_needs_reboot 0", "hostlock_failed_units 0"] },
        {
            "foreign", Answered(Well, new PinState.Foreign("web")),
            ["hostlock_in_sync 0", "hostlock_needs_reboot 0", "hostlock_failed_units 0"]
        },
        { "not stamped", Answered(Well, new PinState.Unstamped()), ["hostlock_needs_reboot 0", "hostlock_failed_units 0"] },
        {
            "not compared", Answered(Well, new PinState.NotCompared(Why)), ["hostlock_needs_reboot 0", "hostlock_failed_units 0"]
        },
        {
            "reboot", Answered(Well with { NeedsReboot = [new("kernel", null, null)] }, new PinState.InSync()),
            ["hostlock_in_sync 1", "hostlock_pins_behind 0", "hostlock_needs_reboot 1", "hostlock_failed_units 0"]
        },
        {
            "no systemd, and nobody knows what was booted",
            Answered(Well with { FailedUnits = null, Booted = null }, new PinState.InSync()),
            ["hostlock_in_sync 1", "hostlock_pins_behind 0"]
        },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void What_is_not_known_is_absent(string name, MachineStatus status, string[] expected)
    {
        var numbers = ExpositionGrammar.Read(MetricsText.Render(Numbers(status)));

        Assert.True(numbers.Remove("hostlock_answered{host=\"plex\"}"), name);
        Assert.True(numbers.Remove("hostlock_seen_timestamp_seconds{host=\"plex\"}"), name);
        Assert.Equal(expected, numbers.Select(each => $"{each.Key.Replace("{host=\"plex\"}", "", StringComparison.Ordinal)} {each.Value}"));
    }

    [Fact]
    public void Of_a_silent_machine_only_is_known_when_it_answered()
    {
        var seen = new SeenMachine("m1", new(1774699200), "74297b7");

        var gone = ExpositionGrammar.Read(MetricsText.Render(Numbers(Silent(seen))));
        var never = ExpositionGrammar.Read(MetricsText.Render(Numbers(Silent(null))));

        Assert.Equal(2, gone.Count);
        Assert.Equal(0, gone["hostlock_answered{host=\"plex\"}"]);
        Assert.Equal(1774699200, gone["hostlock_seen_timestamp_seconds{host=\"plex\"}"]);
        Assert.Equal("hostlock_answered{host=\"plex\"}", Assert.Single(never).Key);
    }

    [Fact]
    public void Each_locked_input_with_a_date_has_an_age()
    {
        var day = FlakeWorld.Day(1);
        var locked = SmallLocks.Of(
            ("nixpkgs", SmallLocks.Locked("github:acme/nixpkgs", 1, 1)), ("other", SmallLocks.Follows("nixpkgs")));

        var numbers = ExpositionGrammar.Read(MetricsText.Render(Numbers(Silent(null)) with
        {
            Locks = ImmutableDictionary<HostName, LockFile>.Empty.Add(Plex, locked),
            Now = day.AddDays(2),
        }));

        Assert.Equal(2 * 86400, numbers["hostlock_lock_age_seconds{host=\"plex\",input=\"nixpkgs\"}"]);
        Assert.DoesNotContain(numbers, each => each.Key.Contains("other", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_of_an_input_breaks_no_line()
    {
        string[] names =
            ["a\"} 1\nhostlock_in_sync{host=\"web\"", "b\\", "c\e[31m", "d\u2028", "::set-output", "##[x", "", "é\u202e"];
        var locked = SmallLocks.Of([.. names.Select(name => (name, (LockEdge)SmallLocks.Locked("github:acme/a", 1, 1)))]);

        var numbers = ExpositionGrammar.Read(MetricsText.Render(Numbers(Silent(null)) with
        {
            Locks = ImmutableDictionary<HostName, LockFile>.Empty.Add(Plex, locked),
        }));

        Assert.DoesNotContain("hostlock_in_sync{host=\"web\"}", numbers.Keys);
        Assert.DoesNotContain(numbers.Keys, key => key.Contains("##[", StringComparison.Ordinal));
        Assert.Contains("hostlock_lock_age_seconds{host=\"plex\",input=\"b\\\\\"}", numbers.Keys);
    }

    [Fact]
    public void Each_host_of_a_ring_is_in_one_state_and_each_state_is_said()
    {
        HostName[] hosts = [.. Enumerable.Range(0, 5).Select(number => HostName.Parse($"h{number}"))];
        var ring = new RingPlan("a", RingRule.Default, [.. hosts.Select(host => Plan() with { Host = host })]);
        var rollout = Rollout.Of(new(new(Id, RolloutAction.Rollout, [ring]), Now)).After(new RolloutEvent.RingOpened("a", null, Now));
        rollout = Kept(rollout, hosts[0]);
        rollout = Looked(rollout, hosts[1], Facts(Old)).After(new RolloutEvent.Began(hosts[1], Step.Activate, Now));
        for (var i = 0; i < HostRecord.Patience; i++)
            rollout = Looked(rollout, hosts[2], null);
        rollout = rollout.After(new RolloutEvent.Held(hosts[3], "of a reason", Now));

        var numbers = ExpositionGrammar.Read(MetricsText.Render(Numbers() with { Rollout = rollout }));

        string[] expected =
        [
            "kept 1", "returned 0", "stranded 0", "absent 1", "not_copied 0", "not_begun 0", "wrong_machine 0", "superseded 0",
            "held 1", "on_trial 1", "waiting 1",
        ];
        Assert.Equal(
            expected.Select(each => each.Split(' ')).Select(each => $"hostlock_ring_hosts{{ring=\"a\",state=\"{each[0]}\"}} {each[1]}"),
            numbers.Where(each => each.Key.StartsWith("hostlock_ring_hosts", StringComparison.Ordinal))
                .Select(each => $"{each.Key} {each.Value}"));
        Assert.Equal(0, numbers["hostlock_rollout_halted"]);
        Assert.Equal(1, ExpositionGrammar.Read(MetricsText.Render(Numbers() with
        {
            Rollout = rollout.After(new RolloutEvent.Stopped("aborted", Now)),
        }))["hostlock_rollout_halted"]);
    }

    [Fact]
    public void What_a_machine_shows_of_releases_is_said_if_it_is_believed()
    {
        var receipt = new Receipt(
            SampleReleases.Home, Plex, SampleReleases.Number(42), New, new string('a', 64), ReceiptVerdict.Kept, NameMap<Verdict>.Empty,
            "b1", Moment.Of(Now), "");
        var proved = Numbers() with
        {
            Pulled = Pulls(new(new ReceiptState.Proved(receipt, RunsAnother: false), null)),
            Newest = SampleReleases.Release(43, 1),
        };
        var doubted = Numbers() with { Pulled = Pulls(new(new ReceiptState.Doubted("it is of web"), null)) };

        var numbers = ExpositionGrammar.Read(MetricsText.Render(proved));

        Assert.Equal(42, numbers["hostlock_release_number{host=\"plex\"}"]);
        Assert.Equal(1, numbers["hostlock_release_kept{host=\"plex\"}"]);
        Assert.Equal(Now.ToUnixTimeSeconds(), numbers["hostlock_release_tried_timestamp_seconds{host=\"plex\"}"]);
        Assert.Equal(0, numbers["hostlock_release_refused{host=\"plex\"}"]);
        Assert.Equal(proved.Newest.Expires.Seconds, numbers["hostlock_release_expires_timestamp_seconds"]);
        Assert.Equal(
            "hostlock_release_refused{host=\"plex\"}", Assert.Single(ExpositionGrammar.Read(MetricsText.Render(doubted))).Key);
        // The machine writes the same of itself.
        Assert.Equal(MetricsText.Render(proved), MetricsText.OfMachine(Plex, receipt, null, proved.Newest));

        static ImmutableDictionary<HostName, PulledState> Pulls(PulledState state) =>
            ImmutableDictionary<HostName, PulledState>.Empty.Add(Plex, state);
    }

    [Fact]
    [Trait("part", "programs")]
    public void Promtool_finds_fault_with_what_it_should()
    {
        Assert.SkipWhen(Promtool.Place is null, "no promtool here");

        Assert.NotEqual("", Promtool.Complaint("hostlock_seen 1\n"));
        Assert.NotEqual("", Promtool.Complaint("# HELP a b\n# TYPE a gauge\na{b=c} 1\n"));
    }

    static Rollout Kept(Rollout rollout, HostName host) => Looked(rollout, host, Facts(New));

    static Rollout Looked(Rollout rollout, HostName host, HostFacts? facts) => rollout
        .After(new RolloutEvent.Began(host, Step.Probe, Now))
        .After(new RolloutEvent.Ended(host, Step.Probe, new StepResult { Facts = facts }, Now));

    static HostlockException Why => Assert.Throws<MachineException>(() => MachineAnswer.Read(Plex, "", "0"));

    static MachineStatus Answered(MachineFacts facts, PinState pins) =>
        new(Host, new ProbeOutcome.Answered(Address, null, facts), pins, new ConfigurationState.NotAsked());

    static MachineStatus Silent(SeenMachine? before) =>
        new(Host, new ProbeOutcome.Unreachable(Address, before, Why), null, new ConfigurationState.NotAsked());

    static FleetNumbers Numbers(params IReadOnlyList<MachineStatus> machines) =>
        new(machines, ImmutableDictionary<HostName, LockFile>.Empty, null, Now);

    static Host Host => FleetFile.Read("version = 1\n[hosts.plex]\n").Hosts[0];

    static MachineAddress Address => new(Plex, "root@plex");
}
