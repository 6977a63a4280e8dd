using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>The resolver makes a lock of a flake, its old lock and a request. The questions that it asks on the way are counted.</summary>
public class LockResolverTests
{
    const string TwoInputs = """a.url = "github:acme/a"; b.url = "github:acme/b";""";

    readonly FlakeWorld _world = new();

    [Fact]
    public async Task A_flake_without_a_lock_has_its_inputs_and_theirs_locked_at_their_newest()
    {
        var b = _world.Flake("github:acme/b");
        var a = _world.Flake("github:acme/a", """b.url = "github:acme/b";""");

        var locked = await _world.LockAsync("""a.url = "github:acme/a";""");

        Assert.Equal(a, LockedAt(locked, "a"));
        Assert.Equal(b, LockedAt(locked, "a/b"));
        Assert.Equal(["github:acme/a", "github:acme/b"], _world.Fetched);
    }

    [Fact]
    public async Task What_is_locked_already_stays_and_is_not_asked_for()
    {
        var a = _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var old = await _world.LockAsync(TwoInputs);
        _world.Flake("github:acme/a");
        _world.ForgetQuestions();

        var locked = await _world.LockAsync(TwoInputs, old);

        Assert.Equal(a, LockedAt(locked, "a"));
        Assert.Empty(_world.Fetched);
        Assert.Empty(_world.Read);
    }

    [Theory]
    [InlineData("lastModified")]
    [InlineData("revCount")]
    public async Task A_number_of_the_lock_that_is_text_is_an_error(string attribute)
    {
        _world.Flake("git+https://acme.org/a");
        var old = await _world.LockAsync("""a.url = "git+https://acme.org/a";""");
        var node = ((LockEdge.Locked)old.EdgeAt(InputPath.Of("a"))!).Node;
        var odd = new LockedNode(
            node.Locked.With(node.Locked.Input.With(attribute, "5")), node.Original, true, null, NameMap<LockEdge>.Empty);

        var error = await Assert.ThrowsAsync<FlakeException>(
            () =>
                _world.LockAsync(
                    """a.url = "git+https://acme.org/a";""",
                    new LockFile(new(NameMap<LockEdge>.Of([new("a", new LockEdge.Locked(odd))])))));

        Assert.Contains($"'{attribute}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_of_one_input_leaves_the_other_where_it_is()
    {
        _world.Flake("github:acme/a");
        var b = _world.Flake("github:acme/b");
        var old = await _world.LockAsync(TwoInputs);
        var a = _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        _world.ForgetQuestions();

        var locked = await _world.LockAsync(TwoInputs, old, new LockRequest.Update([InputPath.Of("a")]));

        Assert.Equal(a, LockedAt(locked, "a"));
        Assert.Equal(b, LockedAt(locked, "b"));
        Assert.Equal(["github:acme/a"], _world.Fetched);
    }

    [Fact]
    public async Task An_input_that_follows_another_is_not_fetched()
    {
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/a", """b.url = "github:acme/elsewhere";""");

        var locked = await _world.LockAsync("""a.url = "github:acme/a"; a.inputs.b.follows = "b"; b.url = "github:acme/b";""");

        Assert.Equal(new LockEdge.Follows(InputPath.Of("b")), locked.EdgeAt(InputPath.Of("a", "b")));
        Assert.DoesNotContain("github:acme/elsewhere", _world.Fetched);
    }

    [Fact]
    public async Task A_flake_that_names_a_registry_is_locked_by_it()
    {
        _world.Register("a", "github:acme/a");
        _world.Register("a", "github:other/a", registry: "https://example.org/registry.json");
        var other = _world.Flake("github:other/a");
        var named = FlakeWorld.Top("a = { };");
        var top = named with { Flake = named.Flake with { RegistryUrl = "https://example.org/registry.json" } };

        var resolved = await new LockResolver(_world)
            .ResolveAsync(top, LockFile.Empty, new LockRequest.InLine(), TestContext.Current.CancellationToken);

        Assert.Equal(other, LockedAt(resolved.Lock, "a"));
    }

    [Fact]
    public async Task An_update_of_what_is_no_input_is_told()
    {
        _world.Flake("github:acme/a");
        var request = new LockRequest.Update([InputPath.Of("x"), InputPath.Of("a")]);

        var resolved = await _world.ResolveAsync("""a.url = "github:acme/a";""", request: request);

        Assert.Equal([InputPath.Of("x")], resolved.Unmatched);
    }

    [Fact]
    public async Task A_cycle_of_flakes_is_an_error()
    {
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
        _world.Flake("github:acme/b", """a.url = "github:acme/a";""");

        var error = await Assert.ThrowsAsync<LockException>(() => _world.LockAsync("""a.url = "github:acme/a";"""));

        Assert.Equal("found circular import of flake 'github:acme/a'", error.Message);
    }

    [Fact]
    public async Task An_input_that_cannot_be_reached_stays_if_the_request_says_so()
    {
        var a = _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var old = await _world.LockAsync(TwoInputs);
        _world.Break("github:acme/a");
        var b = _world.Flake("github:acme/b");
        var request = new LockRequest.Update([InputPath.Of("a"), InputPath.Of("b")]) with { KeepsUnreachable = true };

        var resolved = await _world.ResolveAsync(TwoInputs, old, request);

        Assert.Equal((a, b), (LockedAt(resolved.Lock, "a"), LockedAt(resolved.Lock, "b")));
        Assert.Equal([InputPath.Of("a")], resolved.Unreachable.Select(input => input.Path));
    }

    [Fact]
    public async Task An_input_that_cannot_be_reached_is_an_error_that_names_it()
    {
        _world.Flake("github:acme/a");
        _world.Break("github:acme/a");

        var error = await Assert.ThrowsAsync<FetchException>(() => _world.LockAsync("""a.url = "github:acme/a";"""));

        Assert.True(error.IsOutside);
        Assert.Equal(["while updating the flake input 'a'"], error.Trail);
    }

    static FlakeRef LockedAt(LockFile file, string path) =>
        Assert.IsType<LockEdge.Locked>(file.EdgeAt(InputPath.TryParse(path)!)).Node.Locked;
}
