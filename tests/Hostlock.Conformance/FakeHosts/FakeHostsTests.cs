using System.Collections.Immutable;
using System.Diagnostics;
using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.FakeHost;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>Everything that can be made to happen to a fake host, shown once.</summary>
public class FakeHostsTests(SharedFleet shared)
{
    const string Old = "old";
    const string New = "new";

    /// <summary>The effect of each fault on a switch: the action, the exit code through ssh, and what the host runs then.</summary>
    public static TheoryData<string, string, string, int, string> Faults => new()
    {
        { "pre-switch-check", "", "test", 1, Old },
        { "bootloader", "", "boot", 1, Old },
        { "init", "", "test", 100, Old },
        // The units of a system that was not activated cannot be started: that code wins.
        { "activate", "", "test", 4, Old },
        { "snippet", "", "test", 2, New },
        { "reload", "", "test", 3, New },
        { "unit", "broken", "test", 4, New },
        { "late", "0.1", "test", 0, New },
        { "code", "7", "test", 7, New },
        { "nothing", "", "test", 0, Old },
        { "hold-before", "0.1", "test", 0, New },
        { "hold-after", "0.1", "test", 0, New },
        { "die-before", "", "test", 255, Old },
        { "die-after", "", "test", 255, New },
        { "sshd", "0.1", "test", 255, New },
        // A host that panicked boots what it booted before.
        { "panic", "", "test", 255, Old },
        { "link", "0.1", "test", 0, New },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_switch_fails_as_it_is_told(string fault, string value, string action, int exitCode, string runs)
    {
        var host = shared.Fleet.Light(fault);
        var next = shared.Next[fault];
        var before = host.State();
        host.Copy(next);
        host.Inject(new(fault, value));

        var ended = host.Switch(next, action);

        if (fault == "panic")
            Until(() => host.TryState() is { } booting && booting.BootId != before.BootId);
        host.Await();
        Assert.Equal(exitCode, ended.ExitCode);
        var after = host.State();
        Assert.Equal((runs == New ? next : before.Running, before.Boots), (after.Running, after.Boots));
        string[] failed = fault == "unit" ? ["broken.service"] : [];
        Assert.Equal(failed, host.FailedUnits().Remove("late.service"));
        if (fault == "late")
            Until(() => host.FailedUnits().Contains("late.service"));
        // Whatever happened to ssh and to the network was for a while.
        Until(() => host.Ssh("true").ExitCode == 0);
    }

    [Fact]
    public void Each_fault_of_the_scripts_is_in_the_table_or_an_engine_s() =>
        Assert.Equal(
            HostFault.Listed.Order(StringComparer.Ordinal),
            Faults.Select(row => row.Data.Item1).Concat(["engine-nothing", "engine-code", "engine-hang"]).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_switch_that_hangs_holds_the_lock_and_a_power_cut_ends_it()
    {
        var host = shared.Fleet.Light("hangs");
        var next = shared.Next["hangs"];
        var before = host.State();
        host.Copy(next);
        host.Inject(HostFault.HangsAfter());
        var hanging = Task.Run(() => host.Switch(next, "test"), TestContext.Current.CancellationToken);
        Until(hanging, () => host.State().Running == next);

        var second = host.Switch(before.Running, "test");
        host.PowerOff();

        Assert.Equal((1, "Could not acquire lock\n"), (second.ExitCode, second.Errors));
        Assert.Equal(255, (await hanging).ExitCode);
        Assert.NotEqual(0, host.Run("true").ExitCode);
        host.Boot();
        var after = host.State();
        Assert.Equal((before.Running, before.Running), (after.Running, after.Booted));
        Assert.NotEqual(before.BootId, after.BootId);
    }

    [Fact]
    public void What_boots_is_what_the_boot_loader_says_and_not_the_profile()
    {
        var host = shared.Fleet.Light("boots");
        var next = shared.Next["boots"];
        var before = host.State();
        host.Copy(next);
        _ = host.Run("nix-env", "-p", "/nix/var/nix/profiles/system", "--set", next).Succeeded;
        host.PowerOff();
        host.Boot();
        var torn = host.State();

        _ = host.Switch(next, "boot").Succeeded;
        _ = host.Ssh("/usr/bin/systemctl reboot --force --force");
        Until(() => host.TryState() is { } booting && booting.BootId != torn.BootId);
        host.Await();

        Assert.Equal((before.Running, next), (torn.Running, torn.Profile));
        Assert.Equal([before.Running, next], torn.Generations.Values);
        Assert.Equal((next, next, next), (host.State().Running, host.State().Booted, host.State().Boots));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_silence_timer_is_renewed_and_goes_off(bool isSystemd)
    {
        var name = isSystemd ? "silent-systemd" : "silent-light";
        var host = isSystemd ? shared.Fleet.Systemd(name) : shared.Fleet.Light(name);
        var (before, next) = (host.State().Running, shared.Next[name]);
        host.Copy(next);
        _ = host.Ssh(Arm("1h")).Succeeded;
        Assert.Contains("already loaded", host.Ssh(Arm("1h")).Errors, StringComparison.Ordinal);
        _ = host.Switch(next, "test").Succeeded;
        Assert.Equal("active\n", host.Ssh("systemctl is-active second.service").Output);
        _ = host.Ssh("systemctl daemon-reload && systemctl restart hostlock-deadman.timer").Succeeded;
        Assert.Equal("active\n", host.Ssh("systemctl is-active hostlock-deadman.timer").Output);
        _ = host.Ssh($"systemctl stop hostlock-deadman.timer; {Arm("1s")}").Succeeded;

        Until(() => host.State().Running == before);
        Until(() => host.Ssh("systemctl is-active hostlock-deadman.timer hostlock-deadman.service").Output == "inactive\ninactive\n");
        Assert.Equal(
            [$"test {next} begin", $"test {next} done rc=0", $"test {before} begin", $"test {before} done rc=0"],
            host.State().Activations.Skip(1));
        Assert.Equal("inactive\n", host.Ssh("systemctl is-active second.service").Output);

        string Arm(string after) =>
            $"systemd-run --quiet --unit=hostlock-deadman --on-active={after} --timer-property=AccuracySec=100ms --collect "
            + "--timer-property=DefaultDependencies=no --property=DefaultDependencies=no --timer-property=IgnoreOnIsolate=yes "
            + $"--property=IgnoreOnIsolate=yes /bin/sh -c '{before}/bin/switch-to-configuration test'";
    }

    [Fact]
    public async Task Under_systemd_units_fail_at_once_or_later_or_once_and_a_transient_switch_outlives_its_client()
    {
        var host = shared.Fleet.Systemd("units");
        var before = host.State().Running;
        host.Copy(shared.Units);

        var ended = host.Switch(shared.Units, "test");

        Assert.Equal(4, ended.ExitCode);
        Assert.Contains("warning: the following units failed: at-once.service", ended.Errors, StringComparison.Ordinal);
        Until(() => host.FailedUnits() is ["at-once.service", "later.service"]);
        Until(() => host.Ssh("systemctl is-active once.service").Output == "active\n");
        Assert.Equal("degraded\n", host.Ssh("systemctl is-system-running").Output);

        host.Inject(HostFault.HangsBefore());
        const string Transient = "systemd-run --collect --pipe --quiet --service-type=exec --unit=nixos-rebuild-switch-to-configuration";
        var client = Task.Run(
            () => host.Ssh($"{Transient} {before}/bin/switch-to-configuration test"), TestContext.Current.CancellationToken);
        Until(client, () => host.Ssh("systemctl is-active nixos-rebuild-switch-to-configuration").Output == "active\n");
        var second = host.Ssh($"{Transient} true");
        _ = shared.Fleet.Controller.Run("pkill", "-KILL", "-f", $"^ssh .*@{host.Name} {Transient} /nix").Succeeded;

        Assert.NotEqual(0, (await client).ExitCode);
        Assert.Contains("was already loaded", second.Errors, StringComparison.Ordinal);
        Assert.NotEqual(before, host.State().Running);
        host.Heal();
        Until(() => host.State().Running == before);
    }

    [Fact]
    public void The_network_is_cut_each_way_and_slowed()
    {
        var host = shared.Fleet.Light("network");

        foreach (var direction in Enum.GetValues<Direction>())
        {
            host.Cut(direction);
            Assert.Equal(255, host.Ssh("true").ExitCode);
            Assert.Equal(0, host.Run("true").ExitCode);
            host.Join();
            Until(() => host.Ssh("true").ExitCode == 0);
        }

        host.Slow(400);
        var watch = Stopwatch.StartNew();
        Assert.Equal(100_000, host.Ssh("head -c 100000 /dev/zero").Output.Length);
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_host_that_sleeps_answers_when_it_is_woken()
    {
        var host = shared.Fleet.Light("sleeps");
        var before = host.State();

        host.Sleep();

        Assert.Equal(255, host.Ssh("true").ExitCode);
        host.Wake();
        Until(() => host.Ssh("true").ExitCode == 0);
        Assert.Equal(before.BootId, host.State().BootId);
    }

    [Fact]
    public void Whoever_asks_a_host_goes_on_when_what_was_asked_goes_on()
    {
        var host = shared.Fleet.Light("stops");

        // A systemd that reboots stops all processes of its host for a moment.
        var ended = host.Shell("""
            (until grep -q '^State:.T' /proc/$$/status; do :; done; kill -CONT $$) &
            kill -STOP $$
            echo on
            """);

        Assert.Equal("on\n", ended.Succeeded);
    }

    [Fact]
    public void Full_disks_are_full()
    {
        var host = shared.Fleet.Light("full");
        var next = shared.Next["full"];

        host.Fill("nix", 8);
        Assert.NotEqual(0, host.TryCopy(next).ExitCode);
        host.Fill("nix", 100_000);
        host.Copy(next);
        host.Fill("boot", 0);
        var ended = host.Switch(next, "boot");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("No space left on device", ended.Errors, StringComparison.Ordinal);
        Assert.NotEqual(next, host.State().Boots);
    }

    [Fact]
    public void A_system_that_may_not_be_switched_to_is_booted()
    {
        var host = shared.Fleet.Systemd("inhibited");
        var next = shared.Next["inhibited"];
        var before = host.State();
        host.Copy(next);

        var ended = host.Switch(next, "test");
        _ = host.Ssh($"nix-env -p /nix/var/nix/profiles/system --set {next} && {next}/bin/switch-to-configuration boot").Succeeded;
        var waiting = host.State();
        _ = host.Ssh("systemctl reboot");
        Until(() => host.TryState() is { } booting && booting.BootId != before.BootId);
        host.Await();

        Assert.Equal((1, "Pre-switch check 'switchInhibitors' failed\n"), (ended.ExitCode, ended.Errors));
        Assert.Equal((before.Running, next), (waiting.Running, waiting.Boots));
        Assert.Equal((next, next), (host.State().Running, host.State().Booted));
    }

    [Fact]
    public void A_system_can_take_sshd_away_or_the_network_and_the_one_before_brings_it_back()
    {
        var host = shared.Fleet.Systemd("lost");
        var before = host.State().Running;
        foreach (var system in shared.Lost)
        {
            host.Copy(system);
            _ = host.Run("systemd-run", "--quiet", "--wait", $"{system}/bin/switch-to-configuration", "test").Succeeded;

            Assert.Equal(255, host.Ssh("true").ExitCode);
            _ = host.Run($"{before}/bin/switch-to-configuration", "test").Succeeded;
            Until(() => host.Ssh("true").ExitCode == 0);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_host_cannot_touch_the_machine(bool isSystemd)
    {
        var name = isSystemd ? "mild-systemd" : "mild-light";
        var host = isSystemd ? shared.Fleet.Systemd(name) : shared.Fleet.Light(name);
        var (clock, watch) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());

        // Each of these would do no harm if it went through.
        const string SetClock = "date -s @$(date +%s)";
        Assert.Equal(1, host.Ssh(SetClock).ExitCode);
        Assert.Equal(1, host.Shell(SetClock).ExitCode);
        Assert.Equal(1, host.Ssh($"systemd-run --wait --quiet /bin/sh -c '{SetClock}'").ExitCode);
        Assert.Equal(1, host.Ssh("test -w /proc/sys/kernel/panic").ExitCode);
        Assert.Equal(1, host.Ssh("test -w /proc/sysrq-trigger").ExitCode);
        Assert.Equal(1, host.Ssh($"test -w {Repository.Root}/tests/fleet/fleet").ExitCode);
        Assert.InRange(DateTimeOffset.UtcNow - clock - watch.Elapsed, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(shared.Fleet.Folder, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_double_of_nixos_rebuild_is_strict_and_has_the_habits_of_the_real_one()
    {
        var host = shared.Fleet.Light("engine");
        var next = shared.Next["engine"];
        var before = host.State();
        string[] words = ["--no-reexec", "--store-path", next, "--target-host", "root@engine"];

        shared.Fleet.WithEngine(
            null,
            () =>
            {
                Assert.Equal(2, Rebuild("test", "--no-reexecute").ExitCode);
                Assert.Equal(2, Rebuild("test", "--store-path").ExitCode);
                Assert.Equal(2, Rebuild("tset").ExitCode);
                Assert.Equal(1, Rebuild(["test", .. words[1..]]).ExitCode);
                Assert.Equal(before.Running, host.State().Running);

                // The profile is set before the activation is tried, and stays; the code is flattened.
                host.Inject(HostFault.ActivationEnds);
                var failed = Rebuild(["switch", .. words]);
                Assert.Equal(1, failed.ExitCode);
                Assert.Contains("returned non-zero exit status 4", failed.Errors, StringComparison.Ordinal);
                Assert.Equal((before.Running, next, next), (host.State().Running, host.State().Profile, host.State().Boots));
                host.Heal();
            });
        shared.Fleet.WithEngine(
            HostFault.EngineDoesNothing,
            () => Assert.Equal((0, before.Running), (Rebuild(["test", .. words]).ExitCode, host.State().Running)));
        shared.Fleet.WithEngine(
            HostFault.EngineExitsWith(1),
            () =>
            {
                var ended = Rebuild(["test", .. words]);
                Assert.True(host.State().Running == next, ended.Errors);
                Assert.Equal(1, ended.ExitCode);
            });
        shared.Fleet.WithEngine(
            HostFault.EngineHangs,
            () =>
            {
                var hanging = Task.Run(() => Rebuild(["test", .. words]), TestContext.Current.CancellationToken);
                Until(hanging, () => host.State().Activations.Count(line => line == $"test {next} done rc=0") == 2);
                _ = shared.Fleet.Controller.Run("pkill", "-KILL", "-f", "nixos-rebuild test .*root@engine$").Succeeded;
                Assert.NotEqual(0, hanging.Result.ExitCode);
            });

        Ended Rebuild(params IEnumerable<string> arguments) => shared.Fleet.Controller.Run("nixos-rebuild", arguments);
    }

    [Fact]
    public void An_interrupt_of_nixos_rebuild_reaches_the_target()
    {
        var host = shared.Fleet.Light("interrupt");
        var next = shared.Next["interrupt"];
        host.Inject(HostFault.HangsBefore());
        shared.Fleet.WithEngine(
            null,
            () =>
            {
                var rebuild = Task.Run(
                    () => shared.Fleet.Controller.Run(
                        "nixos-rebuild", "test", "--no-reexec", "--store-path", next, "--target-host", "root@interrupt"),
                    TestContext.Current.CancellationToken);
                Until(rebuild, () => host.State().Activations.Contains($"test {next} begin"));
                Assert.Equal(0, host.Run("pgrep", "-f", "systemd-run -E").ExitCode);

                _ = shared.Fleet.Controller.Run("pkill", "-INT", "-f", "nixos-rebuild test .*root@interrupt$").Succeeded;

                Assert.Equal(130, rebuild.Result.ExitCode);
                Assert.Contains("cleaning-up remote process", rebuild.Result.Errors, StringComparison.Ordinal);
                Assert.Equal(1, host.Run("pgrep", "-f", "systemd-run -E").ExitCode);
            });
    }

    [Fact]
    public void Hostlock_reads_what_a_host_runs_through_the_ssh_of_the_controller()
    {
        var host = shared.Fleet.Light("told");
        shared.Fleet.Release("linux", "6.12.4");

        _ = shared.Fleet.Hostlock("update", host.Name).Succeeded;
        var ended = shared.Fleet.Hostlock("diff", $"{host.Name}@running", host.Name);

        Assert.Contains("nixpkgs", ended.Output, StringComparison.Ordinal);

        // Another kernel is there at once, and runs after a reboot.
        var next = shared.Fleet.Build(host.Name)[host.Name];
        host.Copy(next);
        _ = host.Switch(next, "test").Succeeded;
        Assert.Equal("6.12.1\n6.12.4\n", host.Ssh("cat /run/booted-system/kernel /run/current-system/kernel").Output);
    }

    [Fact]
    public void Whoever_is_not_root_gets_in_and_becomes_root_by_sudo()
    {
        var host = shared.Fleet.Light("sudo");

        Assert.Equal(
            "1000\n0\n", shared.Fleet.Controller.Run("ssh", "-n", $"operator@{host.Name}", "id -u; sudo -n id -u").Output);
    }

    [Fact]
    public void A_dozen_hosts_come_up_at_once_each_with_its_own_identity()
    {
        var hosts = SharedFleet.Dozen.AsParallel().WithDegreeOfParallelism(12).Select(shared.Fleet.Light).ToList();

        Assert.All(hosts, host => Assert.Equal($"{host.Name}\n", host.Ssh("hostname").Output));
        Assert.Equal(hosts.Count, hosts.Select(host => host.State().BootId).Distinct().Count());
        Assert.Equal(hosts.Count, hosts.Select(host => host.Ssh("cat /etc/machine-id").Output).Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_left_also_if_the_holder_is_killed(bool isKilled)
    {
        using var fleet = FakeFleet.Start("gone");
        var host = fleet.Light("gone");
        _ = host.Ssh("systemd-run --on-active=1h --unit=later true").Succeeded;
        var name = File.ReadAllText(Path.Combine(fleet.Folder, "cgroup")).Trim();
        Assert.NotEmpty(Members(name));

        if (isKilled)
        {
            using (var holder = Process.GetProcessById(fleet.Holder))
                holder.Kill();
            Until(() => Members(name).IsEmpty);
            // The next one clears what is left of files.
            using var next = FakeFleet.Start("gone");
            Assert.False(Directory.Exists(fleet.Folder));
        }
        else
        {
            fleet.Dispose();
            Until(() => Members(name).IsEmpty);
            Assert.False(Directory.Exists(fleet.Folder));
        }

        Assert.Empty(Members(name));
        Assert.DoesNotContain(Groups(), folder => folder.EndsWith(name, StringComparison.Ordinal));
    }

    // The processes of all hosts of a fleet.
    static ImmutableArray<int> Members(string fleet) =>
    [
        .. from process in Process.GetProcesses()
           let file = $"/proc/{process.Id}/cgroup"
           where File.Exists(file) && Read(file).Contains(fleet, StringComparison.Ordinal)
           select process.Id,
    ];

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // The process is gone meanwhile.
            return "";
        }
    }

    static IEnumerable<string> Groups() =>
        File.ReadLines("/proc/mounts")
            .Select(line => line.Split(' '))
            .Where(words => words[2] == "cgroup2")
            .SelectMany(words => Directory.EnumerateDirectories(words[1]));
}
