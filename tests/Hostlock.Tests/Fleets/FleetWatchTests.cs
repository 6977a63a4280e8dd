using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

[Trait("part", "programs")]
public sealed class FleetWatchTests : IDisposable
{
    readonly TempFolder _folder = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public FleetWatchTests()
    {
        _folder.Write("flake.nix", "{ inputs = { }; outputs = _: { }; }\n");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        _folder.Write("locks/plex.lock", "{}");
        TestGit.Init(_folder.Path);
        TestGit.Commit(_folder.Path, 1);
    }

    public void Dispose() => _folder.Dispose();

    FleetWatch NewWatch() =>
        new(new ProcessRunner(), FleetFolder.Open(_folder.Path), _folder[".git/hostlock"], TimeProvider.System);

    [Theory]
    [InlineData("a lock")]
    [InlineData("a new lock")]
    [InlineData("the settings")]
    [InlineData("the declarations")]
    [InlineData("a commit")]
    [InlineData("a branch")]
    [InlineData("a journal")]
    [InlineData("a lock that is gone")]
    public async Task Whatever_the_page_is_made_of_is_seen(string what)
    {
        using var watch = NewWatch();
        var before = watch.State();
        var changed = watch.ChangedAsync(before, Stop);
        Assert.False(changed.IsCompleted);

        Change(what);

        Assert.NotEqual(before, await changed);
    }

    [Fact]
    public async Task One_change_is_told_once_and_the_next_one_again()
    {
        using var watch = NewWatch();
        Change("a lock");
        var first = watch.State();
        Assert.Equal(first, watch.State());

        var next = watch.ChangedAsync(first, Stop);
        _folder.Write("locks/plex.lock.hostlock-tmp", "x");
        Change("the settings");

        Assert.Equal(watch.State(), await next);
    }

    [Fact]
    public void What_git_writes_for_itself_makes_no_plan_void()
    {
        using var watch = NewWatch();
        var (all, plan) = (watch.State(), watch.PlanState());

        _folder.Write("other", "x");
        TestGit.In(_folder.Path, "add", "other");

        Assert.NotEqual(all, watch.State());
        Assert.Equal(plan, watch.PlanState());
        Change("a lock");
        Assert.NotEqual(plan, watch.PlanState());
    }

    [Fact]
    public async Task A_lock_that_the_settings_name_later_is_watched_from_then_on()
    {
        using var watch = NewWatch();
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"other/plex.lock\"\n");
        _folder.Write("other/plex.lock", "{}");
        watch.Follow(FleetFolder.Open(_folder.Path));
        var changed = watch.ChangedAsync(watch.State(), Stop);

        _folder.Write("other/plex.lock", "{ }");

        await changed;
    }

    [Fact]
    public async Task Waiting_can_be_stopped()
    {
        using var watch = NewWatch();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var changed = watch.ChangedAsync(watch.State(), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => changed);
    }

    // The page may be made anew by several requests while files change, and while the server ends.
    [Fact]
    public async Task Files_may_be_followed_anew_by_many_at_once_and_while_watching_ends()
    {
        var here = FleetFolder.Open(_folder.Path);
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"other/plex.lock\"\n");
        _folder.Write("other/plex.lock", "{}");
        var there = FleetFolder.Open(_folder.Path);
        var watch = NewWatch();

        var following = Enumerable.Range(0, 8).Select(i => Task.Run(
            () =>
            {
                for (var turn = 0; turn < 12; turn++)
                    watch.Follow((turn + i) % 2 == 0 ? here : there);
            },
            Stop)).ToList();
        await Task.WhenAny(following);
        watch.Dispose();

        await Task.WhenAll(following);
    }

    void Change(string what)
    {
        switch (what)
        {
            case "a lock":
                _folder.Write("locks/plex.lock", "{ }");
                break;
            case "a new lock":
                _folder.Write("flake.lock", "{}");
                break;
            case "the settings":
                _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
                break;
            case "the declarations":
                _folder.Write("flake.nix", "{ outputs = _: { }; }\n");
                break;
            case "a commit":
                TestGit.In(_folder.Path, "commit", "-q", "--allow-empty", "-m", "x");
                break;
            case "a branch":
                TestGit.In(_folder.Path, "branch", "deep/er");
                break;
            case "a journal":
                _folder.Write(".git/hostlock/1.journal", "x");
                break;
            default:
                File.Delete(_folder["locks/plex.lock"]);
                break;
        }
    }
}
