using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Tests.Machines.Probing;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Machines.PretendMachines;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Machines;

/// <summary>Machines that are asked, and compared with the files of the repository.</summary>
public sealed class MachineSurveyTests : IDisposable
{
    static readonly StorePath One = FakeMachine.System('1'), Two = FakeMachine.System('2');

    readonly TempFolder _folder = new();
    readonly PretendMachines _machines = new();

    public MachineSurveyTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write(
            "hostlock.toml",
            "version = 1\n[hosts.plex]\n[hosts.web]\n[hosts.orc]\nconfigurations = [\"homeConfigurations.orc\"]\n");
        Write("plex", 2);
        Write("web", 2);
        Write("orc", 2);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_machine_is_compared_with_the_lock_of_its_host_and_nothing_is_started_without_a_repository()
    {
        _machines.Answers("web", One, "w", Stamped(Text(2))).Answers("orc", One, "o", Stamped(Text(3)));

        var statuses = await AskAsync();

        Assert.Equal(["plex", "web", "orc"], statuses.Select(status => status.Host.Name.ToString()));
        Assert.Null(statuses[0].Pins);
        Assert.Contains("No route to host", Assert.Single(statuses[0].Failures).Message, StringComparison.Ordinal);
        Assert.IsType<PinState.InSync>(statuses[1].Pins);
        Assert.IsType<PinState.Ahead>(statuses[2].Pins);
        Assert.All(statuses, status => Assert.IsType<ConfigurationState.NotAsked>(status.Configuration));
        Assert.Equal(0, _machines.Started);
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task A_lock_that_git_had_is_behind()
    {
        Write("plex", 1);
        TestGit.Commit(_folder.Path, 1);
        Write("plex", 2);
        TestGit.Commit(_folder.Path, 2);
        _machines.Answers("plex", One, "p", Stamped(Text(1)));

        Assert.Equal(1, Assert.IsType<PinState.Behind>((await AskAsync("plex"))[0].Pins).Changes);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_read_is_not_compared_and_hides_no_machine()
    {
        File.Delete(_folder["locks/plex.lock"]);
        Directory.CreateDirectory(_folder["locks/plex.lock"]);
        _machines.Answers("plex", One, "p", Stamped(Text(1))).Answers("web", One, "w", Stamped(Text(2)));

        var statuses = await AskAsync("plex", "web");

        Assert.Same(Assert.Single(statuses[0].Failures), Assert.IsType<PinState.NotCompared>(statuses[0].Pins).Why);
        Assert.NotNull(statuses[0].Facts);
        Assert.IsType<PinState.InSync>(statuses[1].Pins);
    }

    [Fact]
    public async Task Hosts_whose_machine_says_that_it_is_the_same_one_are_twins()
    {
        _machines.Answers("plex", One, "same").Answers("web", One, "same").Answers("orc", One, "other");

        var statuses = await AskAsync();

        Assert.Equal(["web", "plex", ""], statuses.Select(status => string.Join(' ', status.Twins)));
    }

    [Fact]
    public async Task A_machine_that_says_no_id_is_nobodys_twin()
    {
        _machines.Answers("plex", One, "").Answers("web", One, "");

        Assert.All(await AskAsync("plex", "web"), status => Assert.Empty(status.Twins));
    }

    [Fact]
    public async Task Another_machine_is_the_hosts_once_a_person_says_so()
    {
        _machines.Answers("plex", One, "first");
        await AskAsync("plex");
        _machines.Answers("plex", One, "second");

        Assert.IsType<ProbeOutcome.WrongMachine>((await AskAsync("plex"))[0].Outcome);
        Assert.IsType<ProbeOutcome.Answered>((await AskAsync(new ProbeRequest(false, AcceptsNewMachine: true), "plex"))[0].Outcome);
        Assert.IsType<ProbeOutcome.Answered>((await AskAsync("plex"))[0].Outcome);
    }

    [Fact]
    public async Task The_system_that_nix_makes_is_compared_with_the_one_that_runs_and_a_home_is_none()
    {
        _machines.Answers("plex", One, "p").Answers("web", One, "w").Answers("orc", One, "o");
        _machines.Nix = reference => reference.Contains("plex", StringComparison.Ordinal)
            ? new(0, $"{One}", "")
            : new(0, $"{Two}\n", "");

        var statuses = await AskAsync(new ProbeRequest(IsEvaluated: true, false));

        Assert.IsType<ConfigurationState.Same>(statuses[0].Configuration);
        Assert.Equal(new ConfigurationState.Differs(Two), statuses[1].Configuration);
        Assert.IsType<ConfigurationState.NotAsked>(statuses[2].Configuration);
        Assert.Equal(2, _machines.Evaluated.Count);
    }

    [Fact]
    public async Task A_host_that_nix_cannot_evaluate_says_why_and_one_that_did_not_answer_is_not_evaluated()
    {
        _machines.Answers("plex", One, "p");
        _machines.Nix = _ => new(1, "", "error: attribute 'plex' missing");

        var statuses = await AskAsync(new ProbeRequest(IsEvaluated: true, false), "plex", "web");

        Assert.Contains(
            "attribute 'plex' missing", Assert.IsType<ConfigurationState.NotEvaluated>(statuses[0].Configuration).Why.ToString(),
            StringComparison.Ordinal);
        Assert.IsType<ConfigurationState.NotAsked>(statuses[1].Configuration);
        Assert.Single(_machines.Evaluated);
    }

    Task<IReadOnlyList<MachineStatus>> AskAsync(params string[] hosts) => AskAsync(new ProbeRequest(false, false), hosts);

    async Task<IReadOnlyList<MachineStatus>> AskAsync(ProbeRequest request, params string[] hosts)
    {
        var fleet = FleetFolder.Open(_folder.Path);
        var probes = new MachineProbes(
            _machines, "ctl", new(new(_folder["cache"]), fleet.Path), name => fleet.TryHostOf(name) is not null, TimeProvider.System);
        return await new MachineSurvey(_machines, fleet, probes).AskAsync(
            [.. (hosts is [] ? ["plex", "web", "orc"] : hosts).Select(host => fleet.HostOf(HostName.Parse(host)))], request,
            TestContext.Current.CancellationToken);
    }

    void Write(string host, int digit) => _folder.Write($"locks/{host}.lock", System.Text.Encoding.UTF8.GetString(Text(digit)));

    static byte[] Text(int digit) => LockFileWriter.Write(Of(("a", Locked("github:acme/a", digit, digit)))).ToArray();
}
