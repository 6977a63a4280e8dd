using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

/// <summary>The reason that is given if a machine does not run its host's lock.</summary>
public class MachineReasonsTests
{
    static readonly DateOnly Today = new(2026, 3, 1);

    [Theory]
    [InlineData("hold = { reason = \"a fair\" }", "waits for approval", "held: a fair")]
    [InlineData("hold = { reason = \"a fair\", until = \"2026-02-01\" }", "waits for approval", "waits for approval")]
    [InlineData("freeze.nixpkgs = { reason = \"a bug\" }", "waits for approval", "waits for approval")]
    [InlineData("freeze.nixpkgs = { reason = \"a bug\" }", null, "frozen: nixpkgs")]
    [InlineData("freeze.nixpkgs = { reason = \"a bug\", until = \"2026-02-01\" }", null, null)]
    [InlineData("", null, null)]
    public void A_hold_comes_before_a_rollout_and_a_rollout_before_a_freeze(string settings, string? ofRollout, string? reason) =>
        Assert.Equal(reason, MachineReasons.Of(Status(settings, new PinState.Unstamped()), ofRollout, Today));

    [Fact]
    public void A_machine_that_runs_its_lock_needs_no_reason() =>
        Assert.Null(MachineReasons.Of(Status("hold = { reason = \"a fair\" }", new PinState.InSync()), "waits for approval", Today));

    static MachineStatus Status(string settings, PinState pins)
    {
        var host = FleetFile.Read($"version = 1\n[hosts.plex]\n{settings}\n").Hosts[0];
        var silent = new ProbeOutcome.Unreachable(MachineAddress.Of(host, "desk"), null, FleetException.NoHosts());
        return new(host, silent, pins, new ConfigurationState.NotAsked());
    }
}
