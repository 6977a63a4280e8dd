using Hostlock.Flakes;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>A shared input, which must be equal in every lock, differs in some. The entry that most locks have counts as right.</summary>
static class UnequalSharedInput
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var input in fleet.Folder.Fleet.Policies.Where(policy => policy.Value.IsShared).Select(policy => policy.Key))
        {
            var kinds = Kinds(fleet, input);
            foreach (var kind in kinds.Skip(1))
            {
                var right = kinds[0].Places[0].Name;
                // The one that most have may be the older one.
                var back = kinds[0].Pin.LastModified < kind.Pin.LastModified ? " --allow-downgrade" : "";
                foreach (var odd in kind.Places)
                {
                    yield return new(
                        $"'{input}' is shared, but {odd.Name} has another one than {right}", odd.RelativePath, null,
                        $"hostlock promote {right} {odd.Name} -i {ShellWord.Quote(input)}{back}");
                }
            }
        }
    }

    // The different pins of an input, that of most locks first. Pins are the same if one has a narHash that the other lacks.
    static List<(FlakeRef Pin, List<LockPlace> Places)> Kinds(CheckedFleet fleet, string input)
    {
        var kinds = new List<(FlakeRef Pin, List<LockPlace> Places)>();
        foreach (var status in fleet.Locks)
        {
            if (status.Inputs.FirstOrDefault(known => known.Name == input)?.Locked is not { } pin)
                continue;
            var at = kinds.FindIndex(kind => kind.Pin.PinsSameAs(pin));
            if (at < 0)
            {
                kinds.Add((pin, [status.Place]));
                continue;
            }
            kinds[at].Places.Add(status.Place);
            kinds[at] = (kinds[at].Pin.WithFactsOf(pin), kinds[at].Places);
        }
        return [.. kinds.OrderByDescending(kind => kind.Places.Count)];
    }
}
