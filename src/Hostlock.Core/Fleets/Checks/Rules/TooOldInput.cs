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
                if (status.Lock?.EdgeAt(path) is not LockEdge.Locked({ Locked.LastModified: { } modified, Original: var original }))
                    continue;
                var age = fleet.Now - modified.Date;
                if (age > most)
                {
                    var staying = Staying(status.Place, path, original);
                    var fix = staying.Length > 0 ? null : new HostCommand("hostlock update", $"-i {ShellWord.Quote(input)}");
                    yield return Problem.OfHost(
                        status.Place,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"'{input}' of {status.Place.Name} is {age.TotalDays:0} days old, and may be {most.TotalDays:0.#}{staying}"),
                        new(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"'{input}' is older than the {most.TotalDays:0.#} days that it may be{staying}"),
                            fix)) with
                    { Input = input };
                }
            }
        }
    }

    // Why an update would not move the input; empty if it would, provided that there is something newer.
    static string Staying(LockPlace place, InputPath path, FlakeRef original) =>
        place.Freezes(path) ? "; it is frozen" : original.Revision is not null ? "; it is declared by its revision" : "";
}
