using Hostlock.Machines.Packages;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Steps;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Reporting;

public class SwitchTextTests
{
    static readonly PackageDiff Packages = new(
        Old, New, 2_000_000, 1_000_000,
        [
            new("firefox", ["143.0"], ["141.0"], 1, 1), new("htop", [], ["3.4"], 0, 1), new("linux", ["6.12.1", "6.6.9"], ["6.12.4"], 1, 1),
            new("nano", ["8.0"], [], 1, 0), new("unit-a.service", [""], [""], 1, 1),
        ]);

    [Fact]
    public void What_would_change_is_shown_in_one_piece() =>
        Assert.Equal(
            """
            plex  pins not known
              packages  firefox 143.0 → 141.0 (goes back), htop 3.4 added, linux 6.12.1/6.6.9 → 6.12.4, nano 8.0 removed
              closure   1.9 MiB → 976.6 KiB  -976.6 KiB
              reboot    needed for linux 6.12.4
              stops     old.service
              restarts  nginx.service
              no timer  if it falls silent, only somebody at the machine can bring it back

            """,
            SwitchText.Render(
                new(Plan())
                {
                    Packages = Packages,
                    Units = DryActivation.Parse($"""
                        reboot kernel /nix/store/{new string('0', 32)}-linux-6.12.1/b /nix/store/{new string('1', 32)}-linux-6.12.4/b
                        no-timer
                        would stop the following units: old.service
                        would restart the following units: nginx.service
                        """),
                },
                Ink.Plain));

    [Fact]
    public void What_is_not_known_is_said_with_the_reason()
    {
        Assert.Equal(
            "plex  pins not known\n  not known: no\\u001bway\n", SwitchText.Render(new(Plan()) { Problem = "no\eway" }, Ink.Plain));
        Assert.Contains(
            "units are known once the machine has the system",
            SwitchText.Render(new(Plan()) { Packages = Packages }, Ink.Plain), StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_for_the_next_boot_stops_nothing_now()
    {
        var text = SwitchText.Render(
            new(Plan(Activation.Boot)) { Units = DryActivation.Parse("would stop the following units: old.service\n") }, Ink.Plain);

        Assert.Equal("plex  pins not known\n  reboot    it runs from the next boot on\n", text);
    }

    [Fact]
    public void An_engine_without_a_trial_is_told_before_it_is_asked_for()
    {
        var plan = Plan(Activation.Switch) with { Engine = "deploy-rs" };

        var text = SwitchText.Render(new(plan) { Units = DryActivation.Parse("") }, Ink.Plain);

        Assert.Equal(
            "plex  pins not known\n  units     none changes\n"
            + "  no trial  deploy-rs makes it the one that boots; a power cut does not undo it\n",
            text);
    }

    [Fact]
    public void What_an_engine_brought_in_place_of_the_system_is_told()
    {
        var before = Rollout.Of(new(new(Id, RolloutAction.Switch, [Plan()]), Start))
            .After(new RolloutEvent.Ended(Plex, Step.Probe, new() { Facts = Facts(Old) }, Start)).Hosts[Plex];
        var ended = new RolloutEvent.Ended(
            Plex, Step.Activate, new() { Facts = Facts(Other, Old, Id), Note = "colmena brought another system" }, Start);

        var words = SwitchText.Words(ended, before, before.After(ended)).ToList();

        Assert.Equal("colmena brought another system", words[0]);
        Assert.StartsWith("superseded: ", words[1], StringComparison.Ordinal);
    }

    /// <summary>Answers of a machine after a step, and the text about each.</summary>
    public static TheoryData<string, string> Ends => new()
    {
        { "kept", "kept (generation 7) · reboot for linux" },
        { "returned", "returned (generation 7)" },
        { "fired", "returned by its timer (generation 7)" },
        { "silent", "fell silent · returned by its timer (generation 7)" },
        { "superseded", "superseded: it runs nixos-system-plex-25.11, and somebody else switched it; left alone" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void The_end_is_told_by_what_the_machine_says(string end, string words)
    {
        var (step, now, verdict) = end switch
        {
            "kept" => (Step.Keep, Facts(New) with { Reboot = "linux" }, Verdict.Pass),
            "returned" => (Step.Return, Facts(Old), Verdict.Fail),
            "fired" => (Step.Probe, Facts(Old) with { Fired = Id }, Verdict.Fail),
            "silent" => (Step.Activate, Facts(Old) with { Fired = Id }, Verdict.Fail),
            _ => (Step.Probe, Facts(Other), Verdict.Fail),
        };
        var record = new HostRecord(Plan(), Id)
        {
            Before = Facts(Old),
            Now = Facts(New, Old, Id),
            Activations = 1,
            Verdict = verdict,
            JudgedBoot = "b1",
            WasLost = true,
        };
        var ended = new RolloutEvent.Ended(Plex, step, new() { Facts = now with { Generation = 7 } }, Start);

        Assert.Equal(words, string.Join(" · ", SwitchText.Words(ended, record, After(record, ended))));
    }

    [Fact]
    public void A_host_that_falls_silent_is_said_to_go_back_by_itself()
    {
        var record = new HostRecord(Plan(), Id)
        {
            Before = Facts(Old),
            Now = Facts(Old),
            Activations = 1,
            TimerFrom = Start,
            UnderWay = Step.Activate,
        };
        var ended = new RolloutEvent.Ended(Plex, Step.Check, new(), Start + TimeSpan.FromSeconds(26));

        Assert.Equal(["does not answer · goes back by itself within 10 min 0 s"], SwitchText.Words(ended, record, After(record, ended)));
    }

    [Fact]
    public void What_to_type_next_is_in_columns()
    {
        Assert.Equal(
            "  look       ssh root@plex journalctl --boot --priority warning\n  try again  hostlock switch plex\n",
            Next(HostOutcome.Returned, "root@plex"));
        Assert.Equal("  once it is back  hostlock switch --resume\n", Next(HostOutcome.Absent, null));
        Assert.Equal("", Next(HostOutcome.Kept, null));
        Assert.EndsWith(
            "  try again  hostlock rollout --again plex\n", Next(HostOutcome.Returned, "root@plex", RolloutAction.Rollout),
            StringComparison.Ordinal);
        Assert.Equal("  once it is back  hostlock tick\n", Next(HostOutcome.Absent, null, RolloutAction.Rollout));

        var left = new HostRecord(Plan(), Id) { Before = Facts(Old), Activations = 1, Silences = 1 };
        Assert.Equal(
            "  go on     hostlock switch --resume\n  on trial  plex goes back by itself\n",
            SwitchText.NextSteps(left, null, words => $"hostlock {string.Join(' ', words)}", RolloutAction.Switch));
        Assert.Equal(
            "  on trial  plex goes back by itself\n", SwitchText.NextSteps(left, null, words => "", RolloutAction.Rollout));

        static string Next(HostOutcome outcome, string? target, RolloutAction action = RolloutAction.Switch) => SwitchText.NextSteps(
            new(Plan(), Id) { Outcome = outcome }, target, words => $"hostlock {string.Join(' ', words)}", action);
    }

    [Fact]
    public void A_way_back_has_its_generations()
    {
        Assert.Equal("plex  generation 7 → 5\n", SwitchText.WayBack(Plex, 7, new(Old, 5)));
        Assert.Equal("plex  generation ? → a system of which it keeps none\n", SwitchText.WayBack(Plex, null, new(Old, null)));
    }

    static HostRecord After(HostRecord record, RolloutEvent happened)
    {
        var rollout = Rollout.Of(new(new(Id, RolloutAction.Switch, [record.Plan]), Start));
        return (rollout with { Hosts = rollout.Hosts.With(Plex, _ => record) }).After(happened).Hosts[Plex];
    }
}
