using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>A lock is found stale by a flake.nix and the lock alone: nothing is fetched.</summary>
public class LockStalenessTests
{
    const string A = """a.url = "github:acme/a";""";

    readonly FlakeWorld _world = new();

    public LockStalenessTests()
    {
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/a", """b.url = "github:acme/b";""");
        _world.Flake("github:acme/a/next");
    }

    [Theory]
    [InlineData(A)]
    [InlineData(A + """a.inputs.b.follows = "b"; b.url = "github:acme/b";""")]
    [InlineData(A + """a.inputs.b.url = "github:acme/a/next";""")]
    [InlineData(A + "a.flake = false;")]
    public async Task A_lock_made_of_a_flake_is_not_stale(string inputs) => Assert.Empty(await BetweenAsync(inputs, inputs));

    [Theory]
    [InlineData(A + """b.url = "github:acme/b";""", "b: it is not in the lock")]
    [InlineData("", "a: it is in the lock and no longer declared")]
    [InlineData("""a.url = "github:acme/a/next";""", "a: it is declared as 'github:acme/a/next', and the lock is of 'github:acme/a'")]
    [InlineData(A + """a.inputs.b.follows = "";""", "a/b: it follows '', and in the lock it is an input of its own")]
    [InlineData(
        A + """a.inputs.b.url = "github:acme/a/next";""",
        "a/b: it is declared as 'github:acme/a/next', and the lock is of 'github:acme/b'")]
    public async Task What_is_behind_is_told_with_its_path(string inputs, string expected) =>
        Assert.Equal([expected], (await BetweenAsync(inputs, A)).Select(stale => $"{stale.Path}: {stale.Why}"));

    [Fact]
    public async Task A_follows_that_came_or_went_is_told()
    {
        const string apart = A + """b.url = "github:acme/b";""";
        const string together = """a.follows = "b"; b.url = "github:acme/b";""";

        Assert.Equal("it follows 'b', and in the lock it is an input of its own", Assert.Single(await BetweenAsync(together, apart)).Why);
        Assert.Equal("it is an input of its own, and in the lock it follows 'b'", Assert.Single(await BetweenAsync(apart, together)).Why);
    }

    [Fact]
    public async Task What_is_behind_is_told_with_its_place_in_the_flake() =>
        Assert.Equal("flake.nix:3:13", Assert.Single(await BetweenAsync("""a.url = "github:acme/a/next";""", A)).Declared!.ToString());

    [Fact]
    public async Task An_override_of_an_input_that_does_not_exist_is_no_difference() =>
        Assert.Empty(await BetweenAsync(A + """a.inputs.x.url = "github:acme/b";""", A));

    async Task<IReadOnlyList<StaleInput>> BetweenAsync(string declared, string locked) =>
        LockStaleness.Between(FlakeWorld.Top(declared).Flake, await _world.LockAsync(locked));
}
