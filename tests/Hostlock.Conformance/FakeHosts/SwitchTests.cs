using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>The program switches fake hosts, whatever goes wrong on the way. Each test has a host and a clone of the flake of its
/// own.</summary>
public class SwitchTests(SwitchTests.Shared shared) : IClassFixture<SwitchTests.Shared>
{
    [Fact]
    public void A_host_is_switched_once_and_rolled_back_with_its_lock()
    {
        var story = shared.Begin("good");

        var first = story.Switch();
        var again = story.Switch();
        var kept = story.Host.State();
        var back = story.Run("rollback", "good", "--yes");

        Assert.Equal((0, 0, 0), (first.ExitCode, again.ExitCode, back.ExitCode));
        Assert.Contains(
            "copied · on trial · ssh ok · units ok · kept (generation 2) · reboot for linux 6.12.4",
            first.Output,
            StringComparison.Ordinal);
        Assert.Contains("runs it already", again.Output, StringComparison.Ordinal);
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
        var story = shared.Begin("piped");

        var ended = story.Run("switch", "piped");

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("pass --yes", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(story.Before.Activations, story.Host.State().Activations);
    }

    /// <summary>What fails on the host, and a part of what is said.</summary>
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
        var story = shared.Begin(fault);
        story.Host.Inject(new(fault, value));

        var ended = story.Switch();

        Assert.Equal(1, ended.ExitCode);
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
        var story = shared.Begin($"well-{fault}");
        story.Host.Inject(new(fault, value));

        var ended = story.Switch();

        Assert.Equal(0, ended.ExitCode);
        story.AssertKept();
    }

    /// <summary>Each step that a good switch takes, killed before and after.</summary>
    public static TheoryData<string> Kills =>
        [
            .. from step in new[]
            {
                "probe",
                "copy",
                "activate",
                "check",
                "keep",
            } from moment in new[] { "before", "after" } select $"{step}:{moment}",
        ];

    [Theory]
    [MemberData(nameof(Kills))]
    public void A_run_that_was_killed_goes_on_where_the_host_is(string place)
    {
        var story = shared.Begin($"kill-{place.Replace(':', '-')}");

        var killed = story.Switch($"HOSTLOCK_CRASH_AT={place}");
        var next = story.Switch();

        Assert.Equal((137, 0), (killed.ExitCode, next.ExitCode));
        story.AssertKept();
    }

    [Fact]
    public void A_return_that_was_killed_is_finished()
    {
        var story = shared.Begin("kill-return");
        story.Host.Inject(HostFault.UnitFails("broken"));

        var killed = story.Switch("HOSTLOCK_CRASH_AT=return:before");
        var next = story.Run("switch", "--resume");

        Assert.Equal((137, 1), (killed.ExitCode, next.ExitCode));
        story.AssertBack();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_host_that_loses_its_network_comes_back_by_its_timer(bool isSystemd)
    {
        var story = shared.Begin(isSystemd ? "cut-systemd" : "cut-light", isSystemd);
        story.Set("[rollout]\ntrial = \"15s\"\n");
        story.Module("fake.network = false;");

        var ended = story.Switch();

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("returned by its timer", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Fact]
    public void A_host_that_is_off_is_absent_until_the_switch_is_resumed()
    {
        var story = shared.Begin("off");
        story.Host.PowerOff();

        var ended = story.Switch();
        story.Host.Boot();
        var resumed = story.Run("switch", "--resume", "--yes");

        Assert.Equal((4, 0), (ended.ExitCode, resumed.ExitCode));
        Assert.Contains("absent", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public void A_disk_that_is_full_gets_nothing()
    {
        var story = shared.Begin("full");
        story.Host.Fill("nix", 8);

        var ended = story.Switch();

        Assert.Equal(4, ended.ExitCode);
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
        var story = shared.Begin(name);
        story.Set("[rollout]\nengine = \"nixos-rebuild\"\ntrial = \"20s\"\n");

        var ended = shared.WithEngine(new(fault, value), story.Switch);

        Assert.Equal(exitCode, ended.ExitCode);
        if (exitCode == 0)
            story.AssertKept();
        else
            story.AssertBack();
    }

    [Fact]
    public void A_gate_that_says_nothing_waits_for_a_person()
    {
        var story = shared.Begin("unclear");
        story.Set("[gates.mute]\nrun = [\"sh\", \"-c\", \"exit 75\"]\nwithin = \"2s\"\n");

        var ended = story.Switch();
        var kept = story.Run("switch", "--resume", "--no-check");

        Assert.Equal((5, 0), (ended.ExitCode, kept.ExitCode));
        Assert.Contains("mute unclear", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    [Fact]
    public void A_gate_that_was_red_before_cannot_fail_the_host_and_another_can()
    {
        var story = shared.Begin("gates");
        story.Set(
            "[gates.red]\nssh = [\"false\"]\n[gates.web]\nssh = [\"sh\", \"-c\", \"[ ! -e /run/hostlock/step ]\"]\nwithin = \"2s\"\n");

        var ended = story.Switch();

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("red red before", ended.Output, StringComparison.Ordinal);
        Assert.Contains("web failed", ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Fact]
    public void A_colleague_s_switch_wins()
    {
        var story = shared.Begin("colleague");
        var killed = story.Switch("HOSTLOCK_CRASH_AT=activate:after");
        var other = story.Host.State().Running;
        _ = story.Host.Shell($"ln -sfn {Shared.Other} /run/current-system");

        var ended = story.Run("switch", "--resume");

        Assert.Equal((137, 4), (killed.ExitCode, ended.ExitCode));
        Assert.Contains("superseded", ended.Output, StringComparison.Ordinal);
        Assert.NotEqual(other, story.Host.State().Running);
    }

    /// <summary>One host, its clone of the flake, and the system that it ran at first.</summary>
    public sealed class Story
    {
        readonly Shared _shared;
        readonly string _name;
        readonly string _clone;

        internal Story(Shared shared, string name, bool isSystemd)
        {
            (_shared, _name) = (shared, name);
            _clone = Path.Combine(shared.Fleet.Folder, "work/clones", name);
            _ = shared.Fleet.Controller.Run("git", "clone", "--quiet", shared.Fleet.Flake, _clone).Succeeded;
            Host = isSystemd ? shared.Fleet.Systemd(name) : shared.Fleet.Light(name);
            Before = Host.State();
            _ = Run("update", name).Succeeded;
        }

        internal FakeHost Host { get; }

        internal HostState Before { get; }

        internal void Set(string settings) => File.AppendAllText(Path.Combine(_clone, "hostlock.toml"), $"\n{settings}");

        internal void Module(string line) =>
            File.WriteAllText(Path.Combine(_clone, "hosts", $"{_name}.nix"), $"{{ networking.hostName = \"{_name}\"; {line} }}\n");

        internal Ended Run(params IEnumerable<string> arguments) =>
            _shared.Fleet.Controller.Run("env", ["--chdir", _clone, "hostlock", .. arguments]);

        internal Ended Switch() => Run("switch", _name, "--yes");

        internal Ended Switch(string variable) =>
            _shared.Fleet.Controller.Run("env", "--chdir", _clone, variable, "hostlock", "switch", _name, "--yes");

        internal void AssertBack()
        {
            var now = Host.State();
            Assert.Equal((Before.Running, Before.Running, Before.Running), (now.Running, now.Profile, now.Boots));
            AssertNoTrial();
        }

        internal void AssertKept()
        {
            var now = Host.State();
            Assert.NotEqual(Before.Running, now.Running);
            Assert.Equal((now.Running, now.Running), (now.Profile, now.Boots));
            AssertNoTrial();
        }

        void AssertNoTrial() =>
            Assert.NotEqual(0, Host.Shell("[ -e /var/lib/hostlock/trial ] || systemctl -q is-active hostlock-silence.timer").ExitCode);
    }

    /// <summary>One fleet for all of these tests, whose nixpkgs has a newer kernel than the locks.</summary>
    public sealed class Shared : IDisposable
    {
        readonly Lock _engine = new();
        FakeFleet? _fleet;
        readonly Lock _start = new();

        internal FakeFleet Fleet
        {
            get
            {
                lock (_start)
                    return _fleet ??= Started();
            }
        }

        internal static string Other => $"/nix/store/{new string('0', 32)}-nixos-system-other-25.11";

        internal Story Begin(string name, bool isSystemd = false) => new(this, name, isSystemd);

        /// <summary>Does something while engines go wrong on the controller; one at a time, because all share it.</summary>
        internal T WithEngine<T>(HostFault fault, Func<T> act)
        {
            lock (_engine)
            {
                if (fault.Name.Length > 0)
                    Fleet.Controller.Inject(fault);
                try
                {
                    return act();
                }
                finally
                {
                    Fleet.Controller.Heal();
                }
            }
        }

        public void Dispose() => _fleet?.Dispose();

        static FakeFleet Started()
        {
            var fleet = FakeFleet.Start([
                "good", "piped", .. Failures.Select(row => row.Data.Item1), "well-code", "well-snippet", "well-sshd", "well-link",
                .. Kills.Select(row => $"kill-{row.Data.Replace(':', '-')}"), "kill-return", "cut-systemd", "cut-light", "off", "full",
                "engine-good", "engine-nothing", "engine-code", "engine-hang", "unclear", "gates", "colleague",
            ]);
            fleet.Release("linux", "6.12.4");
            return fleet;
        }
    }
}
