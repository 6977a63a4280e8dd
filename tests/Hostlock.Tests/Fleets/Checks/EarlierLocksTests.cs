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

    static string Text(int digit) => System.Text.Encoding.UTF8.GetString(
        LockFileWriter.Write(Of(("a", Locked("github:acme/a", digit, digit)))));

    static string Revision(LockFile file) => ((LockEdge.Locked)file.EdgeAt(InputPath.Of("a"))!).Node.Locked.Revision![..1];

    void Write(string path, string text) => _folder.Write(path, text);

    async Task<IEnumerable<string>> BeforeAsync()
    {
        var folder = FleetFolder.Open(_folder.Path);
        var places = folder.AllPlaces().Where(place => place.RelativePath != "flake.lock").ToList();
        using var history = LockHistory.Open(new ProcessRunner(), folder);
        var earlier = await EarlierLocks.ReadAsync(history, FleetStatus.Read(places), "HEAD", TestContext.Current.CancellationToken);
        return earlier.Locks.Select(pair => $"{pair.Now.Place.Sharers[0]} {Revision(pair.Before)}")
            .Concat(earlier.Unreadable.Select(pair => $"{pair.Place.Sharers[0]} unreadable"))
            .Order(StringComparer.Ordinal);
    }
}
