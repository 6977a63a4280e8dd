using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// A way in which the switches of a fake host go wrong, or on the controller those of an engine. The scripts of <c>tests/fleet</c> say what
/// each does.
/// </summary>
/// <param name="Name">Its name in the scripts.</param>
/// <param name="Value">What more it says, or nothing.</param>
readonly partial record struct HostFault(string Name, string Value = "")
{
    public static HostFault PreSwitchCheck { get; } = new("pre-switch-check");
    public static HostFault BootLoader { get; } = new("bootloader");
    public static HostFault OtherInit { get; } = new("init");
    public static HostFault ActivationEnds { get; } = new("activate");
    public static HostFault SnippetFails { get; } = new("snippet");
    public static HostFault ReloadFails { get; } = new("reload");
    public static HostFault DoesNothing { get; } = new("nothing");
    public static HostFault DiesBefore { get; } = new("die-before");
    public static HostFault DiesAfter { get; } = new("die-after");
    public static HostFault Panics { get; } = new("panic");
    public static HostFault EngineDoesNothing { get; } = new("engine-nothing");
    public static HostFault EngineHangs { get; } = new("engine-hang");

    public static HostFault UnitFails(string unit) => new("unit", unit);

    public static HostFault FailsLate(TimeSpan after) => new("late", Seconds(after));

    public static HostFault ExitsWith(int code) => new("code", code.ToString(CultureInfo.InvariantCulture));

    /// <param name="time">How long it hangs; null until the fault is taken back.</param>
    public static HostFault HangsBefore(TimeSpan? time = null) => new("hold-before", Seconds(time));

    /// <param name="time">How long it hangs; null until the fault is taken back.</param>
    public static HostFault HangsAfter(TimeSpan? time = null) => new("hold-after", Seconds(time));

    /// <param name="back">When sshd is back; null for never.</param>
    public static HostFault KillsSshd(TimeSpan? back = null) => new("sshd", Seconds(back));

    /// <param name="back">When the network is back; null for never.</param>
    public static HostFault CutsNetwork(TimeSpan? back = null) => new("link", Seconds(back));

    public static HostFault EngineExitsWith(int code) => new("engine-code", code.ToString(CultureInfo.InvariantCulture));

    /// <summary>The names that the scripts list.</summary>
    public static ImmutableArray<string> Listed { get; } =
    [
        .. new[] { "nixpkgs/switch-to-configuration.sh", "doubles/nixos-rebuild" }
            .SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, "tests/fleet", file)))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups[1].Value),
    ];

    static string Seconds(TimeSpan? time) => time is { } span ? span.TotalSeconds.ToString(CultureInfo.InvariantCulture) : "";

    [GeneratedRegex("^#   ([a-z-]+)( [A-Z]+)? {2,}")]
    private static partial Regex Row();
}
