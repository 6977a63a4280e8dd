using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.History;

[Trait("part", "programs")]
public sealed class FleetHistoryTests : IDisposable
{
    readonly TempFolder _folder = new();

    public FleetHistoryTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }\n");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Locks_that_a_commit_moves_alike_are_one_move_and_the_oldest_comes_first()
    {
        Write(1, "plex", "web");
        TestGit.Commit(_folder.Path, 1);
        Write(2, "plex");
        TestGit.Commit(_folder.Path, 2);
        Write(2, "web");
        TestGit.Commit(_folder.Path, 3);

        var history = await ReadAsync();

        Assert.Equal(["day 1: plex web 0 1", "day 2: plex 1 2", "day 3: web 1 2"], history.Moves.Select(Told));
        Assert.False(history.IsCut);
    }

    [Fact]
    public async Task A_merge_moves_only_what_its_sides_had_not()
    {
        Write(1, "plex", "web");
        TestGit.Commit(_folder.Path, 1);
        TestGit.In(_folder.Path, "checkout", "-q", "-b", "side");
        Write(2, "plex");
        TestGit.Commit(_folder.Path, 2);
        TestGit.In(_folder.Path, "checkout", "-q", "main");
        Write(3, "web");
        TestGit.Commit(_folder.Path, 3);
        TestGit.In(_folder.Path, "merge", "-q", "side", "-m", "merged");

        var history = await ReadAsync();

        Assert.Equal(["day 1: plex web 0 1", "day 2: plex 1 2", "day 3: web 1 3"], history.Moves.Select(Told).Order());
    }

    [Fact]
    public async Task What_cannot_be_read_and_what_is_deleted_is_told()
    {
        Write(1, "plex");
        TestGit.Commit(_folder.Path, 1);
        _folder.Write("locks/plex.lock", "<<<<<<< ours\n");
        TestGit.Commit(_folder.Path, 2);
        File.Delete(_folder["locks/plex.lock"]);
        TestGit.Commit(_folder.Path, 3);

        Assert.Equal(["day 1: plex 0 1", "day 2: plex 1 ?", "day 3: plex ? 0"], (await ReadAsync()).Moves.Select(Told));
    }

    [Fact]
    public async Task Only_the_newest_commits_are_read_and_that_is_said()
    {
        for (var day = 1; day <= 4; day++)
        {
            Write(day, "plex");
            TestGit.Commit(_folder.Path, day);
        }

        var history = await ReadAsync(most: 2);

        Assert.Equal(["day 3: plex 2 3", "day 4: plex 3 4"], history.Moves.Select(Told));
        Assert.True(history.IsCut);
    }

    [Fact]
    public async Task Locks_of_many_folders_are_all_there()
    {
        string[] hosts = [.. Enumerable.Range(0, 50).Select(i => $"h{i}")];
        _folder.Write(
            "hostlock.toml",
            $"version = 1\nlock = \"hosts/{{host}}/flake.lock\"\n{string.Concat(hosts.Select(host => $"[hosts.{host}]\n"))}");
        foreach (var host in hosts)
            _folder.Write($"hosts/{host}/flake.lock", Lock(1));
        TestGit.Commit(_folder.Path, 1);

        var move = Assert.Single((await ReadAsync()).Moves);

        Assert.Equal(50, move.Places.Length);
    }

    [Fact]
    public async Task A_repository_without_a_commit_and_no_repository_have_no_history()
    {
        Write(1, "plex");
        Assert.Empty((await ReadAsync()).Moves);

        TestGit.In(_folder.Path, "init", "-q");
        Assert.Empty((await ReadAsync()).Moves);
    }

    Task<FleetHistory> ReadAsync(int most = 10)
    {
        var folder = FleetFolder.Open(_folder.Path);
        return FleetHistory.ReadAsync(new ProcessRunner(), folder, folder.AllPlaces(), most, TestContext.Current.CancellationToken);
    }

    static string Told(LockMove move) =>
        $"{move.Commit.Subject}: {string.Join(' ', move.Places.Select(place => place.Name))} {Digit(move.Before)} {Digit(move.After)}";

    static string Digit(LockFile? file) =>
        file is null ? "?"
        : file.Root.Inputs.Count == 0 ? "0"
        : ((LockEdge.Locked)file.Root.Inputs.First().Value).Node.Locked.Revision![..1];

    void Write(int digit, params string[] hosts)
    {
        foreach (var host in hosts)
            _folder.Write($"locks/{host}.lock", Lock(digit));
    }

    static string Lock(int digit) => $$"""
        {
          "nodes": {
            "a": {
              "locked": {
                "lastModified": 1, "owner": "acme", "repo": "a", "rev": "{{new string((char)('0' + digit), 40)}}", "type": "github"
              },
              "original": { "owner": "acme", "repo": "a", "type": "github" }
            },
            "root": { "inputs": { "a": "a" } }
          },
          "root": "root",
          "version": 7
        }
        """;
}
