using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Rollouts.Steps;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>Rings are opened by the locks of the candidate, and by nothing else.</summary>
[Trait("part", "programs")]
public sealed class RingLocksTests : IDisposable, ILockWritingWatcher
{
    static readonly ProcessRunner Processes = new();

    SharedFleet _fleet = new("open = \"commit\"\n");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task A_ring_gets_its_locks_in_one_commit_and_none_of_another_ring()
    {
        var (plan, before) = (await PlanAsync(), _fleet.Id("HEAD"));

        var opened = await OpenAsync(plan, "canary");

        Assert.Equal(new OpenedRing.Open(_fleet.Id("HEAD")), opened);
        Assert.Equal(before, _fleet.Id("HEAD~1"));
        Assert.Equal((2, 1), (_fleet.Digit("plex", "HEAD"), _fleet.Digit("web", "HEAD")));
        Assert.Contains(
            $"Hostlock-Rollout: {Id}\nHostlock-Ring: canary\n", TestGit.In(_fleet.Here, "log", "-1", "--format=%B"),
            StringComparison.Ordinal);
        Assert.Equal("", TestGit.In(_fleet.Here, "status", "--short"));
    }

    [Fact]
    public async Task A_ring_that_is_open_already_is_opened_by_no_further_commit()
    {
        var plan = await PlanAsync();
        var opened = await OpenAsync(plan, "canary");

        Assert.Equal(opened, await OpenAsync(plan, "canary"));
    }

    [Fact]
    public async Task A_lock_that_somebody_moved_meanwhile_is_not_written_over()
    {
        var plan = await PlanAsync();
        _fleet.WriteLock("here", "plex", 7);

        var refused = await Assert.ThrowsAsync<RolloutException>(() => OpenAsync(plan, "canary"));

        Assert.Equal(RolloutException.LockMoved("locks/plex.lock").Message, refused.Message);
        Assert.Equal(7, _fleet.Digit("plex"));
        Assert.IsType<OpenedRing.Open>(await OpenAsync(plan, "rest"));
    }

    [Fact]
    public async Task On_another_branch_nothing_is_opened()
    {
        TestGit.Commit(_fleet.Here, 2);
        var plan = await PlanAsync();
        TestGit.In(_fleet.Here, "checkout", "-q", "-B", "side", "HEAD~1");

        await Assert.ThrowsAsync<RolloutException>(() => OpenAsync(plan, "canary"));
        Assert.Equal(1, _fleet.Digit("plex"));
    }

    [Fact]
    public async Task Hosts_that_are_gone_from_hostlock_toml_get_nothing()
    {
        var plan = await PlanAsync();
        File.WriteAllText(Path.Combine(_fleet.Here, "hostlock.toml"), "version = 1\n[hosts.web]\n[rollout]\nopen = \"commit\"\n");

        Assert.Equal(new OpenedRing.Open(null), await OpenAsync(plan, "canary"));
        Assert.Equal(1, _fleet.Digit("plex"));
    }

    [Fact]
    public async Task If_nobody_commits_the_locks_lie_in_the_files_alone()
    {
        Use("open = \"none\"\n");
        var (plan, before) = (await PlanAsync(), _fleet.Id("HEAD"));

        Assert.Equal(new OpenedRing.Open(null), await OpenAsync(plan, "canary"));
        Assert.Equal(before, _fleet.Id("HEAD"));
        Assert.Equal((2, 1), (_fleet.Digit("plex"), _fleet.Digit("web")));
    }

    [Fact]
    public async Task What_is_pushed_comes_on_top_of_what_others_pushed()
    {
        Use("open = \"push\"\n");
        var plan = await PlanAsync();
        Push("web", 5);

        await OpenAsync(plan, "canary");

        Assert.Equal((2, 5), (_fleet.Digit("plex", "main", _fleet.Other), _fleet.Digit("web", "main", _fleet.Other)));
        Assert.Equal(_fleet.Id("HEAD"), _fleet.Id("main", _fleet.Other));
    }

    [Fact]
    public async Task A_ring_that_waits_for_a_merge_is_a_branch_and_is_open_once_it_is_merged()
    {
        Use("open = \"branch\"\n");
        var (plan, before) = (await PlanAsync(), _fleet.Id("HEAD"));

        Assert.IsType<OpenedRing.Waits>(await OpenAsync(plan, "canary"));
        var branch = $"hostlock/{Id}/canary";
        Assert.Equal((2, 1), (_fleet.Digit("plex", branch, _fleet.Other), _fleet.Digit("web", branch, _fleet.Other)));
        Assert.Equal(before, _fleet.Id($"{branch}~1", _fleet.Other));
        Assert.Equal((before, 1), (_fleet.Id("HEAD"), _fleet.Digit("plex")));

        TestGit.In(_fleet.Other, "update-ref", "refs/heads/main", branch);
        Assert.Equal(new OpenedRing.Open(_fleet.Id("main", _fleet.Other)), await OpenAsync(plan, "canary"));
    }

    [Fact]
    public async Task A_branch_is_not_made_of_a_lock_that_others_moved()
    {
        Use("open = \"branch\"\n");
        var plan = await PlanAsync();
        Push("plex", 7);

        var refused = await Assert.ThrowsAsync<RolloutException>(() => OpenAsync(plan, "canary"));

        Assert.Equal(RolloutException.LockMoved("locks/plex.lock").Message, refused.Message);
        Assert.Equal("", TestGit.In(_fleet.Other, "for-each-ref", "refs/heads/hostlock"));
    }

    [Fact]
    public async Task A_host_that_follows_a_branch_by_itself_needs_rings_that_are_pushed()
    {
        File.AppendAllText(Path.Combine(_fleet.Here, "hostlock.toml"), "[hosts.orc]\nengine = \"comin\"\n");
        var folder = _fleet.Open();

        var needs = await Assert.ThrowsAsync<RolloutException>(
            () => RingLocks.RequireUpstreamAsync(Processes, folder, RolloutOrder.Of(folder.Fleet, folder.Fleet.Hosts), Stop));

        Assert.Equal(RolloutException.NeedsPush(HostName.Parse("orc")).Message, needs.Message);
    }

    void Use(string settings)
    {
        _fleet.Dispose();
        _fleet = new(settings);
    }

    // Somebody else moves a lock, and pushes it.
    void Push(string host, int digit)
    {
        _fleet.Clone("theirs");
        _fleet.WriteLock("theirs", host, digit);
        var theirs = _fleet.Open("theirs").Path;
        TestGit.Commit(theirs, 3);
        TestGit.In(theirs, "push", "-q");
    }

    // Both hosts are to get revision 2.
    async Task<RolloutPlan> PlanAsync()
    {
        var folder = _fleet.Open();
        var locks = folder.Fleet.Hosts.Select(host => folder.PlaceOf(host.Name)).Select(
            place => PlannedLock.Of(place, HostLocks.Read(place), LockFileReader.Read("lock", SharedFleet.Text(2)))).ToList();
        var candidate = await CandidateCommit.MakeAsync(Processes, folder, locks, Start, Stop);
        await candidate.KeepAsync(Id, Stop);
        return SharedFleet.Plan(Id, new(Plex, candidate.Id, candidate.Base));
    }

    Task<OpenedRing> OpenAsync(RolloutPlan plan, string ring)
    {
        var folder = _fleet.Open();
        var shared = new SharedJournals(Processes, folder, _fleet.Journals(), TimeProvider.System);
        return new RingLocks(Processes, folder, _fleet.Scratch, _ => "", this, shared, TimeProvider.System).OpenAsync(
            plan, plan.Rings.Single(each => each.Name == ring), new(null), Stop);
    }

    void ILockWritingWatcher.Settled(LockReport report)
    {
    }

    void ILockWritingWatcher.Warned(Warning warning) => Assert.Fail(warning.Message);

    void ILockWritingWatcher.Committed(string? subject)
    {
    }
}
