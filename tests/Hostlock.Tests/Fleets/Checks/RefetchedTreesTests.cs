using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Checks;

/// <summary>The trees that <c>check --fetch</c> fetches again, and its findings if a tree has changed or is gone.</summary>
public sealed class RefetchedTreesTests
{
    const string Inputs = """a.url = "github:acme/a"; b.url = "github:acme/b"; c.follows = "a";""";

    readonly FlakeWorld _world = new();

    [Fact]
    public async Task A_tree_is_fetched_once_however_many_locks_pin_it()
    {
        var file = await LockAsync();

        Assert.Empty((await FetchAsync(("plex", file), ("web", file))).Failed);
        Assert.Equal(2, _world.Fetched.Count);
    }

    [Fact]
    public async Task A_tree_that_cannot_be_had_is_told_with_the_locks_that_pin_it()
    {
        var file = await LockAsync();
        _world.Break("github:acme/b");

        var failed = Assert.Single((await FetchAsync(("plex", file), ("web", file))).Failed);

        Assert.Equal([("plex", "b"), ("web", "b")], failed.Inputs.Select(input => (input.Place.Name, input.Path.ToString())));
        Assert.StartsWith("input 'b' of plex and 1 more: ", failed.ToProblem(null).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_that_hashes_otherwise_than_it_was_locked_is_told()
    {
        var file = await LockAsync();
        var node = ((LockEdge.Locked)file.EdgeAt(InputPath.Of("a"))!).Node;
        var other = node.Locked.With(node.Locked.Input.With("narHash", "sha256-" + new string('A', 43) + "="));

        var changed = file.With(InputPath.Of("a"), new LockEdge.Locked(new(other, node.Original, true, null, node.Inputs)));
        var failed = (await FetchAsync(("plex", changed))).Failed;

        Assert.Contains("hash mismatch", Assert.Single(failed).Why.Message, StringComparison.OrdinalIgnoreCase);
    }

    async Task<LockFile> LockAsync()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var file = await _world.LockAsync(Inputs);
        _world.ForgetQuestions();
        return file;
    }

    Task<RefetchedTrees> FetchAsync(params IEnumerable<(string Host, LockFile File)> locks) =>
        RefetchedTrees.FetchAsync(
            [.. locks.Select(each => new LockStatus(SmallLocks.Place(each.Host), each.File, [], null))],
            _world,
            TestContext.Current.CancellationToken);
}
