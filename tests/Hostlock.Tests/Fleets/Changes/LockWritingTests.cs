using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

[Trait("part", "programs")]
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

        Assert.Equal(["settled plex web", "committed locks: plex web from plex"], _watcher.Told);
        Assert.Equal("locks/plex.lock\nlocks/web.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        Assert.Contains(
            "2 moved\n\nHostlock-Hosts: plex web\nHostlock-Promoted-From: plex\n",
            TestGit.In(_folder.Path, "log", "-1", "--format=%B"),
            StringComparison.Ordinal);
        Assert.Equal("A  other\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Fact]
    public async Task Several_flakes_are_written_at_once_and_committed_together()
    {
        _folder.Write("home/flake.nix", "{ outputs = _: { }; }");
        _folder.Write("home/hostlock.toml", "version = 1\n[hosts.plex]\n");
        Repository();
        var (plex, _) = await LocksAsync();
        var home = FleetFolder.Open(_folder["home"]);
        var planned = new LockOutcome.Planned(
            PlannedLock.Of(home.PlaceNamed("plex"), null, ((LockOutcome.Planned)plex).Lock.After));
        var refused = new LockPlan([new LockOutcome.Failed(home.PlaceNamed("plex"), FleetException.NoHosts())]) { WritesAllOrNone = true };

        var kept = await BothAsync(refused, Commit);
        Assert.All(kept, report => Assert.False(report.IsWritten));
        Assert.False(Directory.Exists(_folder["locks"]));

        await Assert.ThrowsAsync<FleetException>(
            () => LockWriting.RunAsync(
                _processes, [Writing(FleetFolder.Open(_folder.Path), new([plex])), Failing()], CancellationToken.None));
        Assert.False(Directory.Exists(_folder["locks"]));

        using (home.Reserve())
            Assert.True((await Assert.ThrowsAsync<FleetException>(() => BothAsync(new([planned]), Commit))).IsBusy);
        FleetFolder.Open(_folder.Path).Reserve().Dispose();
        Assert.False(Directory.Exists(_folder["locks"]));

        _watcher.Told.Clear();
        await BothAsync(new([planned]), Commit);
        Assert.Equal(["settled plex", "settled plex", "committed locks: plex from plex"], _watcher.Told);
        Assert.Equal("home/locks/plex.lock\nlocks/plex.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        var message = TestGit.In(_folder.Path, "log", "-1", "--format=%B");
        Assert.Contains("home:\n1 moved\n", message, StringComparison.Ordinal);
        Assert.DoesNotContain("\nhome", message, StringComparison.Ordinal);

        Task<IReadOnlyList<LockReport>> BothAsync(LockPlan homes, WritingMode mode) => LockWriting.RunAsync(
            _processes,
            [
                Writing(FleetFolder.Open(_folder.Path), new([plex])) with { Mode = mode },
                Writing(home, homes) with { Mode = mode, Name = "work\nhome" },
            ],
            CancellationToken.None);

        FlakeWriting Writing(FleetFolder folder, LockPlan plan) => new(folder, ["update"], _watcher, _ => Task.FromResult(plan), Write);

        FlakeWriting Failing() => new(home, ["update"], _watcher, _ => throw FleetException.NoHosts(), Write);
    }

    [Fact]
    public async Task What_git_has_already_is_written_and_needs_no_commit()
    {
        var (plex, _) = await LocksAsync();
        HostLocks.Write(plex.Place, LockFile.Empty);
        TestGit.Commit(_folder.Path, 1);
        var committed = File.ReadAllBytes(plex.Place.FullPath);
        HostLocks.Write(plex.Place, ((LockOutcome.Planned)plex).Lock.After);

        await RunAsync(new([new LockOutcome.Planned(PlannedLock.Restoring(plex.Place, committed, "the earlier lock"))]), Commit);

        Assert.Equal(["settled plex", "committed nothing"], _watcher.Told);
        Assert.Equal(committed, File.ReadAllBytes(plex.Place.FullPath));
    }

    [Fact]
    public async Task A_commit_that_git_refused_is_made_up_for_by_the_next_run_although_nothing_moves_then()
    {
        var (plex, web) = await LocksAsync();
        Repository();
        var hook = _folder.Program(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n");

        var error = await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));
        Assert.Equal("the locks are written, but git did not commit them: not today", error.Message);
        File.Delete(hook);
        HostLocks.Write(web.Place, ((LockOutcome.Planned)web).Lock.After);
        await RunAsync(new([Unchanged(plex)]), Commit);
        await RunAsync(new([Unchanged(plex)]), Commit);

        Assert.Equal(
            ["settled plex", "settled ", "committed locks: plex from plex", "settled ", "committed nothing"], _watcher.Told);
        Assert.Equal("locks/plex.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        Assert.Equal("?? locks/web.lock\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Fact]
    public async Task A_shared_input_is_committed_in_every_lock_that_got_it()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n[hosts.orc]\n[inputs.a]\nscope = \"shared\"\n");
        var world = new FlakeWorld();
        world.Flake("github:acme/b");
        world.Flake("github:acme/a");
        var old = await world.LockAsync("""a.url = "github:acme/a"; b.url = "github:acme/b";""");
        world.Flake("github:acme/a");
        var now = await world.LockAsync("""a.url = "github:acme/a"; b.url = "github:acme/b";""");
        world.Flake("github:acme/b");
        var other = await world.LockAsync("""a.url = "github:acme/a"; b.url = "github:acme/b";""");
        var folder = FleetFolder.Open(_folder.Path);
        foreach (var host in new[] { "plex", "web", "orc" })
            HostLocks.Write(folder.PlaceNamed(host), old);
        Repository();
        HostLocks.Write(folder.PlaceNamed("plex"), now);
        HostLocks.Write(folder.PlaceNamed("web"), now);
        HostLocks.Write(folder.PlaceNamed("orc"), other);

        await RunAsync(new([new LockOutcome.Planned(PlannedLock.Of(folder.PlaceNamed("plex"), now, now))]), Commit);

        Assert.Equal("locks/plex.lock\nlocks/web.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        Assert.Equal(" M locks/orc.lock\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Fact]
    public async Task What_a_hook_adds_to_the_commit_is_not_taken_back_by_the_next()
    {
        var (plex, _) = await LocksAsync();
        _folder.Write("mine", "old");
        Repository();
        _folder.Write("mine", "staged");
        TestGit.In(_folder.Path, "add", "mine");
        _folder.Program(".git/hooks/pre-commit", "#!/bin/sh\necho 1 > added; echo '# x' >> flake.nix; git add added flake.nix\n");

        await RunAsync(new([plex]), Commit);

        Assert.Equal(
            "added\nflake.nix\nlocks/plex.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        Assert.Equal("M  mine\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Theory]
    [InlineData("before the next run")]
    [InlineData("while the next run commits")]
    [InlineData("after the next run")]
    public async Task A_git_that_outlives_its_run_commits_all_of_it_and_the_next_run_concludes(string instant)
    {
        const int Pipe = 64 * 1024;
        var (plex, _) = await LocksAsync();
        _folder.Write("mine", "old");
        Repository();
        _folder.Write("mine", "staged");
        TestGit.In(_folder.Path, "add", "mine");
        _folder.Program(".git/hooks/pre-commit", "#!/bin/sh\necho 1 > added; git add added\n");
        var told = string.Concat(Enumerable.Repeat("all that moved\n", 2 * Pipe / 10));
        var commit = new WritingMode.WriteAndCommit(new(_ => told));

        var killed = new AtCommit(_processes, request => throw new OperationCanceledException($"killed at {request.Program}"));
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(new([plex]), commit, killed));
        if (instant == "before the next run")
            await OutliveAsync();
        await RunAsync(
            new([Unchanged(plex)]), commit,
            new AtCommit(_processes, async _ =>
            {
                if (instant == "while the next run commits")
                    await OutliveAsync();
            }));
        if (instant == "after the next run")
            await OutliveAsync();

        Assert.Equal("mine\n", TestGit.In(_folder.Path, "diff", "--cached", "--name-only"));
        Assert.Equal("", TestGit.In(_folder.Path, "diff", "--name-only"));
        Assert.Equal("added\nlocks/plex.lock\n", TestGit.In(_folder.Path, "show", "--format=", "--name-only", "HEAD"));
        Assert.EndsWith(
            $"\n\n{told}\nHostlock-Hosts: plex", TestGit.In(_folder.Path, "log", "-1", "--format=%B").TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("2", TestGit.In(_folder.Path, "rev-list", "--count", "HEAD").Trim());
        Assert.Empty(Directory.EnumerateFiles(_folder[".git"], "hostlock-commit-*"));

        // If a run is killed while it writes into the pipe, git gets what the pipe held by then.
        async Task OutliveAsync() => await _processes.RunAsync(
            killed.Request! with { Input = killed.Request.Input[..Math.Min(Pipe, killed.Request.Input.Length)] },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_commit_that_was_refused_is_not_taken_for_one_that_is_under_way()
    {
        var (plex, _) = await LocksAsync();
        Repository();
        _folder.Program(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");

        await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));

        Assert.Empty(Directory.EnumerateFiles(_folder[".git"], "hostlock-commit-*"));
    }

    [Theory]
    [InlineData("--skip-worktree", "git update-index --no-skip-worktree locks/plex.lock")]
    [InlineData("--assume-unchanged", "git update-index --no-assume-unchanged locks/plex.lock")]
    public async Task A_lock_that_git_looks_away_from_is_not_called_committed(string setting, string hint)
    {
        var (plex, _) = await LocksAsync();
        HostLocks.Write(plex.Place, LockFile.Empty);
        Repository();
        TestGit.In(_folder.Path, "update-index", setting, "locks/plex.lock");

        var error = await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));

        Assert.Equal(hint, error.Hint);
        TestGit.In(_folder.Path, hint.Split(' ')[1..]);
        await RunAsync(new([Unchanged(plex)]), Commit);
        Assert.StartsWith("committed locks: plex from plex: +a ", _watcher.Told[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_git_ignores_is_named_with_the_command_that_changes_it()
    {
        var (plex, _) = await LocksAsync();
        _folder.Write(".gitignore", "locks/\n");
        Repository();

        var error = await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));

        Assert.Equal("git add -N -f locks/plex.lock", error.Hint);
        TestGit.In(_folder.Path, error.Hint!.Split(' ')[1..]);
        await RunAsync(new([Unchanged(plex)]), Commit);
        Assert.Equal("committed locks: plex from plex", _watcher.Told[^1]);
    }

    [Theory]
    [InlineData("MERGE_HEAD", "merge")]
    [InlineData("CHERRY_PICK_HEAD", "cherry-pick")]
    public async Task In_the_middle_of_a_merge_nothing_is_written(string file, string what)
    {
        var (plex, _) = await LocksAsync();
        Repository();
        _folder.Write($".git/{file}", TestGit.In(_folder.Path, "rev-parse", "HEAD"));

        var error = await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));

        Assert.Contains($"until the {what} here is finished", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["locks"]));
    }

    [Fact]
    public async Task A_lock_that_a_run_which_was_broken_off_has_made_is_shown_to_nix()
    {
        var (plex, _) = await LocksAsync();
        Repository();
        HostLocks.Write(plex.Place, ((LockOutcome.Planned)plex).Lock.After);

        await RunAsync(new([Unchanged(plex)]), Write);

        Assert.Equal(" A locks/plex.lock\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Fact]
    public async Task A_lock_beyond_a_link_that_git_does_not_follow_is_warned_of_if_it_was_written()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["locks"], _folder["elsewhere"]);
        var (plex, web) = await LocksAsync();
        HostLocks.Write(plex.Place, ((LockOutcome.Planned)plex).Lock.After);
        Repository();

        await RunAsync(new([Unchanged(plex)]), Write);
        await RunAsync(new([Unchanged(plex), web]), Write);

        Assert.Equal(
            [
                "settled ",
                "settled web",
                "warned: git does not follow the link 'locks', so Nix does not see 'locks/plex.lock', 'locks/web.lock'",
            ],
            _watcher.Told);
        Assert.Equal("?? elsewhere/web.lock\n", TestGit.In(_folder.Path, "status", "--short"));
    }

    [Fact]
    public async Task A_lock_that_is_ignored_and_one_beyond_a_link_are_both_warned_of()
    {
        Directory.CreateDirectory(_folder["locks"]);
        File.CreateSymbolicLink(_folder["locks/plex.lock"], _folder["elsewhere"]);
        _folder.Write(".gitignore", "web.lock\n");
        Repository();
        var (plex, web) = await LocksAsync();

        await RunAsync(new([plex, web]), Write);

        Assert.Equal(
            [
                "settled plex web",
                "warned: git is told to ignore 'locks/web.lock', so Nix does not see it; this changes it: 'git add -N -f locks/web.lock'",
                "warned: git does not follow the link 'locks/plex.lock', so Nix does not see 'locks/plex.lock'",
            ],
            _watcher.Told);
    }

    [Theory]
    [InlineData("locks")]
    [InlineData("locks/plex.lock")]
    public async Task A_lock_beyond_a_link_that_git_does_not_follow_cannot_be_committed(string link)
    {
        Directory.CreateDirectory(_folder["elsewhere/locks"]);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[link])!);
        File.CreateSymbolicLink(_folder[link], _folder[$"elsewhere/{link}"]);
        Repository();
        var (plex, _) = await LocksAsync();

        var why = await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Commit));

        Assert.Equal(
            $"the locks are written, but git does not follow the link '{link}', and does not commit 'locks/plex.lock'", why.Message);
        Assert.Equal("1\n", TestGit.In(_folder.Path, "rev-list", "--count", "HEAD"));
    }

    [Fact]
    public async Task If_git_takes_no_note_of_a_lock_the_error_comes_after_it_was_said_what_is_written()
    {
        var (plex, _) = await LocksAsync();
        Repository();

        var error = await Assert.ThrowsAsync<FleetException>(() => RunAsync(new([plex]), Write, new RefusingToAdd(_processes)));

        Assert.Equal("git does not take note of 'locks/plex.lock', so Nix does not see it: no room", error.Message);
        Assert.Equal(["settled plex"], _watcher.Told);
    }

    [Fact]
    public async Task While_locks_are_planned_nobody_else_writes()
    {
        var folder = FleetFolder.Open(_folder.Path);

        await new LockWriting(_processes, folder, ["update"], _watcher).RunAsync(_ =>
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

        await RunAsync(new([new LockOutcome.Planned(PlannedLock.Restoring(plex.Place, bytes, "the earlier lock"))]), Write);

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

        var flake = FlakeNixParser.Parse(new SourceText("flake.nix", "{ inputs.a.url = \"github:acme/a\"; outputs = _: { }; }"));

        var plan = await new SharedInputs(folder, _ => Task.FromResult(flake))
            .SpreadAsync([new LockOutcome.Planned(PlannedLock.Of(folder.PlaceNamed("plex"), old, now))]);

        Assert.Equal(["plex", "web"], plan.Outcomes.Select(outcome => outcome.Place.Name));
        var web = ((LockOutcome.Planned)plan.Outcomes[1]).Lock;
        Assert.True(LockDiff.Same(now, web.After));
        Assert.Equal("'a' is shared: web gets it as well", Assert.Single(web.Warnings).Message);
    }

    // Makes the folder a repository in which everything is committed.
    void Repository()
    {
        TestGit.Commit(_folder.Path, 1);
        TestGit.In(_folder.Path, "config", "user.name", "somebody");
        TestGit.In(_folder.Path, "config", "user.email", "somebody@example.org");
    }

    static LockOutcome.Planned Unchanged(LockOutcome outcome)
    {
        var after = ((LockOutcome.Planned)outcome).Lock.After;
        return new(PlannedLock.Of(outcome.Place, after, after));
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

    Task<LockReport> RunAsync(LockPlan plan, WritingMode mode, IProcessRunner? processes = null) =>
        new LockWriting(processes ?? _processes, FleetFolder.Open(_folder.Path), ["update"], _watcher)
            .RunAsync(_ => Task.FromResult(plan), mode, TestContext.Current.CancellationToken);

    /// <summary>Does something just before git is told to commit.</summary>
    sealed class AtCommit(IProcessRunner real, Func<ProcessRequest, Task> doAsync) : IProcessRunner
    {
        /// <summary>The request that git got; null if it got none yet.</summary>
        public ProcessRequest? Request { get; private set; }

        public async Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            if (request.Arguments.Contains("commit"))
            {
                Request = request;
                await doAsync(request);
            }
            return await real.RunAsync(request, cancellationToken);
        }

        public IRunningProcess Start(ProcessRequest request) => real.Start(request);
    }

    sealed class RefusingToAdd(IProcessRunner real) : IProcessRunner
    {
        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            request.Arguments.Contains("add")
                ? Task.FromResult(new Finished(128, "", "no room\n"))
                : real.RunAsync(request, cancellationToken);

        public IRunningProcess Start(ProcessRequest request) => real.Start(request);
    }

    sealed class Watcher : ILockWritingWatcher
    {
        public List<string> Told { get; } = [];

        public void Settled(LockReport report) =>
            Told.Add($"settled {string.Join(' ', report.Changed.Select(planned => planned.Place.Name))}");

        public void Warned(Warning warning) => Told.Add($"warned: {warning.Message}");

        public void Committed(string? subject) => Told.Add($"committed {subject ?? "nothing"}");
    }
}
