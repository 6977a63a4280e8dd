using System.Text.RegularExpressions;
using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.FakeHost;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// The settings that docs/engines.md has for other people's programs, each run with a double of that program that is strict about its
/// arguments and has its bad habits.
/// </summary>
public partial class EnginesTests(SwitchFleet shared) : SwitchingTests(shared)
{
    /// <summary>The table of each engine that the page describes, by name.</summary>
    internal static readonly Dictionary<string, string> Documented = Engines().Matches(
        File.ReadAllText(Path.Combine(Repository.Root, "docs/engines.md"))).ToDictionary(
            match => match.Groups["name"].Value, match => match.Groups["table"].Value);

    /// <summary>A host for each test.</summary>
    internal static string[] Hosts { get; } =
    [
        .. Documented.Keys.SelectMany(name => new[] { $"{name}-well", $"{name}-bad" }), "idle-engine", "late-engine", "stuck-engine",
        "killed-engine", "lone-engine", "cut-engine", "interrupted", "rolls-back", "another-system", "gone-engine", "powered",
        "wrapped",
    ];

    public static TheoryData<string> All => [.. Documented.Keys];

    [Fact]
    public void The_page_has_settings_for_the_usual_programs() =>
        Assert.Equal(["clan", "colmena", "deploy-rs", "lollypops", "nh"], Documented.Keys.Order());

    [Theory]
    [MemberData(nameof(All))]
    public void A_host_is_switched_by_the_documented_engine(string engine)
    {
        var story = BeginEngine($"{engine}-well", engine);

        var ended = Switch(story);

        AssertCode(0, ended);
        story.AssertKept();
        Assert.Contains("runs it already", story.Switch().Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_host_that_fails_goes_back_whatever_the_engine_says(string engine)
    {
        var story = BeginEngine($"{engine}-bad", engine);
        story.Host.Inject(HostFault.UnitFails("broken"));

        var ended = Switch(story);

        AssertCode(1, ended);
        Assert.Contains("units failed: broken.service failed · returned (generation 1)", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Theory]
    [InlineData("idle-engine", "engine-nothing", "", 1)]
    [InlineData("late-engine", "engine-code", "1", 0)]
    [InlineData("stuck-engine", "engine-hang", "", 0)]
    public void An_engine_is_believed_nothing(string name, string fault, string value, int exitCode)
    {
        var story = BeginEngine(name, "clan", "trial = \"60s\"\n");

        var ended = Switch(story, new(fault, value));

        AssertCode(exitCode, ended);
        if (exitCode == 0)
            story.AssertKept();
        else
            story.AssertBack();
    }

    [Theory]
    [InlineData("killed-engine", "activate:after")]
    [InlineData("lone-engine", "activate:before")]
    public void A_run_that_was_killed_beside_its_engine_goes_on_where_the_host_is(string name, string place)
    {
        var story = BeginEngine(name, "deploy-rs");

        Ended? killed = null, resumed = null;
        Fleet.WithEngine(null, () => (killed, resumed) = (
            story.Switch($"HOSTLOCK_CRASH_AT={place}"), story.Run("switch", "--resume", "--yes")));

        AssertCode(137, killed!);
        AssertCode(0, resumed!);
        story.AssertKept();
        Assert.Single(story.Host.State().Activations, line => line.StartsWith("switch ", StringComparison.Ordinal)
            && line.EndsWith(" begin", StringComparison.Ordinal));
    }

    [Fact]
    public void An_engine_goes_on_if_the_run_is_killed_and_its_host_is_found_where_it_is()
    {
        var story = BeginEngine("cut-engine", "clan");
        story.Host.Inject(HostFault.HangsAfter());

        Ended? resumed = null;
        Fleet.WithEngine(null, () =>
        {
            var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
            Until(switching, () => story.Host.State().Running != story.Before.Running);
            _ = Fleet.Controller.Run("pkill", "-KILL", "-f", "^hostlock switch cut-engine").Succeeded;
            AssertCode(137, switching.Result);
            story.Host.Heal();
            resumed = story.Run("switch", "--resume", "--yes");
        });

        AssertCode(0, resumed!);
        story.AssertKept();
    }

    [Fact]
    public void No_Ctrl_C_reaches_an_engine()
    {
        var story = BeginEngine("interrupted", "colmena");
        story.Host.Inject(HostFault.HangsAfter());

        Ended? ended = null;
        Fleet.WithEngine(null, () =>
        {
            // As at a terminal, the whole group of the program is interrupted.
            var switching = Task.Run(
                () => Fleet.Controller.Run(
                    "env", "--chdir", story.Clone, "setsid", "--wait", "hostlock", "switch", "interrupted", "--yes"),
                TestContext.Current.CancellationToken);
            Until(switching, () => story.Host.State().Running != story.Before.Running);
            _ = Fleet.Controller.Shell("pkill -INT -g \"$(pgrep -o -f '^hostlock switch interrupted')\"").Succeeded;
            story.Host.Heal();
            ended = switching.Result;
        });

        AssertCode(130, ended!);
        story.AssertKept();
        Assert.NotEqual(0, Fleet.Controller.Run("test", "-e", "/run/interrupted").ExitCode);
    }

    [Fact]
    public void An_engine_that_goes_back_by_itself_and_calls_it_well_has_failed()
    {
        var story = BeginEngine("rolls-back", "deploy-rs");
        story.Edit("hostlock.toml", "\"--auto-rollback\", \"false\"", "\"--auto-rollback\", \"true\"");
        story.Host.Inject(HostFault.UnitFails("broken"));

        var ended = Switch(story);

        AssertCode(1, ended);
        Assert.Contains("returned (generation 1)", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Fact]
    public void A_host_that_deploy_rs_had_before_goes_back_to_the_very_profile_that_it_had()
    {
        var story = Begin("wrapped");
        story.Edit("locks/wrapped.lock", _ => TestGit.In(story.Clone, "show", "HEAD:locks/wrapped.lock"));
        Fleet.WithEngine(null, () => _ = Fleet.Controller.Run(
            "deploy", "--skip-checks", "--hostname", "wrapped", $"git+file://{story.Clone}#wrapped.system").Succeeded);
        var wrapped = story.Host.State();
        _ = story.Run("update", "wrapped").Succeeded;
        // The profile is moved before the boot loader fails.
        story.Host.Inject(HostFault.BootLoader);

        var failed = story.Switch();
        var back = story.Host.State();
        story.Host.Heal();

        AssertCode(1, failed);
        Assert.Contains("activatable-nixos-system", wrapped.Profile, StringComparison.Ordinal);
        Assert.Equal((wrapped.Running, wrapped.Profile, wrapped.Boots), (back.Running, back.Profile, back.Boots));
        AssertCode(0, story.Switch());
        story.AssertKept();
    }

    [Fact]
    public void An_engine_that_brings_another_system_is_named()
    {
        var story = Begin("another-system");
        story.Module("environment.systemPackages = [ \"linux\" ];");
        var other = story.Build();
        story.Host.Copy(other);
        story.Module("");
        story.Set($$"""
            [rollout]
            engine = "other"
            [engines.other]
            test = ["ssh", "root@{target}", "{{other}}/bin/switch-to-configuration", "{action}"]
            """);

        var ended = Switch(story);

        AssertCode(4, ended);
        Assert.Contains("which is not the system that was built · superseded", ended.Output, StringComparison.Ordinal);
        Assert.Equal((other, story.Before.Boots), (story.Host.State().Running, story.Host.State().Boots));
    }

    [Fact]
    public void An_engine_that_is_no_longer_described_changes_nothing()
    {
        var story = BeginEngine("gone-engine", "colmena");
        var killed = story.Switch("HOSTLOCK_CRASH_AT=copy:after");
        story.Edit("hostlock.toml", text => text.Split("[rollout]")[0]);

        var ended = story.Run("switch", "--resume", "--yes");

        AssertCode(137, killed);
        AssertCode(4, ended);
        Assert.Contains("hostlock.toml has no engine 'colmena' any more", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched();
    }

    [Fact]
    public void A_power_cut_on_a_host_without_a_trial_is_followed_by_a_check()
    {
        var story = BeginEngine("powered", "deploy-rs");
        Ended? killed = null;
        Fleet.WithEngine(null, () => killed = story.Switch("HOSTLOCK_CRASH_AT=activate:after"));
        story.Host.PowerOff();
        story.Host.Boot();
        Assert.NotEqual(story.Before.Running, story.Host.State().Running);

        var resumed = story.Run("switch", "--resume", "--yes");

        AssertCode(137, killed!);
        AssertCode(0, resumed);
        Assert.Contains("ssh ok · units ok · kept", resumed.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    SwitchStory BeginEngine(string name, string engine, string settings = "")
    {
        var story = Begin(name);
        story.Set($"[rollout]\nengine = \"{engine}\"\n{settings}\n{Documented[engine]}");
        if (engine == "lollypops")
            AddApp(story);
        return story;
    }

    Ended Switch(SwitchStory story, HostFault? fault = null)
    {
        Ended? ended = null;
        Fleet.WithEngine(fault, () => ended = story.Switch());
        return ended!;
    }

    // lollypops is an app of the flake itself.
    static void AddApp(SwitchStory story)
    {
        File.Copy(Path.Combine(Repository.Root, "tests/fleet/doubles/lollypops"), Path.Combine(story.Clone, "lollypops"));
        story.Edit("flake.nix", "nixosConfigurations = {", """
            apps.x86_64-linux.lollypops = { type = "app"; program = "${self}/lollypops"; };
                nixosConfigurations = {
            """);
        story.Edit("hostlock.toml", "\"nixosConfigurations\"", "\"apps\", \"nixosConfigurations\"");
        _ = TestGit.In(story.Clone, "add", "lollypops");
    }

    [GeneratedRegex(@"^```toml\n(?<table>\[engines\.(?<name>[a-z-]+)\]\n(?:(?!```).*\n)*)```$", RegexOptions.Multiline)]
    private static partial Regex Engines();
}
