using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Bisecting;

/// <summary>A search touches no file of the user, and stays open until it has an answer.</summary>
[Trait("part", "programs")]
public sealed class BisectRunTests : IDisposable
{
    // Fails if the lock that is tried has the second revision of b.
    const string Command =
        "test \"$PWD\" = \"$HOSTLOCK_FLAKE\" && ! grep -A1 '\"repo\": \"b\"' locks/$HOSTLOCK_HOST.lock | grep -q 2222";

    // The good lock and the bad one are tried, and then locks with some of the three inputs, until one input is left.
    const int AllTries = 5;

    static readonly string[] Names = ["a", "b", "c"];

    readonly TempFolder _folder = new();
    readonly ProcessRunner _processes = new();
    readonly Watcher _watcher = new();
    readonly CancellationTokenSource _stop = new();

    public BisectRunTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        HostLocks.Write(Plex, Lock(2));
        HostLocks.Write(LockPlace.OfFile("good", _folder["good.lock"]), Lock(1));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task The_culprit_is_found_in_a_copy_and_nothing_stays_open()
    {
        var before = File.ReadAllBytes(Plex.FullPath);

        var result = await RunAsync(Begin($"{Command} && cmp \"$HOSTLOCK_ORIGINAL/locks/plex.lock\" {_folder["locks/plex.lock"]}"));

        Assert.Equal(["b"], result.Culprits);
        Assert.Equal(AllTries, _watcher.Tries);
        Assert.Equal(before, File.ReadAllBytes(Plex.FullPath));
        Assert.Empty(Open);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["cache/bisect"]));
    }

    [Fact]
    public async Task A_search_that_is_broken_off_goes_on_where_it_was()
    {
        _watcher.StopAfter(2, _stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(Begin(Command)));
        Assert.Equal(["plex"], Open);
        Assert.True(LockDiff.Same(Lock(2), HostLocks.ReadExisting(Plex)));
        Assert.Empty(Directory.EnumerateDirectories(Directory.EnumerateDirectories(_folder["cache/bisect"]).Single()));

        // The user goes on working meanwhile; the search is still about the locks that it began with.
        HostLocks.Write(Plex, Lock(3));
        var tried = _watcher.Tries;
        var result = await RunAsync(new BisectRequest.Resume(Plex));

        Assert.Equal(["b"], result.Culprits);
        Assert.Equal((2, AllTries), (tried, _watcher.Tries));
        Assert.True(LockDiff.Same(Lock(3), HostLocks.ReadExisting(Plex)));
        Assert.Empty(Open);
    }

    [Fact]
    public async Task Another_search_of_the_host_takes_its_place_and_says_so()
    {
        _watcher.StopAfter(1, _stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(Begin("true")));

        Assert.Equal(["b"], (await RunAsync(Begin(Command))).Culprits);

        Assert.Equal("true", _watcher.GivenUp);
    }

    [Fact]
    public async Task A_search_that_is_abandoned_or_refused_is_open_no_more()
    {
        Assert.True((await Assert.ThrowsAsync<FleetException>(() => RunAsync(Begin("false")))).IsRefusal);
        Assert.Empty(Open);

        _watcher.StopAfter(1, _stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(Begin(Command)));
        Run.Abandon(Plex);

        Assert.Empty(Open);
        Assert.Throws<FleetException>(() => Run.Abandon(Plex));
        await Assert.ThrowsAsync<FleetException>(() => RunAsync(new BisectRequest.Resume(Plex)));
    }

    [Fact]
    public async Task Two_runs_do_not_search_for_one_host_at_once()
    {
        using var held = OpenSearch.Of(_folder["cache"], _folder.Path, Plex).TryHold();

        Assert.True((await Assert.ThrowsAsync<FleetException>(() => RunAsync(Begin(Command)))).IsBusy);
    }

    static LockFile Lock(int digit) => SmallLocks.Of([.. Names.Select(name => (name, Locked($"github:acme/{name}", digit, digit)))]);

    IReadOnlyList<string> Open => OpenSearch.NamesOf(_folder["cache"], _folder.Path);

    FleetFolder Fleet => FleetFolder.Open(_folder.Path);

    LockPlace Plex => Fleet.PlaceNamed("plex");

    BisectRequest.Begin Begin(string command) =>
        new(Plex, LockVersion.Parse(Fleet, "good.lock", _folder.Path), null, command) { StopsAtInput = true };

    Task<BisectResult> RunAsync(BisectRequest request)
    {
        var token = _watcher.IsStopping ? _stop.Token : TestContext.Current.CancellationToken;
        _watcher.IsStopping = false;
        return Run.FindAsync(request, token);
    }

    BisectRun Run => new(_processes, Fleet, _watcher)
    {
        Versions = new(_processes, Fleet, "here"),
        Source = () => throw new NotSupportedException(),
        CacheFolder = _folder["cache"],
    };

    sealed class Watcher : IBisectWatcher
    {
        int _last = int.MaxValue;
        CancellationTokenSource? _stop;

        public int Tries { get; private set; }

        public bool IsStopping { get; set; }

        public string? GivenUp { get; private set; }

        public void StopAfter(int tries, CancellationTokenSource stop) => (_last, _stop, IsStopping) = (Tries + tries, stop, true);

        public void GaveUp(string command) => GivenUp = command;

        public void Tried(IReadOnlyList<string> inputs, Verdict verdict)
        {
            if (++Tries == _last)
                _stop!.Cancel();
        }

        public void Suspected(IReadOnlyList<string> inputs)
        {
        }

        public void Blamed(IReadOnlyList<string> inputs, LockDiff diff)
        {
        }

        public void FoundRevisions(string input, int count)
        {
        }

        public void TriedRevision(string input, NewestRevision revision, Verdict verdict)
        {
        }

        public void Warned(Warning warning)
        {
        }

        public void Said(string text)
        {
        }
    }
}
