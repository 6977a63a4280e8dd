using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>Journals that the upstream repository keeps, for clones that are new each time.</summary>
[Trait("part", "programs")]
public sealed class SharedJournalsTests : IDisposable
{
    readonly SharedFleet _fleet = new("journal = \"git\"\n");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task A_clone_that_is_new_goes_on_from_what_another_pushed()
    {
        Begin("here", Id, new RolloutEvent.Approved(Start));
        await Shared("here").PushAsync(Id, Stop);
        _fleet.Clone("new");

        Assert.Null(_fleet.Journals("new").LastRollout());
        await Shared("new").FetchAsync(Stop);

        var last = _fleet.Journals("new").LastRollout()!;
        Assert.Equal((Id, true), (last.Plan.Id, last.IsApproved));
        Assert.Equal(_fleet.Id("HEAD"), _fleet.Id($"refs/hostlock/{Id}", _fleet.Other));
    }

    [Fact]
    public async Task Of_two_that_go_on_from_the_same_the_second_ends_before_it_touches_a_machine()
    {
        Begin("here", Id);
        await Shared("here").PushAsync(Id, Stop);
        _fleet.Clone("new");
        await Shared("new").FetchAsync(Stop);

        Append("new", new RolloutEvent.Approved(Start));
        await Shared("new").PushAsync(Id, Stop);
        Append("here", new RolloutEvent.Stopped("another", Start));

        var moved = await Assert.ThrowsAsync<RolloutException>(() => Shared("here").PushAsync(Id, Stop));
        Assert.StartsWith(RolloutException.JournalMoved(Id, "").Message.Split(':')[0], moved.Message, StringComparison.Ordinal);
        Assert.True((await ReadAsync("new")).IsApproved);
    }

    [Fact]
    public async Task What_is_pushed_already_is_no_further_commit()
    {
        Begin("here", Id);
        await Shared("here").PushAsync(Id, Stop);
        var pushed = _fleet.Id($"refs/hostlock/journals/{Id}", _fleet.Other);

        await Shared("here").PushAsync(Id, Stop);
        Assert.Equal(pushed, _fleet.Id($"refs/hostlock/journals/{Id}", _fleet.Other));

        Append("here", new RolloutEvent.Approved(Start));
        await Shared("here").PushAsync(Id, Stop);
        Assert.Equal(pushed, _fleet.Id($"refs/hostlock/journals/{Id}~1", _fleet.Other));
    }

    [Fact]
    public async Task All_that_are_here_are_read_and_what_is_no_id_is_none_of_them()
    {
        Begin("here", Id);
        await Shared("here").PushAsync(Id, Stop);
        TestGit.In(_fleet.Here, "update-ref", "refs/hostlock/journals/a/b", $"refs/hostlock/journals/{Id}");

        var (id, (name, bytes)) = Assert.Single(await SharedJournals.ReadAsync(new ProcessRunner(), _fleet.Open(), Stop));

        Assert.Equal((Id, $"refs/hostlock/journals/{Id}"), (id, name));
        Assert.Equal(_fleet.Journals().BytesOf(Id).ToArray(), bytes);
    }

    [Fact]
    public async Task What_is_forgotten_is_gone_there_too()
    {
        Begin("here", Id);
        await Shared("here").PushAsync(Id, Stop);

        await Shared("here").ForgetAsync([$"refs/hostlock/journals/{Id}", $"refs/hostlock/{Id}"], Stop);

        Assert.Equal("", TestGit.In(_fleet.Other, "for-each-ref", "refs/hostlock"));
    }

    [Fact]
    public void They_exist_only_if_hostlock_toml_says_so()
    {
        using var own = new SharedFleet("");

        Assert.True(Shared("here").Exist);
        Assert.False(new SharedJournals(new ProcessRunner(), own.Open(), own.Journals(), TimeProvider.System).Exist);
    }

    [Fact]
    public async Task A_run_that_is_to_stop_still_pushes_what_it_did()
    {
        Begin("here", Id);

        await Shared("here").PushDoneAsync(Id, new(canceled: true));

        Assert.Equal("1\n", TestGit.In(_fleet.Other, "rev-list", "--count", $"refs/hostlock/journals/{Id}"));
    }

    [Fact]
    public async Task A_run_that_is_to_stop_does_not_wait_for_long_for_the_other_repository()
    {
        Begin("here", Id);
        var silent = new SharedJournals(new NeverPushes(), _fleet.Open(), _fleet.Journals(), new Impatient());

        var why = await Assert.ThrowsAsync<RolloutException>(() => silent.PushDoneAsync(Id, new(canceled: true)));

        Assert.Contains("the upstream repository did not take it within 60 s", why.Message, StringComparison.Ordinal);
    }

    /// <summary>git, and a server that takes a push and says nothing more.</summary>
    sealed class NeverPushes : IProcessRunner
    {
        readonly ProcessRunner _git = new();

        public async Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            if (!request.Arguments.Contains("push"))
                return await _git.RunAsync(request, Stop);
            Assert.IsType<ProcessStop.Gently>(request.Stop);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new System.Diagnostics.UnreachableException();
        }

        public IRunningProcess Start(ProcessRequest request) => throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>All time is over at once.</summary>
    sealed class Impatient : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(() => callback(state));

        sealed class Timer(Action rings) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime > TimeSpan.Zero)
                    rings();
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    SharedJournals Shared(string clone) => new(new ProcessRunner(), _fleet.Open(clone), _fleet.Journals(clone), TimeProvider.System);

    void Begin(string clone, string id, params IReadOnlyList<RolloutEvent> more)
    {
        _fleet.Begin(clone, id, new(Plex, _fleet.Id("HEAD"), _fleet.Id("HEAD")), more);
        TestGit.In(_fleet.Here, "update-ref", $"refs/hostlock/{id}", "HEAD");
    }

    void Append(string clone, RolloutEvent happened)
    {
        using var journal = Hostlock.Rollouts.Journals.Journal.Open(_fleet.Journals(clone).PathOf(Id));
        journal.Append(happened);
    }

    async Task<Rollout> ReadAsync(string clone)
    {
        await Shared(clone).FetchAsync(Stop);
        return _fleet.Journals(clone).LastRollout()!;
    }
}
