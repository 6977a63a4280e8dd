using System.Text;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Tests.Locks;

public class InnerLockTests
{
    [Fact]
    public void The_lock_of_an_input_is_cut_out_with_its_follows_turned_inward()
    {
        var inner = InnerLock.Of(Outer("""{ "n": "n", "m": [ "sub", "n" ] }"""), "sub");

        Assert.NotNull(inner);
        Assert.Equal(["m", "n"], inner.Root.Inputs.Names);
        Assert.Equal(new LockEdge.Follows(InputPath.Of("n")), inner.EdgeAt(InputPath.Of("m")));
        Assert.IsType<LockEdge.Locked>(inner.EdgeAt(InputPath.Of("n")));
    }

    [Theory]
    [InlineData("""{ "n": [ "other" ] }""", "sub")]
    [InlineData("""{ }""", "absent")]
    [InlineData("""{ }""", "follower")]
    public void What_leads_outside_or_is_not_locked_has_none(string inputs, string name) => Assert.Null(InnerLock.Of(Outer(inputs), name));

    static LockFile Outer(string inputs) => LockFileReader.Read("flake.lock", Encoding.UTF8.GetBytes($$"""
        { "nodes": {
          "n": { "locked": { "path": "./n", "type": "path" }, "original": { "path": "./n", "type": "path" }, "parent": [ "sub" ] },
          "other": { "locked": { "path": "./o", "type": "path" }, "original": { "path": "./o", "type": "path" }, "parent": [] },
          "sub": { "inputs": {{inputs}}, "locked": { "path": "./sub", "type": "path" }, "original": { "path": "./sub", "type": "path" }, "parent": [] },
          "root": { "inputs": { "sub": "sub", "other": "other", "follower": [ "sub" ] } }
        }, "root": "root", "version": 7 }
        """));
}
