using System.Text;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Tests.Releases;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines.Probing;

/// <summary>The probe as real shells run it, on the files of made-up machines.</summary>
[Trait("part", "programs")]
public sealed class ProbeScriptTests : IDisposable
{
    const string Lock = """{"nodes":{"root":{}},"root":"root","version":7}""";

    static readonly StorePath Old = FakeMachine.System('0'), New = FakeMachine.System('1', "26.05");

    readonly FakeMachine _machine = new FakeMachine().Up();

    public static TheoryData<string> Shells => ["sh", "dash", "bash --posix", "bash", "busybox sh"];

    public void Dispose() => _machine.Dispose();

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Every_shell_gives_the_same_answer(string shell)
    {
        var words = shell.Split(' ');
        Assert.SkipUnless(new[] { "/usr/bin", "/bin" }.Any(folder => File.Exists(Path.Combine(folder, words[0]))), $"no {words[0]} here");
        _machine.Has(Old, Lock).Has(New, Lock).Runs(New, New, Old);
        _machine.Generation(9, Old);
        _machine.Generation(10, New);
        _machine.Write($"{Old}/kernel", "");
        _machine.Write($"{New}/kernel", "");

        var facts = await _machine.AskAsync(words);

        Assert.Equal((New, New, Old, null), (facts.Running, facts.Next, facts.Booted, facts.Parent));
        Assert.Equal(("plex", "0123456789abcdef0123456789abcdef", "b00t"), (facts.HostName, facts.MachineId, facts.BootId));
        Assert.Equal(TimeSpan.FromHours(2), facts.Uptime);
        Assert.Equal((Stamp.Hash(System.Text.Encoding.UTF8.GetBytes(Lock)), "plex"), (facts.Stamp!.Sha256, facts.Stamp.Host));
        Assert.NotNull(facts.Stamp.TryReadLock());
        Assert.Equal([10, 9], facts.Generations.Select(generation => generation.Number));
        Assert.Equal([New, Old], facts.Generations.Select(generation => generation.System));
        Assert.All(facts.Generations, generation => Assert.Equal(facts.Stamp.Sha256, generation.LockSha256));
        Assert.All(facts.Generations, generation => Assert.InRange(generation.Made, 1_600_000_000, 4_000_000_000));
        Assert.Equal([new("kernel", Old, New)], facts.NeedsReboot);
        Assert.Equal([], facts.FailedUnits!);
        Assert.False(facts.IsSwitching || facts.IsPending);
        Assert.Equal(["/nix/store"], facts.BytesLeft.Names);
        Assert.True(facts.BytesLeft.TryGetValue("/nix/store", out var left) && left > 0);
        Assert.Null(facts.Inhibitors);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_machine_that_pulls_says_when_its_release_expires(string shell)
    {
        var words = shell.Split(' ');
        Assert.SkipUnless(new[] { "/usr/bin", "/bin" }.Any(folder => File.Exists(Path.Combine(folder, words[0]))), $"no {words[0]} here");
        var release = Encoding.UTF8.GetString(SampleReleases.Release(42, 2).Write());

        foreach (var (text, expires) in new (string, ulong?)[]
        {
            (release, SampleReleases.Now + SampleReleases.Day), (release[..40], null), ("", null), ("\0\n\",\"expires\":7\t;,", null),
            (release.Replace("\"expires\":1", "\"expires\":9999999999999", StringComparison.Ordinal), null),
        })
        {
            _machine.Write("/var/lib/hostlock/accepted", text);
            Assert.Equal(expires, (await _machine.AskAsync(words)).ReleaseExpires?.Seconds);
        }
    }

    [Theory]
    [InlineData("mkfifo", "trial fired receipts refused accepted")]
    [InlineData("ln -s /dev/zero", "trial fired receipts refused accepted")]
    [InlineData("mkdir", "trial fired receipts refused accepted")]
    [InlineData("truncate -s 3G", "receipts refused accepted")]
    public async Task What_is_no_file_of_ours_in_the_place_of_one_is_not_waited_for(string make, string names)
    {
        _machine.Has(Old).Runs(Old, Old, Old);
        var state = Path.Combine(_machine.Root, "var/lib/hostlock");
        Directory.CreateDirectory(state);
        foreach (var name in names.Split(' '))
            _ = Run.Program("sh", state, TestGit.Variables, "-c", $"{make} {name}").Succeeded;

        var facts = await _machine.AskAsync("sh");

        Assert.Equal(Old, facts.Running);
        Assert.Null(facts.Trial);
        Assert.Null(facts.Receipt);
        Assert.Null(facts.Refusal);
        Assert.Null(facts.ReleaseExpires);
    }

    [Fact]
    public async Task A_machine_without_Nix_says_so()
    {
        using var bare = new FakeMachine();

        var facts = await bare.AskAsync("sh");

        Assert.Equal((null, null, null), (facts.Running, facts.Next, facts.Stamp));
        Assert.Equal(("", "", ""), (facts.HostName, facts.MachineId, facts.BootId));
        Assert.Null(facts.FailedUnits);
        Assert.Empty(facts.Generations);
    }

    [Fact]
    public async Task A_system_that_boots_next_is_found_behind_the_wrapper_of_an_engine()
    {
        var wrapper = StorePath.TryParse($"/nix/store/{new string('2', 32)}-activatable-nixos-system-plex")!;
        _machine.Has(Old).Has(New).Runs(Old, Old, Old);
        _machine.Link($"{wrapper}/nixos-version", $"{New}/nixos-version");
        _machine.Link("/nix/var/nix/profiles/system", $"{wrapper}");
        _machine.Generation(3, wrapper);

        var facts = await _machine.AskAsync("sh");

        Assert.Equal((Old, New, true), (facts.Running, facts.Next, facts.IsPending));
        Assert.Equal((3, New), (facts.NextGeneration!.Number, facts.NextGeneration.System));
        Assert.Null(facts.NextGeneration.LockSha256);
    }

    [Theory]
    [InlineData("runs", false, true)]
    [InlineData("boots", false, true)]
    [InlineData("half", false, false)]
    [InlineData("whole", true, true)]
    public async Task Nix_says_whether_a_system_that_neither_runs_nor_boots_is_whole(string name, bool isValid, bool isThere)
    {
        var other = FakeMachine.System('2');
        _machine.Has(Old).Has(New).Has(other).Runs(Old, New, Old);
        _machine.Program("nix-store", $"echo \"$*\" >>{_machine.Root}/asked; exit {(isValid ? 0 : 1)}");
        _machine.Wanted = name switch { "runs" => Old, "boots" => New, _ => other };

        var facts = await _machine.AskAsync("sh");

        Assert.Equal(isThere, facts.HasWanted);
        var asked = Path.Combine(_machine.Root, "asked");
        Assert.Equal(
            _machine.Wanted == other ? [$"--check-validity {other}"] : [], File.Exists(asked) ? File.ReadAllLines(asked) : []);
    }

    [Fact]
    public async Task A_specialisation_is_of_the_system_that_has_it()
    {
        _machine.Has(Old).Has(New).Runs(New, Old, Old);
        _machine.Link($"{Old}/specialisation/travel", $"{New}");
        _machine.Generation(3, Old);
        _machine.Generation(2, Old);

        var facts = await _machine.AskAsync("sh");

        Assert.Equal((New, Old, Old, false), (facts.Running, facts.Parent, facts.System, facts.IsPending));
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_no_system()
    {
        _machine.Runs(Old, Old, Old);
        _machine.Generation(1, Old);

        var facts = await _machine.AskAsync("sh");

        Assert.Equal((null, null, null), (facts.Running, facts.Next, facts.Booted));
        Assert.Empty(facts.Generations);
    }

    [Fact]
    public async Task Of_many_generations_the_newest_64_are_told()
    {
        _machine.Has(Old).Runs(Old, Old, Old);
        for (var number = 1; number <= 70; number++)
            _machine.Generation(number, Old);
        _machine.Write("/nix/var/nix/profiles/system-x-link", "");
        _machine.Write("/nix/var/nix/profiles/per-user", "");

        var facts = await _machine.AskAsync("sh");

        Assert.Equal(Enumerable.Range(7, 64).Reverse(), facts.Generations.Select(generation => generation.Number));
    }

    [Theory]
    [InlineData("b.service loaded failed failed B\na.mount loaded failed failed A\n", "a.mount b.service")]
    [InlineData("* b.service loaded failed failed B\n", "b.service")]
    [InlineData("", "")]
    public async Task Failed_units_are_told_by_name(string printed, string units)
    {
        _machine.Program("systemctl", $"case $1 in list-units) printf '%s' '{printed}' ;; *) exit 3 ;; esac");

        Assert.Equal(units, string.Join(' ', (await _machine.AskAsync("sh")).FailedUnits!.Value));
    }

    [Fact]
    public async Task If_systemd_does_not_answer_the_units_are_not_known()
    {
        _machine.Program("systemctl", "exit 1");

        Assert.Null((await _machine.AskAsync("sh")).FailedUnits);
    }

    [Fact]
    public async Task A_switch_under_way_is_seen_by_its_unit()
    {
        _machine.Program("systemctl", "case $1 in is-active) echo activating; exit 3 ;; esac");

        Assert.True((await _machine.AskAsync("sh")).IsSwitching);
    }

    [Theory]
    [InlineData("inactive", "active", true)]
    [InlineData("active", "inactive", false)]
    public async Task The_timer_of_a_trial_is_told_apart_from_a_switch_under_way(string ofSwitch, string ofTimer, bool isArmed)
    {
        _machine.Write("/var/lib/hostlock/trial", "01994b4e\n");
        _machine.Program("systemctl", $"case $1 in is-active) printf '%s\\n' {ofSwitch} {ofTimer}; exit 3 ;; esac");

        var facts = await _machine.AskAsync("sh");

        Assert.Equal((!isArmed, isArmed), (facts.IsSwitching, facts.IsArmed));
    }

    [Fact]
    public async Task A_switch_under_way_is_seen_by_its_lock_which_stays_free()
    {
        const string Held = "/run/nixos/switch-to-configuration.lock";
        File.CreateSymbolicLink($"{_machine.Root}/proc/locks", "/proc/locks");
        _machine.Write(Held, "");
        Assert.False((await _machine.AskAsync("sh")).IsSwitching);
        Assert.DoesNotContain("flock", Hostlock.Machines.Probing.ProbeScript.Text, StringComparison.Ordinal);

        // What a switch does: it takes the lock, and runs for a while.
        await using var holder = new ProcessRunner().Start(
            ProcessRequest.Of("flock", $"{_machine.Root}{Held}", "sh", "-c", "echo; read x"));
        Assert.Equal('\n', holder.Output.ReadByte());

        Assert.True((await _machine.AskAsync("sh")).IsSwitching);
    }

    [Fact]
    public async Task Inhibitors_are_told()
    {
        _machine.Has(Old).Runs(Old, Old, Old);
        _machine.Write($"{Old}/switch-inhibitors", """{"dbus-implementation":"broker","systemd":"257"}""");

        var inhibitors = (await _machine.AskAsync("sh")).Inhibitors!;

        Assert.Equal(["dbus-implementation", "systemd"], inhibitors.Names);
    }

    [Fact]
    public async Task A_lock_that_is_too_large_is_told_by_its_digest_alone()
    {
        var large = Lock + new string(' ', 600_000);
        _machine.Has(Old, large).Runs(Old, Old, Old);

        var stamp = (await _machine.AskAsync("sh")).Stamp!;

        Assert.Equal((Stamp.Hash(System.Text.Encoding.UTF8.GetBytes(large)), null, "plex"), (stamp.Sha256, stamp.Lock, stamp.Host));
    }
}
