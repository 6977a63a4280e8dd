using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets.Checks;

namespace Hostlock.Reporting.Pages;

/// <summary>
/// Renders a page about a fleet: one file with everything in it, which loads nothing and asks nobody. Its policy lets in the stylesheet and
/// the script that the program carries, and nothing else.
/// </summary>
public static class HtmlPage
{
    /// <summary>Renders the page.</summary>
    /// <param name="page">The fleet.</param>
    public static string Render(FleetPage page)
    {
        var rings = RingRows.Of(page);
        var (style, script) = (PageResource.Read("page.css"), PageResource.Read("page.js"));
        var policy = $"default-src 'none'; style-src {style.Source}; script-src {script.Source}; base-uri 'none'; form-action 'none'";
        var title = $"{page.Name}: who has what";
        Html html = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>{title}</title>
            <style>{style}</style>
            </head>
            <body>
            <a class="skip" href="#locks">Skip to the locks</a>
            <header><h1>{page.Name}</h1><p>{Made(page)}</p>
            {Tiles(page)}</header>
            <nav aria-label="Parts of this page">{Parts(page).Select(part => (Html)$"<a href=\"#{part.Id}\">{part.Title}</a> ")}</nav>
            <main>
            {Parts(page).Select(part => PageWords.Section(part.Id, part.Title, part.Body(rings)))}</main>
            <footer><p>Made by hostlock {page.Version}. The page is complete in itself: it loads nothing, and sends nothing.</p></footer>
            <script>{script}</script>
            </body>
            </html>

            """;
        return html.ToString();
    }

    sealed record Part(string Id, string Title, Func<ImmutableArray<RingRows>, Html> Body);

    static IEnumerable<Part> Parts(FleetPage page)
    {
        yield return new("locks", "Who has what", rings => WhoHasWhat.Render(page, rings));
        yield return new("todo", "To do", _ => ToDo.Render(page));
        if (page.Rollout is { } rollout)
            yield return new("rollout", "Rollout under way", _ => RolloutPart.Render(rollout));
        yield return new("ages", "Age over time", rings => AgeChart.Render(page, rings));
        yield return new("findings", "What check finds", _ => FindingList.Render(page.Findings));
        yield return new("moves", "Last moves", _ => LastMoves.Render(page.History));
        yield return new("trees", "One lock", rings => LockTrees.Render(page, rings));
    }

    static Html Made(FleetPage page)
    {
        var at = page.MadeAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        Html commit = page.Repository switch
        {
            null => (Html)$"in no repository",
            { Commit: null } => $"nothing is committed yet",
            { Commit: { } id } state =>
                $"commit <code>{id.Shortened}</code>{(state.CommittedAt is { } time ? $" of {time.ToString()}" : Html.Nothing)}"
                + $"{(state.Branch is { } branch ? $" on {branch}" : Html.Nothing)}, "
                + $"{(state.IsDirty ? (Html)$"<b class=\"warn\">with changes that are not committed</b>" : $"clean")}",
        };
        return $"{commit} · made {at}{(page.Machines is null ? Html.Nothing : $", machines asked")}";
    }

    static Html Tiles(FleetPage page)
    {
        var now = Moment.Of(page.MadeAt);
        var tiles = new List<(string Title, string Value, string More, string Tone)>
        {
            ("hosts", PageWords.Number(page.Fleet.Hosts.Length), PageWords.Count(page.Locks.Count, "lock"), ""),
        };
        if (PageWords.MainInput(page.Locks) is { } input)
        {
            var dated = page.Locks.SelectMany(status => status.Inputs, (status, entry) => (status, entry))
                .Where(pair => pair.entry.Name == input && pair.entry.Locked?.LastModified is not null).ToList();
            var behind = dated.Where(pair => pair.entry.SecondsBehind > 0).ToList();
            tiles.Add(
                ($"behind in {input}", PageWords.Number(behind.Sum(pair => pair.status.Place.Sharers.Count)),
                behind.Count == 0 ? "all at the newest" : $"by {Amounts.Span(behind.Max(pair => pair.entry.SecondsBehind))} at most",
                behind.Count == 0 ? "good" : "warn"));
            var oldest = dated.MinBy(pair => pair.entry.Locked!.LastModified!.Value);
            tiles.Add(
                ("oldest", Amounts.Age(now.SecondsSince(oldest.entry.Locked!.LastModified!.Value)),
                $"{input} of {PageWords.Names(oldest.status.Place.Sharers)}", ""));
        }
        var frozen = page.Locks.Sum(status => status.Inputs.Count(entry => entry.Freeze is not null));
        var freezing = page.Locks.Count(status => status.Inputs.Any(entry => entry.Freeze is not null));
        tiles.Add(("frozen", PageWords.Number(frozen), $"in {PageWords.Count(freezing, "lock")}", ""));
        var errors = page.Findings.Count(finding => finding.Severity == Severity.Error);
        tiles.Add(
            ("findings", PageWords.Number(page.Findings.Count),
            page.Findings.Count == 0 ? "check is content" : PageWords.Count(errors, "error"),
            errors > 0 ? "bad" : page.Findings.Count > 0 ? "warn" : "good"));
        var waiting = page.Promotions.SelectMany(promotion => promotion.To).DistinctBy(place => place.FullPath).ToList();
        tiles.Add(
            ("waiting to be promoted", PageWords.Number(waiting.Count), waiting.Count == 0 ? "nothing" : "locks, see to do",
            waiting.Count == 0 ? "good" : "warn"));
        return $"<dl class=\"tiles\">{tiles.Select(tile => Tile(tile.Title, tile.Value, tile.More, tile.Tone))}</dl>\n";

        static Html Tile(string title, string value, string more, string tone) =>
            $"<div class=\"tile {tone}\"><dt>{title}</dt><dd><b>{value}</b> {more:line}</dd></div>\n";
    }
}
