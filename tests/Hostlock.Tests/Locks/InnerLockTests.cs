using System.Text;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Tests.Locks;

public class InnerLockTests
{
    [Fact]
    public void The_lock_of_an_input_is_cut_out_with_its_follows_turned_inward()
    {
        var inner = InnerLock.AsBuilt(Outer("""{ "n": "n", "m": [ "sub", "n" ] }"""), "sub");

        Assert.NotNull(inner);
        Assert.Equal(["m", "n"], inner.Root.Inputs.Names);
        Assert.Equal(new LockEdge.Follows(InputPath.Of("n")), inner.EdgeAt(InputPath.Of("m")));
        Assert.IsType<LockEdge.Locked>(inner.EdgeAt(InputPath.Of("n")));
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("follower")]
    public void What_is_not_locked_has_none(string name) => Assert.Null(InnerLock.AsBuilt(Outer("{ }"), name));

    [Fact]
    public void A_relative_path_within_is_relative_to_the_flake_that_is_cut_out()
    {
        var inner = InnerLock.AsBuilt(Outer("""{ "n": "n" }"""), "sub")!;

        Assert.Equal(InputPath.Root, Assert.IsType<LockEdge.Locked>(inner.EdgeAt(InputPath.Of("n"))).Node.Parent);
    }

    [Theory]
    [InlineData("""{ "a": [ "pinned" ] }""", "pinned")]
    [InlineData("""{ "a": [ "alias" ] }""", "pinned")]
    [InlineData("""{ "a": "pinned" }""", "pinned")]
    public void As_it_is_built_what_follows_an_input_outside_is_pinned_to_it(string inputs, string repository)
    {
        var inner = InnerLock.AsBuilt(Outer(inputs), "sub")!;

        var node = Assert.IsType<LockEdge.Locked>(inner.EdgeAt(InputPath.Of("a"))).Node;
        Assert.Equal(repository, node.Locked.Attributes.Text("repo"));
        Assert.Equal(new LockEdge.Follows(InputPath.Of("b")), node.Inputs.TryGetValue("back", out var edge) ? edge : null);
    }

    [Theory]
    [InlineData("""{ "a": [ "other" ] }""")]
    [InlineData("""{ "a": [ "circle" ] }""")]
    [InlineData("""{ "a": [ "absent" ] }""")]
    [InlineData("""{ "a": [] }""")]
    public void What_no_lock_of_its_own_can_say_has_none(string inputs) => Assert.Null(InnerLock.AsBuilt(Outer(inputs), "sub"));

    static LockFile Outer(string inputs) => LockFileReader.Read("flake.lock", Encoding.UTF8.GetBytes($$"""
        { "nodes": {
          "n": { "locked": { "path": "./n", "type": "path" }, "original": { "path": "./n", "type": "path" }, "parent": [ "sub" ] },
          "pinned": {
            "inputs": { "back": [ "sub", "b" ] },
            "locked": { "owner": "o", "repo": "pinned", "type": "github" },
            "original": { "owner": "o", "repo": "pinned", "type": "github" }
          },
          "circle": {
            "inputs": { "around": [ "circle" ] },
            "locked": { "owner": "o", "repo": "circle", "type": "github" },
            "original": { "owner": "o", "repo": "circle", "type": "github" }
          },
          "other": { "locked": { "path": "./o", "type": "path" }, "original": { "path": "./o", "type": "path" }, "parent": [] },
          "sub": {
            "inputs": {{inputs}},
            "locked": { "path": "./sub", "type": "path" },
            "original": { "path": "./sub", "type": "path" },
            "parent": []
          },
          "root": {
            "inputs": {
              "sub": "sub", "other": "other", "pinned": "pinned", "circle": "circle", "alias": [ "pinned" ], "follower": [ "sub" ]
            }
          }
        }, "root": "root", "version": 7 }
        """));
}
