using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting;

public class HostInputsTests
{
    // If each were compared with each, this test would meet its limit.
    const int Many = 100_000;

    [Fact]
    public void Inputs_that_are_not_as_declared_are_marked_however_many_there_are()
    {
        var edge = new LockEdge.Follows(InputPath.Of("n"));
        var status = new LockStatus(
            LockPlace.Of("/f", "locks/plex.lock", [new LockOwner.Host(HostName.Parse("plex"))]), null,
            [new("n", edge, 0, null), .. Enumerable.Range(0, Many).Select(k => new InputStatus($"a{k}", edge, 0, null))], null)
        {
            Stale = new([.. Enumerable.Range(0, Many).Select(k => new StaleInput(InputPath.Of($"a{k}"), "why", null))], CanBeLocked: true),
        };

        var text = HostInputs.Render(status, Fleet.Empty, new(true, 80, Ink.Plain, FlakeWorld.Day(10), TypedCommands.InFlake));

        Assert.Equal(Many, text.Split('\n').Count(line => line.EndsWith("  not as declared", StringComparison.Ordinal)));
        Assert.DoesNotContain("declared", text.Split('\n')[1], StringComparison.Ordinal);
    }
}
