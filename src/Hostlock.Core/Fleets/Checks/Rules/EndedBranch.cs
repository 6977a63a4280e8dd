using System.Globalization;
using System.Text.RegularExpressions;
using Hostlock.Locks;

namespace Hostlock.Fleets.Checks.Rules;

/// <summary>
/// An input comes from a release branch that gets no more updates. A release of NixOS is kept for seven months: 25.05 until the end of
/// 2025, 25.11 until the end of June 2026.
/// </summary>
static partial class EndedBranch
{
    public static IEnumerable<Problem> Find(CheckedFleet fleet)
    {
        var ended = from status in fleet.Locks
                    where status.Lock is not null
                    from input in status.Lock!.Root.Inputs
                    let branch = (input.Value as LockEdge.Locked)?.Node.Original.Ref
                    let end = branch is null ? null : EndOf(branch)
                    where end < fleet.Today
                    select (status.Place, Input: input.Key, Branch: branch, End: end);
        return from each in ended
               let end = each.End!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
               let why = $"is of '{each.Branch}', which got its last update by {end}"
               select Problem.OfHost(
                   each.Place, $"'{each.Input}' of {each.Place.Name} {why}", new($"'{each.Input}' {why}", null)) with
               { Input = each.Input };
    }

    // The last day of a release; null if the branch is not that of a release.
    static DateOnly? EndOf(string branch)
    {
        var release = Release().Match(branch);
        if (!release.Success)
            return null;
        var year = 2000 + int.Parse(release.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return release.Groups[2].Value == "05" ? new(year, 12, 31) : new(year + 1, 6, 30);
    }

    [GeneratedRegex(@"^(?:nixos|nixpkgs|release|nix-darwin)-(\d\d)\.(05|11)(?:-small|-darwin|-aarch64)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Release();
}
