using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>The program switches fake hosts, whatever goes wrong on the way. Each test has a host and a clone of the flake of its
/// own.</summary>
[Trait("time", "long")]
public class SwitchTests(SwitchFleet shared) : SwitchingTests(shared)
{
    /// <summary>A host for each test.</summary>
    internal static string[] Hosts { get; } =
    [
        "good", "piped", .. Failures.Select(row => row.Data.Item1), "well-code", "well-snippet", "well-sshd", "well-link", "cut-systemd",
        "cut-light", "off", "full", "engine-good", "engine-nothing", "engine-code", "engine-hang", "unclear", "gates", "stranger",
    ];

    static readonly string Other = $"/nix/store/{new string('0', 32)}-nixos-system-other-25.11";

    [Fact]
    public void A_host_is_switched_once_and_rolled_back_with_its_lock()
    {
        var story = Begin("good");
        File.WriteAllText(Path.Combine(story.Clone, "notes"), "mine\n");
        File.AppendAllText(Path.Combine(story.Clone, "modules/common.nix"), "# mine\n");
        var repository = story.Repository();

        var first = story.Switch();
        var again = story.Switch();
        var afterSwitch = story.Repository();
        var kept = story.Host.State();
        var back = story.Run("rollback", "good", "--yes");

        AssertCode(0, first);
        AssertCode(0, again);
        AssertCode(0, back);
        Assert.Contains(
            "copied · on trial · ssh ok · units ok · kept (generation 2) · reboot for linux 6.12.4",
            first.Output,
            StringComparison.Ordinal);
        Assert.Contains("runs it already", again.Output, StringComparison.Ordinal);
        // A switch touches nothing of the repository, and a rollback its lock alone, which is what HEAD has again.
        Assert.Equal(repository, afterSwitch);
        Assert.Equal(repository.Replace(" M locks/good.lock\n", "", StringComparison.Ordinal), story.Repository());
        Assert.NotEqual(story.Before.Running, kept.Running);
        Assert.Equal((kept.Running, kept.Running), (kept.Profile, kept.Boots));
        Assert.Equal(1, kept.Activations.Count(line => line == $"test {kept.Running} begin"));
        story.AssertBack();
        Assert.Contains("the repository makes the system of good again", back.Errors, StringComparison.Ordinal);
        Assert.Contains("hostlock freeze good nixpkgs --reason 'rolled back'", back.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_pipe_nothing_is_changed_without_yes()
    {
        var story = Begin("piped");

        var ended = story.Run("switch", "piped");

        AssertCode(2, ended);
        Assert.Contains("pass --yes", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(story.Before.Activations, story.Host.State().Activations);
    }

    /// <summary>The fault of the host, and a part of the output.</summary>
    public static TheoryData<string, string, string> Failures => new()
    {
        { "activate", "", "not activated" },
        { "nothing", "", "not activated" },
        { "bootloader", "", "not kept: Failed to install bootloader" },
        { "unit", "broken", "units failed: broken.service failed" },
        { "die-before", "", "not activated" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_host_that_fails_is_back_where_it_was(string fault, string value, string said)
    {
        var story = Begin(fault);
        story.Host.Inject(new(fault, value));

        var ended = story.Switch();

        AssertCode(1, ended);
        Assert.Contains(said, ended.Output, StringComparison.Ordinal);
        Assert.Contains("returned (generation 1)", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Theory]
    [InlineData("code", "7")]
    [InlineData("snippet", "")]
    [InlineData("sshd", "2")]
    [InlineData("link", "3")]
    public void A_host_that_is_well_is_kept_whatever_the_switch_said(string fault, string value)
    {
        var story = Begin($"well-{fault}");
        story.Host.Inject(new(fault, value));

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_host_that_loses_its_network_comes_back_by_its_timer(bool isSystemd)
    {
        var story = Begin(isSystemd ? "cut-systemd" : "cut-light", isSystemd);
        story.Set("[rollout]\ntrial = \"15s\"\n");
        story.Module("fake.network = false;");

        var ended = story.Switch();

        AssertCode(1, ended);
        Assert.Contains("returned by its timer", ended.Output, StringComparison.Ordinal);
        story.AwaitNoTrial();
        story.AssertBack();
    }

    [Fact]
    public void A_host_that_is_off_is_absent_until_the_switch_is_resumed()
    {
        var story = Begin("off");
        story.Host.PowerOff();

        var ended = story.Switch();
        story.Host.Boot();
        var resumed = story.Run("switch", "--resume", "--yes");

        AssertCode(4, ended);
        AssertCode(0, resumed);
        Assert.Contains("absent", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public void A_disk_that_is_full_gets_nothing()
    {
        var story = Begin("full");
        story.Host.Fill("nix", 8);

        var ended = story.Switch();

        AssertCode(4, ended);
        Assert.Equal(story.Before.Activations, story.Host.State().Activations);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("engine-nothing", "", 1)]
    [InlineData("engine-code", "1", 0)]
    [InlineData("engine-hang", "", 0)]
    public void Nixos_rebuild_is_believed_nothing(string fault, string value, int exitCode)
    {
        var name = fault.Length > 0 ? fault : "engine-good";
        var story = Begin(name);
        story.Set("[rollout]\nengine = \"nixos-rebuild\"\ntrial = \"60s\"\n");

        Ended? ended = null;
        Fleet.WithEngine(fault.Length > 0 ? new(fault, value) : null, () => ended = story.Switch());

        AssertCode(exitCode, ended!);
        if (exitCode == 0)
            story.AssertKept();
        else
            story.AssertBack();
    }

    [Fact]
    public void A_gate_that_says_nothing_waits_for_a_person()
    {
        var story = Begin("unclear");
        story.Set("[gates.mute]\nrun = [\"sh\", \"-c\", \"exit 75\"]\nwithin = \"2s\"\n");

        var ended = story.Switch();
        var kept = story.Run("switch", "--resume", "--no-check");

        AssertCode(5, ended);
        AssertCode(0, kept);
        Assert.Contains("mute unclear", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public void A_gate_that_was_red_before_cannot_fail_the_host_and_another_can()
    {
        var story = Begin("gates");
        story.Set(
            "[gates.red]\nssh = [\"false\"]\n[gates.web]\nssh = [\"sh\", \"-c\", \"[ ! -e /run/hostlock/step ]\"]\nwithin = \"2s\"\n");

        var ended = story.Switch();

        AssertCode(1, ended);
        Assert.Contains("red red before", ended.Output, StringComparison.Ordinal);
        Assert.Contains("web failed", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Fact]
    public void What_a_stranger_put_there_is_left_alone()
    {
        var story = Begin("stranger");
        var killed = story.Switch("HOSTLOCK_CRASH_AT=activate:after");
        var other = story.Host.State().Running;
        _ = story.Host.Shell($"ln -sfn {Other} /run/current-system");

        var ended = story.Run("switch", "--resume");

        AssertCode(137, killed);
        AssertCode(4, ended);
        Assert.Contains("superseded", ended.Output, StringComparison.Ordinal);
        Assert.NotEqual(other, story.Host.State().Running);
    }
}
