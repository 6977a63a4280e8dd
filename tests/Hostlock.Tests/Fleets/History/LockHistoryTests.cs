using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.History;

/// <summary>The locks of a host as git has them, in a repository with a commit a day.</summary>
[Trait("part", "programs")]
public sealed class LockHistoryTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public LockHistoryTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
    }

    public void Dispose() => _folder.Dispose();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_what_a_commit_made_of_the_lock_before_it()
    {
        Commit(1, Text(1));
        Commit(2, Text(2));
        Commit(3, "<<<<<<< HEAD\n");
        Commit(4, Text(3));

        var changes = await OfAsync(10);

        Assert.Equal(["day 4", "day 3", "day 2", "day 1"], changes.Select(change => change.Commit.Subject));
        Assert.Equal([null, null, "1 → 2", "nothing → 1"], changes.Select(change => Words(change.Diff)));
        Assert.Equal(FlakeWorld.Day(4), changes[0].Commit.Time?.Date);
    }

    [Fact]
    public async Task The_last_change_that_is_shown_is_compared_with_the_one_before_it()
    {
        Commit(1, Text(1));
        Commit(2, Text(2));

        Assert.Equal("1 → 2", Words(Assert.Single(await OfAsync(1)).Diff));
    }

    [Fact]
    public async Task A_commit_says_where_a_lock_was_promoted_from()
    {
        _folder.Write("locks/plex.lock", Text(1));
        TestGit.Init(_folder.Path);
        TestGit.In(_folder.Path, "add", "-A");
        TestGit.In(_folder.Path, "commit", "-q", "-m", "locks/plex.lock: Promote\n\nHostlock-Hosts: plex\nHostlock-Promoted-From: web\n");

        Assert.Equal("web", Assert.Single(await OfAsync(10)).Commit.PromotedFrom);
    }

    [Fact]
    public async Task A_version_is_that_of_a_commit_or_of_the_end_of_a_day()
    {
        Commit(1, Text(1));
        Commit(5, Text(2));
        var (folder, place) = Open();
        using var history = LockHistory.Open(_processes, folder);

        Assert.Equal(Text(2), await AtAsync("HEAD"));
        Assert.Equal(Text(1), await AtAsync("HEAD~1"));
        Assert.Equal(Text(1), await AtAsync("2020-01-05"));
        Assert.Equal(Text(2), await AtAsync("2020-01-06"));
        foreach (var word in (string[])["2020-01-01", "nope", "HEAD~2"])
        {
            var error = await Assert.ThrowsAsync<FleetException>(() => AtAsync(word));
            Assert.Equal($"no commit or day '{word}' has 'locks/plex.lock'", error.Message);
        }

        async Task<string> AtAsync(string word) => Encoding.UTF8.GetString(await history.AtAsync(place, word, [], Stop));
    }

    [Fact]
    public async Task Before_the_last_change_is_what_is_committed_or_if_that_lies_there_what_was_committed_before()
    {
        Commit(1, Text(1));
        var (folder, place) = Open();
        using (var history = LockHistory.Open(_processes, folder))
            Assert.True((await Assert.ThrowsAsync<FleetException>(() => history.BeforeLastChangeAsync(place, Stop))).IsRefusal);

        Commit(2, Text(2));
        Assert.Equal(Text(1), await BeforeAsync());

        _folder.Write("locks/plex.lock", Text(3));
        Assert.Equal(Text(2), await BeforeAsync());

        async Task<string> BeforeAsync()
        {
            using var history = LockHistory.Open(_processes, folder);
            return Encoding.UTF8.GetString(await history.BeforeLastChangeAsync(place, Stop));
        }
    }

    [Fact]
    public async Task An_earlier_lock_is_found_by_its_bytes_with_the_changes_that_came_after_it()
    {
        Commit(1, Text(1));
        Commit(2, Text(2));
        _folder.Write("other", "not the lock");
        TestGit.Commit(_folder.Path, 3);
        Commit(4, Text(3));
        Commit(5, Text(1));

        Assert.Equal(("day 5", 0, null), await FindAsync(Text(1)));
        Assert.Equal(("day 4", 1, FlakeWorld.Day(5)), await FindAsync(Text(3)));
        Assert.Equal(("day 2", 2, FlakeWorld.Day(4)), await FindAsync(Text(2)));
        Assert.Null(await FindAsync(Text(4)));

        // A change that is not committed counts, and has no date.
        _folder.Write("locks/plex.lock", Text(4));
        Assert.Equal(("day 5", 1, null), await FindAsync(Text(1)));
        Assert.Equal(("day 4", 2, FlakeWorld.Day(5)), await FindAsync(Text(3)));

        async Task<(string Subject, int Changes, DateTimeOffset? ReplacedAt)?> FindAsync(string text)
        {
            var (folder, place) = Open();
            using var history = LockHistory.Open(_processes, folder);
            return await history.FindAsync(place, bytes => Encoding.UTF8.GetString(bytes.Span) == text, 10, Stop) is { } found
                ? (found.Commit.Subject, found.ChangesSince, found.ReplacedAt?.Date)
                : null;
        }
    }

    [Fact]
    public async Task A_walk_sees_the_lock_of_every_commit_that_has_one()
    {
        TestGit.Commit(_folder.Path, 1);
        Commit(2, Text(1));
        _folder.Write("other", "not the lock");
        TestGit.Commit(_folder.Path, 3);
        Commit(4, Text(2));
        var (folder, place) = Open();
        using var history = LockHistory.Open(_processes, folder);

        var seen = new List<string>();
        await foreach (var (commit, bytes) in history.WalkAsync(place, 10, Stop))
            seen.Add($"{commit.Subject} {(Encoding.UTF8.GetString(bytes) == Text(2) ? 2 : 1)}");

        Assert.Equal(["day 4 2", "day 3 1", "day 2 1"], seen);
    }

    // git is asked about the folder of many locks, and not about each of them.
    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    public async Task The_changes_of_many_locks_are_found_as_those_of_few(int hosts)
    {
        _folder.Write("hostlock.toml", $"version = 1\n{string.Concat(Enumerable.Range(1, hosts).Select(i => $"[hosts.host{i}]\n"))}");
        CommitLocks(1, hosts, Text(1));
        CommitLocks(2, 1, Text(2));
        CommitOther(3);
        CommitLocks(4, hosts, Text(3));

        Assert.Equal([$"day 4 {hosts} 2→3", "day 2 1 1→2", $"day 1 {hosts} nothing→1"], await ChangesAsync(10));
        Assert.Equal([$"day 4 {hosts} 2→3", "day 2 1 1→2"], await ChangesAsync(2));
        // Each of the two asks git four things: the commits, their files, the attributes of all locks, and objects.
        Assert.Equal(2 * 4, _processes.Started.Count);
    }

    [Fact]
    public async Task Commits_of_other_files_beside_many_locks_hide_none_of_these()
    {
        _folder.Write("hostlock.toml", $"version = 1\n{string.Concat(Enumerable.Range(1, 40).Select(i => $"[hosts.host{i}]\n"))}");
        CommitLocks(1, 40, Text(1));
        for (var day = 2; day < 40; day++)
            CommitOther(day);

        Assert.Equal(["day 1 40 nothing→1"], await ChangesAsync(1));
    }

    [Fact]
    public void A_fleet_in_no_repository_has_no_history() =>
        Assert.Throws<FleetException>(() => LockHistory.Open(_processes, Open().Folder));

    static string Text(int digit) =>
        Encoding.UTF8.GetString(LockFileWriter.Write(SmallLocks.Of(("a", Locked("github:acme/a", digit, digit)))));

    static string? Words(LockDiff? diff)
    {
        return diff is null ? null : string.Join(", ", diff.Changes.Select(change => $"{Digit(change.Before)} → {Digit(change.After)}"));

        static string Digit(LockEdge? edge) => edge is LockEdge.Locked(var node) ? node.Locked.Revision![..1] : "nothing";
    }

    void Commit(int day, string text)
    {
        _folder.Write("locks/plex.lock", text);
        TestGit.Commit(_folder.Path, day);
    }

    void CommitLocks(int day, int hosts, string text)
    {
        for (var i = 1; i <= hosts; i++)
            _folder.Write($"locks/host{i}.lock", text);
        TestGit.Commit(_folder.Path, day);
    }

    void CommitOther(int day)
    {
        _folder.Write("locks/README", $"{day}");
        TestGit.Commit(_folder.Path, day);
    }

    // By commit, how many locks it changed, and what the first of them was and is.
    async Task<IReadOnlyList<string>> ChangesAsync(int most)
    {
        var folder = FleetFolder.Open(_folder.Path);
        using var history = LockHistory.Open(_processes, folder);
        var changes = new List<string>();
        await foreach (var (commit, files) in history.ChangesAsync(
            [.. folder.AllPlaces().Where(place => place.RelativePath != FleetFolder.RootLock)], most, Stop))
            changes.Add($"{commit.Subject} {files.Count} {Digit(files[0].Before)}→{Digit(files[0].After)}");
        return changes;

        static string Digit(byte[]? bytes) => bytes is null
            ? "nothing"
            : $"{Enumerable.Range(1, 9).First(digit => Encoding.UTF8.GetString(bytes) == Text(digit))}";
    }

    (FleetFolder Folder, LockPlace Place) Open()
    {
        var folder = FleetFolder.Open(_folder.Path);
        return (folder, folder.PlaceOf(HostName.Parse("plex")));
    }

    async Task<IReadOnlyList<CommittedChange>> OfAsync(int most)
    {
        var (folder, place) = Open();
        using var history = LockHistory.Open(_processes, folder);
        return await history.OfAsync(place, InputSelection.All, most, Stop);
    }
}
