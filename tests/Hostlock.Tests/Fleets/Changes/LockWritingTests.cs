using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

public sealed class LockWritingTests : IDisposable
{
    static readonly WritingMode Write = new WritingMode.Write();
    static readonly WritingMode Commit = new WritingMode.WriteAndCommit(
        new(locks => $"{locks.Count} moved") { PromotedFrom = new LockOwner.Host(HostName.Parse("plex")) });

    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();
    readonly Watcher _watcher = new();

    public LockWritingTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plan_alone_writes_nothing()
    {
        var (plex, _) = await LocksAsync();

        var report = await RunAsync(new([plex]), new WritingMode.PlanOnly());

        Assert.False(report.IsWritten);
        Assert.Single(report.Changed);
        Assert.False(Directory.Exists(_folder["locks"]));
    }

    [Fact]
    public async Task One_that_fails_keeps_the_others_back_only_if_the_plan_says_so()
    {
        var (plex, web) = await LocksAsync();
        var failed = new LockOutcome.Failed(web.Place, FleetException.NoHosts());

        Assert.False((await RunAsync(new([plex, failed]) { WritesAllOrNone = true }, Write)).IsWritten);
        Assert.False(Directory.Exists(_folder["locks"]));

        Assert.True((await RunAsync(new([plex, failed]), Write)).IsWritten);
        Assert.True(File.Exists(_folder["locks/plex.lock"]));
    }

    [Fact]
    public async Task Nothing_is_written_that_was_to_be_committed_outside_of_a_repository()
    {
        var (plex, _) = await LocksAsync();

        await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));

        Assert.False(Directory.Exists(_folder["locks"]));
        Assert.Empty(_watcher.Told);
    }

    [Fact]
    public async Task The_written_locks_alone_are_committed_after_it_was_said_that_they_are_written()
    {
        TestGit.Commit(_folder.Path, 1);
        _folder.Write("other", "staged");
        TestGit.In(_folder.Path, "add", "other");
        TestGit.In(_folder.Path, "config", "user.name", "somebody");
        TestGit.In(_folder.Path, "config", "user.email", "somebody@example.org");
        var (plex, web) = await LocksAsync();

        await RunAsync(new([plex, web]), Commit);

        Assert.Equal(["settled plex web", "committed 2 locks: Promote from plex"], _watcher.Told);
        Assert.Equal("locks/plex.lock\nlocks/web.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        Assert.Contains(
            "2 moved\n\nHostlock-Hosts: plex web\nHostlock-Promoted-From: plex\n",
            TestGit.In(_folder.Path, "log", "-1", "--format=%B"),
            StringComparison.Ordinal);
        Assert.Equal("A  other\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Fact]
    public async Task What_git_has_already_is_written_and_needs_no_commit()
    {
        var (plex, _) = await LocksAsync();
        HostLocks.Write(plex.Place, LockFile.Empty);
        TestGit.Commit(_folder.Path, 1);
        var committed = File.ReadAllBytes(plex.Place.FullPath);
        HostLocks.Write(plex.Place, ((LockOutcome.Planned)plex).Lock.After);

        await RunAsync(new([new LockOutcome.Planned(PlannedLock.Restoring(plex.Place, committed))]), Commit);

        Assert.Equal(["settled plex", "committed nothing"], _watcher.Told);
        Assert.Equal(committed, File.ReadAllBytes(plex.Place.FullPath));
    }

    [Fact]
    public async Task While_locks_are_planned_nobody_else_writes()
    {
        var folder = FleetFolder.Open(_folder.Path);

        await new LockWriting(_processes, folder, _watcher).RunAsync(_ =>
        {
            Assert.True(Assert.Throws<FleetException>(folder.Reserve).IsBusy);
            return Task.FromResult(new LockPlan([]));
        }, Write, TestContext.Current.CancellationToken);

        folder.Reserve().Dispose();
    }

    [Fact]
    public async Task An_earlier_lock_is_put_back_byte_for_byte()
    {
        var bytes = "{ \"nodes\": { \"root\": { } }, \"root\": \"root\", \"version\": 7 }"u8.ToArray();
        var (plex, _) = await LocksAsync();
        HostLocks.Write(plex.Place, ((LockOutcome.Planned)plex).Lock.After);

        await RunAsync(new([new LockOutcome.Planned(PlannedLock.Restoring(plex.Place, bytes))]), Write);

        Assert.Equal(bytes, File.ReadAllBytes(plex.Place.FullPath));
    }

    [Fact]
    public async Task A_shared_input_that_one_lock_gets_is_given_to_the_others()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n[inputs.a]\nscope = \"shared\"\n");
        var world = new FlakeWorld();
        world.Flake("github:acme/a");
        var old = await world.LockAsync("""a.url = "github:acme/a";""");
        world.Flake("github:acme/a");
        var now = await world.LockAsync("""a.url = "github:acme/a";""");
        var folder = FleetFolder.Open(_folder.Path);
        HostLocks.Write(folder.PlaceNamed("web"), old);

        var plan = SharedInputs.Spread(folder, [new LockOutcome.Planned(PlannedLock.Of(folder.PlaceNamed("plex"), old, now))]);

        Assert.Equal(["plex", "web"], plan.Outcomes.Select(outcome => outcome.Place.Name));
        var web = ((LockOutcome.Planned)plan.Outcomes[1]).Lock;
        Assert.True(LockDiff.Same(now, web.After));
        Assert.Equal("'a' is shared: web gets it as well", Assert.Single(web.Warnings).Message);
    }

    async Task<(LockOutcome Plex, LockOutcome Web)> LocksAsync()
    {
        var world = new FlakeWorld();
        world.Flake("github:acme/a");
        var file = await world.LockAsync("""a.url = "github:acme/a";""");
        var folder = FleetFolder.Open(_folder.Path);
        return (
            new LockOutcome.Planned(PlannedLock.Of(folder.PlaceNamed("plex"), null, file)),
            new LockOutcome.Planned(PlannedLock.Of(folder.PlaceNamed("web"), null, file)));
    }

    Task<LockReport> RunAsync(LockPlan plan, WritingMode mode) =>
        new LockWriting(_processes, FleetFolder.Open(_folder.Path), _watcher)
            .RunAsync(_ => Task.FromResult(plan), mode, TestContext.Current.CancellationToken);

    sealed class Watcher : ILockWritingWatcher
    {
        public List<string> Told { get; } = [];

        public void Settled(LockReport report) =>
            Told.Add($"settled {string.Join(' ', report.Changed.Select(planned => planned.Place.Name))}");

        public void Committed(string? subject) => Told.Add($"committed {subject ?? "nothing"}");
    }
}
