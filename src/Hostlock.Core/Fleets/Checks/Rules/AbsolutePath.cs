using Hostlock.Flakes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// An input is an absolute path, which only one machine has. Each reference gives one finding, even if every lock has it. The finding names
/// the declaration, which is what the user can change; it names the locks only if no flake of the fleet declares the reference.
/// </summary>
static class AbsolutePath
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var told = new HashSet<(string, FlakeRef)>();
        return [.. Declared(fleet, told), .. Locked(fleet, told)];
    }

    static IEnumerable<Problem> Declared(CheckedFleet fleet, HashSet<(string, FlakeRef)> told)
    {
        foreach (var place in fleet.Locks.Select(status => status.Place))
        {
            foreach (var (name, input) in fleet.Declared(place).Inputs)
            {
                if (input is not { Reference: { } reference } || !reference.IsOfThisMachine || !told.Add((name, reference)))
                    continue;
                var isOwn = place.References.ContainsKey(name);
                yield return new(
                    $"input '{name}' is an absolute path of one machine: '{reference}'",
                    isOwn ? FleetFile.Name : input.Span?.Source.Name ?? FleetFolder.FlakeFile, isOwn ? null : input.Span?.Line)
                {
                    Owner = isOwn ? place.Owner : null,
                    Input = name,
                };
            }
        }
    }

    static IEnumerable<Problem> Locked(CheckedFleet fleet, HashSet<(string, FlakeRef)> told) =>
        from status in fleet.Locks
        where status.Lock is not null
        from input in status.Lock!.AllInputs()
        let original = (input.Edge as LockEdge.Locked)?.Node.Original
        where original is not null && original.IsOfThisMachine && !(input.Path.Length == 1 && told.Contains((input.Path.Last, original)))
        group status.Place by (input.Path, Original: original) into places
        let others = places.Count() > 1 ? $" and {places.Count() - 1} more" : ""
        select new Problem(
            $"input '{places.Key.Path}' of {places.First().Name}{others} is an absolute path of one machine: "
                + $"'{places.Key.Original}'", places.First().RelativePath)
        {
            Owner = places.First().Owner,
            Input = places.Key.Path.ToString(),
        };
}
