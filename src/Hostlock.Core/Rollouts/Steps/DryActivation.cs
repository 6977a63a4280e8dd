using System.Collections.Immutable;
using Hostlock.Machines;

namespace Hostlock.Rollouts.Steps;

/// <summary>The effects of a switch on a machine, as the machine itself foretells them.</summary>
/// <param name="Stops">The units that would stop, and not start again.</param>
/// <param name="Restarts">The units that would be restarted.</param>
/// <param name="Reloads">The units that would be reloaded.</param>
/// <param name="Starts">The units that would start.</param>
public sealed record DryActivation(
    ImmutableArray<string> Stops, ImmutableArray<string> Restarts, ImmutableArray<string> Reloads, ImmutableArray<string> Starts)
{
    const int MostUnits = 1000;

    /// <summary>The parts of the system that only a boot brings into use.</summary>
    public ImmutableArray<RebootPart> Reboot { get; private init; } = [];

    /// <summary>True if NixOS refuses to switch between the two systems, so that the new one has to be booted.</summary>
    public bool IsInhibited { get; private init; }

    /// <summary>True if no silence timer can be armed there, because no systemd runs.</summary>
    public bool HasNoTimer { get; private init; }

    /// <summary>True if units would change.</summary>
    public bool HasUnits => Stops.Length + Restarts.Length + Reloads.Length + Starts.Length > 0;

    /// <summary>
    /// Reads the output of the script: its own lines, and those of switch-to-configuration. Lines of activation scripts are passed over.
    /// </summary>
    /// <param name="text">The lines.</param>
    public static DryActivation Parse(string text)
    {
        var units = new Dictionary<string, List<string>>(StringComparer.Ordinal)
        {
            ["stop"] = [],
            ["restart"] = [],
            ["reload"] = [],
            ["start"] = [],
        };
        var reboot = new List<RebootPart>();
        var (isInhibited, hasNoTimer) = (false, false);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line == "inhibited")
                isInhibited = true;
            else if (line == "no-timer")
                hasNoTimer = true;
            else if (line.Split(' ') is ["reboot", ("kernel" or "initrd" or "kernel-modules") and var part, var old, var now])
                reboot.Add(new(part, StorePath.TryAround(old), StorePath.TryAround(now)));
            else if (Units(line) is var (verb, names) && units.TryGetValue(verb, out var known) && known.Count < MostUnits)
                known.AddRange(names.Take(MostUnits));
        }
        // A unit that stops and starts is restarted, with its new files.
        var both = units["stop"].Intersect(units["start"], StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        return new(
            Sorted(units["stop"].Where(unit => !both.Contains(unit))),
            Sorted(units["restart"].Concat(both)),
            Sorted(units["reload"]),
            Sorted(units["start"].Where(unit => !both.Contains(unit))))
        {
            Reboot = [.. reboot],
            IsInhibited = isInhibited,
            HasNoTimer = hasNoTimer,
        };
    }

    // "would restart the following units: nginx.service, tailscaled.service"
    static (string Verb, IEnumerable<string> Units)? Units(string line) =>
        line.Split(':', 2) is [var head, var names] && head.Split(' ') is ["would", var verb, "the", "following", "units"]
            ? (verb, names.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Where(IsUnit))
            : null;

    static bool IsUnit(string name) => name.Length <= 256 && name.All(c => c is > ' ' and <= '~');

    static ImmutableArray<string> Sorted(IEnumerable<string> units) => [.. units.Distinct().Order(Utf8Order.Instance)];
}
