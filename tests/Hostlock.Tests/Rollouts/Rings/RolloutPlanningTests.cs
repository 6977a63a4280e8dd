using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Rollouts.Steps;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>The locks of a rollout lie in a commit of their own before any host is touched.</summary>
[Trait("part", "programs")]
public sealed class RolloutPlanningTests : IDisposable
{
    readonly SharedFleet _fleet = new("open = \"commit\"\n");
    readonly GitAndNix _processes = new();

    public RolloutPlanningTests()
    {
        File.WriteAllText(Path.Combine(_fleet.Here, "flake.nix"), FlakeWorld.FlakeNix("""a.url = "github:acme/a";"""));
        TestGit.Commit(_fleet.Here, 2);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task The_candidate_has_the_lock_of_the_first_host_for_all_and_the_files_and_HEAD_stay()
    {
        _fleet.WriteLock("here", "plex", 2);
        var head = _fleet.Id("HEAD");

        var planned = await LocksAsync();

        var candidate = planned.Candidate.Id.ToString();
        Assert.Equal((2, 2), (_fleet.Digit("plex", candidate), _fleet.Digit("web", candidate)));
        Assert.Equal(["web"], planned.Changed(planned.Order.Rings[1]).Select(each => each.Place.Name));
        Assert.Equal((head, head), (planned.Candidate.Base, _fleet.Id("HEAD")));
        Assert.Equal(" M locks/plex.lock\n", TestGit.In(_fleet.Here, "status", "--short"));
    }

    [Fact]
    public async Task A_lock_that_needs_no_change_keeps_its_bytes()
    {
        var path = Path.Combine(_fleet.Here, "locks/web.lock");
        File.AppendAllText(path, "\n\n");
        TestGit.Commit(_fleet.Here, 3);

        var planned = await LocksAsync();

        Assert.Equal(planned.Candidate.Base, planned.Candidate.Id);
        Assert.Equal(File.ReadAllBytes(path), planned.Locks[1].Contents.ToArray());
    }

    [Fact]
    public async Task A_lock_that_would_be_written_over_has_to_be_committed_and_other_files_are_named()
    {
        _fleet.WriteLock("here", "plex", 3);
        File.AppendAllText(Path.Combine(_fleet.Here, "flake.nix"), "# mine\n");
        Assert.Equal(["flake.nix"], (await LocksAsync()).Uncommitted);

        _fleet.WriteLock("here", "web", 2);

        var error = await Assert.ThrowsAsync<RolloutException>(() => LocksAsync());
        Assert.Equal("locks/web.lock has changes that are in no commit, and the rollout would write over them", error.Message);
    }

    [Fact]
    public async Task A_host_that_would_go_back_in_time_refuses_unless_that_is_asked_for()
    {
        _fleet.WriteLock("here", "web", 5);
        TestGit.Commit(_fleet.Here, 3);

        var error = await Assert.ThrowsAsync<FleetException>(() => LocksAsync());

        Assert.True(error.IsRefusal);
        Assert.Equal(1, _fleet.Digit("web", (await LocksAsync(allowsDowngrade: true)).Candidate.Id.ToString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_system_that_is_gone_is_built_again_and_has_to_be_the_same(bool isSame)
    {
        var rollout = await RolloutAsync();
        _processes.Nix = new(0, $"{(isSame ? New : Other)}\n", "");

        var error = await Record.ExceptionAsync(() => RebuildAsync(rollout));

        Assert.Equal(isSame ? null : RolloutException.BuiltAnother(Plex, Other.ToString(), New.ToString()).Message, error?.Message);
        Assert.NotEqual(0, _processes.Builds);
    }

    [Fact]
    public async Task A_system_that_a_machine_has_or_that_the_machine_builds_is_not_built_again()
    {
        var rollout = await RolloutAsync(new RolloutEvent.Ended(Plex, Step.Probe, new() { Facts = Facts(Old) }, Start));
        await RebuildAsync(rollout);

        File.WriteAllText(
            Path.Combine(_fleet.Here, "hostlock.toml"), "version = 1\n[hosts.plex]\n[hosts.web]\n[rollout]\nbuild = \"target\"\n");
        await RebuildAsync(await RolloutAsync());

        Assert.Equal(0, _processes.Builds);
    }

    async Task<Rollout> RolloutAsync(params RolloutEvent[] more)
    {
        var planned = await LocksAsync();
        var plan = SharedFleet.Plan(Id, new(Plex, planned.Candidate.Id, planned.Candidate.Base)) with
        {
            Rings = [SharedFleet.Ring("canary", "plex")],
        };
        return Rollout.Fold([new RolloutEvent.Opened(plan, Start), .. more])!;
    }

    Task RebuildAsync(Rollout rollout) => Planning().RebuildAsync(rollout, host => Path.Combine(_fleet.Scratch, $"root-{host}"), Stop);

    Task<PlannedLocks> LocksAsync(bool allowsDowngrade = false)
    {
        var folder = _fleet.Open();
        var order = RolloutOrder.Of(folder.Fleet, [.. folder.Fleet.Hosts]);
        return Planning().LocksAsync(order, HostDeclarations.Of(folder, _processes), allowsDowngrade, Stop);
    }

    RolloutPlanning Planning()
    {
        var folder = _fleet.Open();
        var builds = new SystemBuild(
            _processes, new StepSurroundings(folder, "desk", ""), new(Path.Combine(_fleet.Scratch, "cache")), TimeProvider.System);
        return new(_processes, folder, builds, TimeProvider.System);
    }

    /// <summary>The real git, and a nix that has one answer to each build.</summary>
    sealed class GitAndNix : IProcessRunner
    {
        readonly ProcessRunner _real = new();

        public Finished Nix { get; set; } = new(1, "", "nothing was to be built");

        public int Builds { get; private set; }

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            if (request.Program != "nix")
                return _real.RunAsync(request, cancellationToken);
            Builds++;
            return Task.FromResult(Nix);
        }

        public IRunningProcess Start(ProcessRequest request) => _real.Start(request);
    }
}
