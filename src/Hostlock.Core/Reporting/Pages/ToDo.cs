using Hostlock.Fleets;
using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting.Pages;

/// <summary>Lists the commands that bring the fleet further, each of which can be typed in the folder of the flake.</summary>
static class ToDo
{
    const int Most = 60;

    /// <summary>Renders the list.</summary>
    /// <param name="page">The fleet.</param>
    public static Html Render(FleetPage page)
    {
        var items = Fixes(page)
            .Concat(page.Promotions.Select(promotion => Promote(page.Fleet, page.Locks.Count, promotion)))
            .Concat(Machines(page))
            .ToList();
        return items.Count == 0
            ? (Html)$"<p class=\"good\">There is nothing to do.</p>\n"
            : $"""
                <ol class="todo">
                {items.Take(Most).Select(item => (Html)$"<li>{item.Why:line} {PageWords.Command(item.Command)}</li>\n")}</ol>
                {(items.Count > Most ? $"<p>{items.Count - Most} more are left out.</p>\n" : Html.Nothing)}
                """;
    }

    // One command may fix several findings.
    static IEnumerable<(string Why, string Command)> Fixes(FleetPage page) =>
        from finding in page.Findings
        where finding.Problem.Fix is not null
        group finding.Problem.Message by finding.Problem.Fix! into fix
        select (fix.Count() == 1 ? fix.First() : $"{fix.First()}; and {PageWords.Number(fix.Count() - 1)} more like it", fix.Key);

    static (string Why, string Command) Promote(Fleet fleet, int locks, PendingPromotion promotion)
    {
        var owners = promotion.To.SelectMany(place => place.Sharers).Distinct().ToList();
        if (promotion.To.Length == locks - 1 && promotion.To.Length > 1)
            return (Why(promotion, owners), ShellWord.Join(["hostlock", "promote", promotion.From.Name, "--all", .. Inputs(promotion)]));
        // A ring whose hosts all get it is named by one word.
        var rings = fleet.Rings
            .Select(ring => (ring.Name, Hosts: fleet.Hosts.Where(host => host.Ring == ring.Name).Select(host => host.Name).ToHashSet()))
            .Where(ring => ring.Hosts.Count > 1
                && ring.Hosts.IsSubsetOf(owners.OfType<LockOwner.Host>().Select(owner => owner.Name)))
            .ToList();
        var named = rings.SelectMany(ring => ring.Hosts).ToHashSet();
        var words = rings.Select(ring => $"@{ring.Name}")
            .Concat(
                promotion.To.Select(place => place.Owner)
                    .Where(owner => owner is not LockOwner.Host(var name) || !named.Contains(name))
                    .Select(owner => owner.ToString()));
        var command = ShellWord.Join(
            ["hostlock", "promote", promotion.From.Name, .. words, .. Inputs(promotion)]);
        return (Why(promotion, owners), command);
    }

    static string Why(PendingPromotion promotion, IReadOnlyList<LockOwner> owners) =>
        $"{PageWords.Names(owners)}: {string.Join(", ", promotion.Inputs)} of {promotion.From.Name} is newer";

    static IEnumerable<string> Inputs(PendingPromotion promotion) => promotion.Inputs.SelectMany(input => new[] { "-i", input });

    static IEnumerable<(string Why, string Command)> Machines(FleetPage page) =>
        from machine in page.Machines ?? []
        let command = MachineWords.NextStep(machine, TypedCommands.InFlake)
        where command.Length > 0
        select ($"{machine.Host.Name}: {string.Join(", ", MachineWords.Of(machine, page.MadeAt))}", command);
}
