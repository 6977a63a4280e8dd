using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Checks;

/// <summary>The locks that <c>check --base</c> compares with: where they were, and what nobody can tell.</summary>
[Trait("part", "programs")]
public sealed class EarlierLocksTests : IDisposable
{
    const string Toml = "version = 1\n[hosts.plex]\n[hosts.web]\n";

    readonly TempFolder _folder = new();

    public EarlierLocksTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        Write("hostlock.toml", Toml);
        Write("locks/plex.lock", Text(1));
        Write("locks/web.lock", Text(1));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_lock_is_read_as_the_commit_has_it()
    {
        TestGit.Commit(_folder.Path, 1);
        Write("locks/plex.lock", Text(2));

        Assert.Equal(["plex 1", "web 1"], await BeforeAsync());
    }

    [Fact]
    public async Task A_lock_that_has_moved_since_is_read_where_it_was()
    {
        Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"old/plex.lock\"\n[hosts.web]\n");
        Write("old/plex.lock", Text(3));
        File.Delete(_folder["locks/plex.lock"]);
        TestGit.Commit(_folder.Path, 1);
        Write("hostlock.toml", Toml);
        Write("locks/plex.lock", Text(2));

        Assert.Equal(["plex 3", "web 1"], await BeforeAsync());
    }

    [Fact]
    public async Task Hosts_that_share_a_lock_now_are_compared_with_each_of_their_own()
    {
        Write("locks/web.lock", Text(4));
        TestGit.Commit(_folder.Path, 1);
        Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"locks/both.lock\"\n[hosts.web]\nlock = \"locks/both.lock\"\n");
        Write("locks/both.lock", Text(5));

        Assert.Equal(["plex 1", "plex 4"], await BeforeAsync());
    }

    [Fact]
    public async Task A_lock_that_is_new_has_nothing_before_it()
    {
        File.Delete(_folder["locks/web.lock"]);
        TestGit.Commit(_folder.Path, 1);
        Write("locks/web.lock", Text(2));

        Assert.Equal(["plex 1"], await BeforeAsync());
    }

    [Theory]
    [InlineData("<<<<<<< HEAD\n")]
    [InlineData("")]
    [InlineData("\0GITCRYPT\0x")]
    public async Task A_lock_that_cannot_be_read_there_is_told_and_the_others_are_compared(string broken)
    {
        Write("locks/plex.lock", broken);
        TestGit.Commit(_folder.Path, 1);
        Write("locks/plex.lock", Text(2));

        Assert.Equal(["plex unreadable", "web 1"], await BeforeAsync());
    }

    [Fact]
    public async Task A_broken_list_of_hosts_fails_only_the_locks_that_are_not_found_without_it()
    {
        Write("hostlock.toml", "version = \n");
        File.Delete(_folder["locks/web.lock"]);
        TestGit.Commit(_folder.Path, 1);
        Write("hostlock.toml", Toml);
        Write("locks/web.lock", Text(2));

        Assert.Equal(["plex 1", "web unreadable"], await BeforeAsync());
    }

    [Fact]
    public async Task What_moved_is_each_lock_that_differs_or_is_new()
    {
        File.Delete(_folder["locks/web.lock"]);
        Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.orc]\n");
        Write("locks/orc.lock", Text(1));
        TestGit.Commit(_folder.Path, 1);
        Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.orc]\n[hosts.web]\n");
        Write("locks/plex.lock", Text(2));
        Write("locks/web.lock", Text(3));

        Assert.Equal(["plex 1 -> 2", "web new -> 3"], Moves(await ReadAsync()));
    }

    [Fact]
    public async Task A_lock_that_hosts_share_by_now_moved_from_each_of_theirs()
    {
        Write("locks/web.lock", Text(4));
        TestGit.Commit(_folder.Path, 1);
        Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"locks/both.lock\"\n[hosts.web]\nlock = \"locks/both.lock\"\n");
        Write("locks/both.lock", Text(5));

        Assert.Equal(["plex 1 -> 5", "plex 4 -> 5"], Moves(await ReadAsync()));
    }

    [Fact]
    public async Task Before_the_last_move_is_the_parent_of_the_commit_that_moved_a_lock_last()
    {
        TestGit.Commit(_folder.Path, 1);
        Write("locks/plex.lock", Text(2));
        TestGit.Commit(_folder.Path, 2);
        Write("readme", "");
        TestGit.Commit(_folder.Path, 3);

        var folder = FleetFolder.Open(_folder.Path);
        var locks = FleetStatus.Read([.. Places(folder)]);
        var earlier = await EarlierLocks.BeforeLastMoveAsync(new ProcessRunner(), folder, locks, TestContext.Current.CancellationToken);

        Assert.Equal($"{TestGit.In(_folder.Path, "rev-parse", "HEAD~1")[..7]}~1", earlier!.Commit);
        Assert.Equal(["plex 1 -> 2"], Moves((locks, earlier)));
    }

    [Theory]
    [InlineData(null, false, "plex 1 -> 2")]
    [InlineData(null, true, "plex 2 -> 3")]
    [InlineData("HEAD", false, null)]
    [InlineData("HEAD~1", true, "plex 1 -> 3")]
    public async Task If_no_commit_is_named_what_moved_since_HEAD_is_meant_or_else_the_last_move(
        string? commit, bool isDirty, string? moved)
    {
        TestGit.Commit(_folder.Path, 1);
        Write("locks/plex.lock", Text(2));
        TestGit.Commit(_folder.Path, 2);
        if (isDirty)
            Write("locks/plex.lock", Text(3));
        var folder = FleetFolder.Open(_folder.Path);
        var locks = FleetStatus.Read([.. Places(folder)]);

        var earlier = await EarlierLocks.SinceAsync(new ProcessRunner(), folder, locks, commit, TestContext.Current.CancellationToken);

        Assert.Equal(moved is null ? [] : [moved], Moves((locks, earlier)));
    }

    static IEnumerable<string> Moves((IReadOnlyList<LockStatus> Locks, EarlierLocks Earlier) read) =>
        read.Earlier.Moved(read.Locks).Select(
            moved => $"{moved.Now.Place.Sharers[0]} {(moved.Before.Root.Inputs.Count == 0 ? "new" : Revision(moved.Before))} -> "
                + Revision(moved.Now.Lock!)).Order(StringComparer.Ordinal);

    static string Text(int digit) => System.Text.Encoding.UTF8.GetString(
        LockFileWriter.Write(Of(("a", Locked("github:acme/a", digit, digit)))));

    static string Revision(LockFile file) => ((LockEdge.Locked)file.EdgeAt(InputPath.Of("a"))!).Node.Locked.Revision![..1];

    void Write(string path, string text) => _folder.Write(path, text);

    async Task<(IReadOnlyList<LockStatus> Locks, EarlierLocks Earlier)> ReadAsync()
    {
        var folder = FleetFolder.Open(_folder.Path);
        using var history = LockHistory.Open(new ProcessRunner(), folder);
        var locks = FleetStatus.Read([.. Places(folder)]);
        return (locks, await EarlierLocks.ReadAsync(history, locks, "HEAD", TestContext.Current.CancellationToken));
    }

    static IEnumerable<LockPlace> Places(FleetFolder folder) => folder.AllPlaces().Where(place => place.RelativePath != "flake.lock");

    async Task<IEnumerable<string>> BeforeAsync()
    {
        var (_, earlier) = await ReadAsync();
        return earlier.Locks.Select(pair => $"{pair.Now.Place.Sharers[0]} {Revision(pair.Before)}")
            .Concat(earlier.Unreadable.Select(pair => $"{pair.Place.Sharers[0]} unreadable"))
            .Order(StringComparer.Ordinal);
    }
}
