using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>An input is older than <c>max-age</c> in hostlock.toml allows.</summary>
static class TooOldInput
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        foreach (var (input, policy) in fleet.Folder.Fleet.Policies)
        {
            if (policy.MaximumAge is not { } most)
                continue;
            var path = InputPath.TryParse(input)!;
            foreach (var status in fleet.Locks)
            {
                if (status.Lock?.EdgeAt(path) is not LockEdge.Locked({ Locked.LastModified: { } modified }))
                    continue;
                var age = fleet.Now - modified.Date;
                if (age > most)
                {
                    yield return new(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"'{input}' of {status.Place.Name} is {age.TotalDays:0} days old, and may be {most.TotalDays:0.#}"),
                        status.Place.RelativePath, null, Fix(status.Place, path));
                }
            }
        }
    }

    // An input that is frozen has to be let go first, and that is for the user to decide.
    static string? Fix(LockPlace place, InputPath path) =>
        place.Frozen.ContainsKey(path.Names[0]) ? null : $"hostlock update {place.Name} -i {ShellWord.Quote(path.ToString())}";
}
