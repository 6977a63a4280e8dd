using static Hostlock.Conformance.FakeHosts.FakeHost;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// What happens to a host while it is switched: to its units, its network and its power, and what other people do there. Each time it ends
/// on the one system or the other, and that is what is said.
/// </summary>
[Trait("time", "long")]
public class SwitchScenariosTests(SwitchFleet shared) : SwitchingTests(shared)
{
    /// <summary>A host for each test.</summary>
    internal static string[] Hosts { get; } =
    [
        "bad-unit", "old-trouble", "flaky", "cut-copy", "mute", "left-alone", "in-time", "power-trial", "power-keep", "power-before-return",
        "power-after-return", "inhibited", "boots", "colleague", "waits", "another", "rooted", "collected", "banner", "garbage", "builds",
        "virtual", "ported", "operated", "here", "here-killed", "twice", "stopped", "asked-int", "asked-term",
    ];

    const string ShortTrial = "[rollout]\ntrial = \"10s\"\n";
    const string OnTrial = "HOSTLOCK_CRASH_AT=activate:after";
    const string HasFired = "[ -e /var/lib/hostlock/fired ]";

    [Fact]
    public void A_unit_that_fails_takes_the_system_back_and_is_named()
    {
        var story = Begin("bad-unit", isSystemd: true);
        story.Module(@"systemd.services.bad = ""[Service]\nType=oneshot\nExecStart=/bin/false\n"";");

        var ended = story.Switch();

        AssertCode(1, ended);
        Assert.Contains("units failed: bad.service failed · returned (generation 1)", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Fact]
    public void A_unit_that_was_failed_before_is_shown_and_fails_nothing()
    {
        var story = Begin("old-trouble", isSystemd: true);
        _ = story.Host.Shell(
            "systemd-run --quiet --unit=trouble false; until systemctl -q is-failed trouble; do sleep 0.05; done").Succeeded;

        var ended = story.Switch();

        AssertCode(0, ended);
        Assert.Contains("units ok (trouble.service red before)", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public void A_unit_that_fails_once_and_is_started_again_is_waited_for()
    {
        var story = Begin("flaky", isSystemd: true);
        story.Module("""
            systemd.services.flaky = ''
              [Service]
              ExecStartPre=/bin/sh -c '[ -e /run/once ] || { : >/run/once; exit 1; }'
              ExecStart=/usr/bin/sleep infinity
              Restart=always
              RestartSec=4
            '';
            """);

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
        Assert.Equal("active", story.Host.Run("systemctl", "is-active", "flaky").Output.Trim());
    }

    [Fact]
    public async Task A_network_that_is_cut_while_the_system_is_copied_costs_time_alone()
    {
        var story = Begin("cut-copy");
        story.Host.Slow(100);
        var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
        Until(() => switching.IsCompleted || story.Host.Shell("pgrep -f '[-]-stdio'").ExitCode == 0);

        story.Host.Cut(Direction.Both);
        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);
        story.Host.Join();

        AssertCode(0, await switching);
        story.AssertKept();
    }

    [Fact]
    public async Task A_host_whose_answers_are_lost_comes_back_by_its_timer()
    {
        var story = Begin("mute", isSystemd: true);
        story.Set(ShortTrial);
        story.Host.Inject(HostFault.HangsAfter(TimeSpan.FromSeconds(3)));
        var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
        Until(switching, () => story.Host.State().Running != story.Before.Running);

        story.Host.Cut(Direction.From);
        Until(() => story.Host.Shell(HasFired).ExitCode == 0);
        story.Host.Join();

        var ended = await switching;
        AssertCode(1, ended);
        Assert.Contains("returned by its timer (generation 1)", ended.Output, StringComparison.Ordinal);
        story.AwaitNoTrial();
        story.AssertBack();
    }

    [Fact]
    public void A_host_that_nobody_comes_back_to_returns_and_is_tried_again_when_somebody_does()
    {
        var story = Begin("left-alone", isSystemd: true);
        story.Set(ShortTrial);

        var killed = story.Switch(OnTrial);
        var target = story.Host.State().Running;
        Until(() => story.Host.Shell(HasFired).ExitCode == 0);
        story.AwaitNoTrial();
        story.AssertBack();
        var resumed = story.Run("switch", "--resume");

        AssertCode(137, killed);
        AssertCode(0, resumed);
        story.AssertKept();
        Assert.Equal(2, story.Activations(target));
    }

    [Fact]
    public void A_host_that_somebody_comes_back_to_in_time_is_not_activated_twice()
    {
        var story = Begin("in-time", isSystemd: true);

        var killed = story.Switch(OnTrial);
        var target = story.Host.State().Running;
        var seen = story.Run("status", "--live", "in-time").Output;
        var resumed = story.Run("switch", "--resume");

        AssertCode(137, killed);
        AssertCode(0, resumed);
        Assert.Contains("in sync, on trial, boots generation 1", seen, StringComparison.Ordinal);
        story.AssertKept();
        Assert.Equal(1, story.Activations(target));
    }

    [Fact]
    public void A_power_cut_on_trial_is_no_fault_of_the_system()
    {
        var story = Begin("power-trial");
        _ = story.Switch(OnTrial);
        var target = story.Host.State().Running;
        PowerCycle(story);

        var resumed = story.Run("switch", "--resume");

        AssertCode(0, resumed);
        story.AssertKept();
        Assert.Equal(2, story.Activations(target));
    }

    [Fact]
    public void A_power_cut_between_profile_and_boot_entry_is_never_kept()
    {
        var story = Begin("power-keep");
        story.Host.Inject(HostFault.BootLoader);
        _ = story.Switch("HOSTLOCK_CRASH_AT=keep:after");
        Assert.Equal((story.Before.Boots, false), (story.Host.State().Boots, story.Before.Profile == story.Host.State().Profile));
        PowerCycle(story);

        var resumed = story.Run("switch", "--resume");

        AssertCode(1, resumed);
        story.AssertBack();
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public void A_power_cut_while_a_host_returns_does_not_try_it_again(string moment)
    {
        var story = Begin($"power-{moment}-return");
        story.Host.Inject(HostFault.UnitFails("broken"));
        var killed = story.Switch($"HOSTLOCK_CRASH_AT=return:{moment}");
        PowerCycle(story);

        var resumed = story.Run("switch", "--resume");

        AssertCode(137, killed);
        AssertCode(1, resumed);
        Assert.Contains("returned", resumed.Output, StringComparison.Ordinal);
        story.AssertBack();
        Assert.Single(story.Host.State().Activations, line => line.StartsWith("test ", StringComparison.Ordinal)
            && line.EndsWith(" begin", StringComparison.Ordinal) && !line.Contains(story.Before.Running, StringComparison.Ordinal));
    }

    [Fact]
    public void A_system_that_cannot_be_switched_to_is_for_the_next_boot()
    {
        var story = Begin("inhibited");
        story.Module("switchInhibitors = { dbus = \"broker\"; };");

        var ended = story.Switch();

        AssertCode(0, ended);
        Assert.Contains("NixOS does not switch to it while this system runs", ended.Output, StringComparison.Ordinal);
        Assert.Contains("kept for the next boot (generation 2)", ended.Output, StringComparison.Ordinal);
        AssertForNextBoot(story);
    }

    [Fact]
    public void A_system_can_be_asked_for_from_the_next_boot_on()
    {
        var story = Begin("boots");

        var ended = story.Run("switch", "boots", "--boot", "--yes");

        AssertCode(0, ended);
        AssertForNextBoot(story);
        PowerCycle(story);
        story.AssertKept();
        Assert.Contains("runs it already", story.Switch().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_timer_keeps_its_hands_off_what_a_colleague_has_switched()
    {
        var story = Begin("colleague", isSystemd: true);
        story.Set(ShortTrial);
        story.Module("environment.systemPackages = [ \"linux\" ];");
        var other = story.Build();
        story.Host.Copy(other);
        story.Module("");
        _ = story.Switch(OnTrial);
        _ = story.Host.Shell($"nix-env --profile /nix/var/nix/profiles/system --set {other}").Succeeded;
        _ = story.Host.Switch(other, "switch").Succeeded;

        story.AwaitNoTrial();
        var resumed = story.Run("switch", "--resume");

        AssertCode(4, resumed);
        Assert.Contains("superseded", resumed.Output, StringComparison.Ordinal);
        var now = story.Host.State();
        Assert.Equal((other, other, other), (now.Running, now.Profile, now.Boots));
    }

    [Fact]
    public async Task A_second_run_in_the_same_clone_ends_at_once()
    {
        var story = Begin("twice");
        story.Host.Inject(HostFault.HangsAfter());
        var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
        Until(switching, () => story.Host.State().Running != story.Before.Running);

        var second = story.Switch();
        story.Host.Heal();

        AssertCode(6, second);
        AssertCode(0, await switching);
        story.AssertKept();
    }

    [Fact]
    public async Task An_interrupt_finishes_what_is_at_risk()
    {
        var story = Begin("stopped");
        story.Host.Inject(HostFault.HangsAfter());
        var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
        Until(switching, () => story.Host.State().Running != story.Before.Running);

        _ = Fleet.Controller.Run("pkill", "-INT", "-f", "^hostlock switch stopped").Succeeded;
        story.Host.Heal();

        AssertCode(130, await switching);
        story.AssertKept();
    }

    [Theory]
    [InlineData("asked-int", "-INT")]
    [InlineData("asked-term", "-TERM")]
    public async Task A_machine_on_trial_that_does_not_answer_is_not_waited_for_once_it_is_to_stop(string name, string signal)
    {
        var story = Begin(name);
        _ = story.Switch(OnTrial);
        story.Host.Cut(Direction.Both);
        var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
        Until(switching, () => Invariants.OfLast(story.Clone, _ => null, _ => null)!.End.Hosts.Single().IsAwaited);

        _ = Fleet.Controller.Run("pkill", signal, "-f", $"^hostlock switch {name}").Succeeded;
        var stopped = await switching;

        AssertCode(130, stopped);
        Assert.Contains(
            $"  go on     hostlock switch --resume\n  on trial  {name} goes back by itself\n", stopped.Errors, StringComparison.Ordinal);
        story.Host.Join();
        AssertCode(0, story.Run("switch", "--resume"));
        story.AssertKept();
    }

    [Fact]
    public void A_switch_of_somebody_else_is_waited_for()
    {
        var story = Begin("waits");
        _ = story.Host.Shell(
            "mkdir -p /run/nixos; setsid flock /run/nixos/switch-to-configuration.lock sleep 6 </dev/null >/dev/null 2>&1 &").Succeeded;

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
        Assert.Equal(1, story.Activations(story.Host.State().Running));
    }

    [Fact]
    public void Another_machine_at_the_address_is_not_touched()
    {
        var story = Begin("another");
        _ = story.Run("probe", "another").Succeeded;
        _ = story.Host.Shell("echo 0123456789abcdef0123456789abcdef >/etc/machine-id").Succeeded;

        var ended = story.Switch();

        AssertCode(4, ended);
        Assert.Contains("wrong machine; not touched", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched();
        Assert.Contains("hostlock probe another --new-machine", ended.Errors, StringComparison.Ordinal);
        _ = story.Run("probe", "another", "--new-machine").Succeeded;
        AssertCode(0, story.Switch());
    }

    [Theory]
    [InlineData("rooted")]
    [InlineData("collected")]
    public void A_collection_of_garbage_does_not_take_the_way_back(string name)
    {
        var story = Begin(name);
        _ = story.Switch().Succeeded;
        PowerCycle(story);
        if (name == "collected")
            _ = story.Host.Shell("rm -r /nix/var/nix/gcroots/hostlock").Succeeded;
        _ = story.Host.Shell("nix-collect-garbage -d").Succeeded;
        Assert.Equal(name == "rooted", story.Host.Shell($"[ -e {story.Before.Running} ]").ExitCode == 0);

        var ended = story.Run("rollback", name, "--yes");

        AssertCode(0, ended);
        story.AssertBack();
    }

    [Fact]
    public void What_root_s_shell_prints_is_no_answer()
    {
        var story = Begin("banner");
        // Nix itself cannot copy to such a machine.
        story.Host.Copy(story.Build());
        _ = story.Host.Shell(@"printf 'printf ""Welcome \033[2J\n""\n' >$HOME/.bashrc").Succeeded;

        var ended = story.Switch();

        AssertCode(0, ended);
        Assert.DoesNotContain("Welcome", ended.Output + ended.Errors, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public void A_machine_that_prints_without_end_is_out_of_reach_and_nothing_of_it_is_shown()
    {
        var story = Begin("garbage");
        _ = story.Host.Shell(
            @"printf 'printf ""\033[2Jhostlock-probe\\t1 0\\nEVIL\\n""\nhead -c 9999999 /dev/urandom | base64\n' >$HOME/.bashrc").Succeeded;

        var ended = story.Switch();

        AssertCode(4, ended);
        Assert.Contains("absent", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", ended.Output + ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("EVIL", ended.Output + ended.Errors, StringComparison.Ordinal);
        Assert.InRange((ended.Output + ended.Errors).Length, 1, 5000);
        story.AssertUntouched();
    }

    [Fact]
    public void A_system_can_be_built_on_its_machine()
    {
        var story = Begin("builds");
        story.Set("[rollout]\nbuild = \"target\"\n");

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
    }

    [Fact]
    public void A_virtual_machine_is_built_and_its_command_is_printed()
    {
        var story = Begin("virtual");
        story.Module("""
            system.build.vm = derivation {
              name = "vm"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
              args = [ "-c" "mkdir -p $out/bin; echo 'echo started' >$out/bin/run-virtual-vm; chmod +x $out/bin/run-virtual-vm" ];
            };
            """);

        var ended = story.Run("switch", "virtual", "--vm");

        AssertCode(0, ended);
        Assert.Matches("^/nix/store/[^\n]*/bin/run-virtual-vm\n$", ended.Output);
        Assert.Equal("started\n", Fleet.Controller.Run("sh", ended.Output.Trim()).Output);
        story.AssertUntouched();
    }

    [Fact]
    public void A_port_is_found_by_every_release_of_Nix()
    {
        var story = Begin("ported");
        story.Address("ssh://root@ported:22");

        AssertCode(0, story.Switch());
        story.AssertKept();
    }

    [Fact]
    public void A_user_whom_sudo_asks_for_nothing_is_as_good_as_root()
    {
        var story = Begin("operated");
        story.Address("operator@operated");
        ServeStore(story);

        AssertCode(0, story.Switch());
        story.AssertKept();
        AssertCode(0, story.Run("rollback", "operated", "--yes"));
        story.AssertBack();
    }

    [Fact]
    public void This_machine_is_switched_without_ssh_by_a_user_who_is_not_root()
    {
        var story = Begin("here", isSystemd: true);
        ServeStore(story);

        var ended = story.Here("switch", "--yes");

        AssertCode(0, ended);
        Assert.Contains("on trial · units ok · kept (generation 2)", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public async Task A_switch_of_this_machine_outlives_the_terminal_that_began_it()
    {
        var story = Begin("here-killed", isSystemd: true);
        ServeStore(story);
        story.Host.Inject(HostFault.HangsAfter(TimeSpan.FromSeconds(3)));
        var switching = Task.Run(() => story.Here("switch", "--yes"), TestContext.Current.CancellationToken);
        Until(switching, () => story.Host.State().Running != story.Before.Running);

        // The session goes with all that is in it; the activation is a unit of its own.
        _ = story.Host.Shell("pkill -KILL -u operator; pkill -KILL -x sudo; pkill -KILL -x systemd-run; true");
        var cut = await switching;
        var target = story.Host.State().Running;
        var resumed = story.Here("switch", "--resume");

        Assert.NotEqual(0, cut.ExitCode);
        AssertCode(0, resumed);
        story.AssertKept();
        Assert.Equal(1, story.Activations(target));
        Assert.Contains($"test {target} done rc=0", story.Host.State().Activations);
    }

    // A store that another user than root can add to, and a home for that user.
    static void ServeStore(SwitchStory story) =>
        _ = story.Host.Shell("""
            chown operator /home/operator && sudo -u operator -H git config --global safe.directory '*'
            systemd-run --quiet --unit=nix-daemon nix-daemon || setsid nix-daemon </dev/null >/dev/null 2>&1 &
            until [ -e /nix/var/nix/daemon-socket/socket ]; do sleep 0.05; done
            """).Succeeded;

    static void PowerCycle(SwitchStory story)
    {
        story.Host.PowerOff();
        story.Host.Boot();
    }

    static void AssertForNextBoot(SwitchStory story)
    {
        var now = story.Host.State();
        Assert.Equal(story.Before.Running, now.Running);
        Assert.Equal(now.Profile, now.Boots);
        Assert.NotEqual(story.Before.Boots, now.Boots);
        Assert.DoesNotContain(now.Activations, line => line.StartsWith("test ", StringComparison.Ordinal));
    }
}
