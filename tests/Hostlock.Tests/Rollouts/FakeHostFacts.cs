using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Rollouts;

namespace Hostlock.Tests.Rollouts;

/// <summary>Short ways to say what a machine says.</summary>
static class FakeHostFacts
{
    public const string Id = "20261129-7c1e2a3b";

    public static readonly HostName Plex = HostName.Parse("plex");
    public static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public static readonly StorePath Old = System('0'), New = System('1'), Other = System('2');

    public static StorePath System(char digit) =>
        StorePath.TryParse($"/nix/store/{new string(digit, 32)}-nixos-system-plex-25.11")!;

    /// <summary>A machine that runs one system, boots the same or another, and has no trial.</summary>
    public static HostFacts Facts(StorePath running, StorePath? next = null, string? trial = null, string boot = "b1") =>
        new(running, running, next ?? running, "m1", boot)
        {
            HasTarget = true,
            Trial = trial,
            FailedUnits = [],
            Power = RootPower.IsRoot,
        };

    public static HostPlan Plan(Activation activation = Activation.Test, bool isChecked = true) =>
        new(Plex, New, activation, RolloutSettings.Direct, TimeSpan.FromMinutes(10), isChecked);
}
