using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// A shared input, which must be equal in every lock, differs in some. The entry that most locks have counts as right. A promotion puts
/// the others right, unless a rule holds the input there.
/// </summary>
static class UnequalSharedInput
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var input in fleet.Folder.Fleet.Policies.Where(policy => policy.Value.IsShared).Select(policy => policy.Key))
        {
            var path = InputPath.TryParse(input)!;
            var kinds = Kinds(fleet, path);
            foreach (var kind in kinds.Skip(1))
            {
                var right = kinds[0].Having[0];
                // The entry that most have may be the older one.
                var back = kinds[0].Pin.LastModified < kind.Pin.LastModified ? " --allow-downgrade" : "";
                foreach (var odd in kind.Having.Select(status => status.Place))
                {
                    var (message, why) = ($"'{input}' is shared, but", $"another one than {right.Place.Name}");
                    var rule = Rule(fleet, right, odd, path);
                    yield return rule is null
                        ? Problem.OfHost(
                            odd,
                            $"{message} {odd.Name} has {why}",
                            new(
                                $"{message} a host has {why}",
                                new($"hostlock promote {right.Place.Name}", $"-i {ShellWord.Quote(input)}{back}"))) with
                        { Input = input }
                        : new($"{message} {odd.Name} has {why}: {rule}", odd.RelativePath) { Owner = odd.Owner, Input = input };
                }
            }
        }
    }

    // The different pins of an input, that of most locks first. Pins are the same if one has a narHash that the other lacks.
    static List<(FlakeRef Pin, List<LockStatus> Having)> Kinds(CheckedFleet fleet, InputPath path)
    {
        var kinds = new List<(FlakeRef Pin, List<LockStatus> Having)>();
        foreach (var status in fleet.Locks)
        {
            if (status.Lock?.EdgeAt(path) is not LockEdge.Locked({ Locked: var pin }))
                continue;
            var at = kinds.FindIndex(kind => kind.Pin.PinsSameAs(pin));
            if (at < 0)
            {
                kinds.Add((pin, [status]));
                continue;
            }
            kinds[at].Having.Add(status);
            kinds[at] = (kinds[at].Pin.WithFactsOf(pin), kinds[at].Having);
        }
        return [.. kinds.OrderByDescending(kind => kind.Having.Count)];
    }

    static HoldingRule? Rule(CheckedFleet fleet, LockStatus right, LockPlace odd, InputPath path) =>
        new TestedLock(right.Place, right.Lock!, fleet.Declared(right.Place)).RuleFor(path.Names[0], odd, fleet.Declared(odd));
}
