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
    const string Page = "page", Live = "live";

    /// <summary>Renders the page.</summary>
    /// <param name="page">The fleet.</param>
    /// <param name="served">The additions of a page that a server shows; null for a page in a file.</param>
    public static string Render(FleetPage page, ServedPage? served = null)
    {
        var rings = RingRows.Of(page);
        var parts = Parts(page, served).ToList();
        return Whole($"{page.Name}: who has what", served, $"""
            <a class="skip" href="#locks">Skip to the locks</a>
            <header><h1>{page.Name}</h1><p>{Made(page)}</p>
            {Tiles(page)}</header>
            <nav aria-label="Parts of this page">{parts.Select(part => (Html)$"<a href=\"#{part.Id}\">{part.Title}</a> ")}</nav>
            <main>
            {parts.Select(part => PageWords.Section(part.Id, part.Title, part.Body(rings)))}</main>
            <footer><p>{(served is null ? Complete(page) : $"Served by hostlock {page.Version}, to you alone.")}</p></footer>
            """);
    }

    /// <summary>Renders a page that says why there is nothing to show of a fleet, and that a server keeps up to date.</summary>
    /// <param name="name">The name of the flake's folder.</param>
    /// <param name="why">The error, as it is printed.</param>
    /// <param name="served">The additions of the server.</param>
    public static string RenderProblem(string name, string why, ServedPage served) =>
        Whole($"{name}: who has what", served, $"""
            <header><h1>{name}</h1></header>
            <main>
            {PageWords.Section("problem", "The fleet cannot be read", $"<pre class=\"bad\">{why:text}</pre>\n")}</main>
            <footer></footer>
            """);

    /// <summary>The policy of a page: what it may load, run and ask.</summary>
    /// <param name="isServed">True if a server shows the page, which may ask that server and nobody else.</param>
    /// <remarks>https://www.w3.org/TR/CSP3</remarks>
    public static string Policy(bool isServed)
    {
        var styles = string.Join(' ', Resources(isServed, ".css").Select(resource => resource.Source));
        var scripts = string.Join(' ', Resources(isServed, ".js").Select(resource => resource.Source));
        var connects = isServed ? " connect-src 'self';" : "";
        return $"default-src 'none'; style-src {styles}; script-src {scripts};{connects} base-uri 'none'; form-action 'none'";
    }

    // The served parts come before the page's own script changes anything.
    static IEnumerable<PageResource> Resources(bool isServed, string extension)
    {
        string[] names = !isServed ? [Page] : extension == ".js" ? [Live, Page] : [Page, Live];
        return names.Select(name => PageResource.Read(name + extension));
    }

    static Html Complete(FleetPage page) =>
        $"Made by hostlock {page.Version}. The page is complete in itself: it loads nothing, and sends nothing.";

    static string Whole(string title, ServedPage? served, Html body)
    {
        var isServed = served is not null;
        Html live = served is null
            ? Html.Nothing
            : (Html)$"<meta name=\"hostlock-key\" content=\"{served.Key}\">\n<meta name=\"hostlock-state\" content=\"{State(served)}\">\n";
        Html html = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Policy(isServed):line}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            {live}<title>{title}</title>
            {Resources(isServed, ".css").Select(style => (Html)$"<style>{style}</style>\n")}</head>
            <body>
            {(isServed ? $"<p id=\"live\" role=\"status\"></p>\n" : Html.Nothing)}{body}
            {Resources(isServed, ".js").Select(script => (Html)$"<script>{script}</script>\n")}</body>
            </html>

            """;
        return html.ToString();
    }

    static string State(ServedPage served) => served.State.ToString(CultureInfo.InvariantCulture);

    sealed record Part(string Id, string Title, Func<ImmutableArray<RingRows>, Html> Body);

    static IEnumerable<Part> Parts(FleetPage page, ServedPage? served)
    {
        yield return new("locks", "Who has what", rings => WhoHasWhat.Render(page, rings));
        yield return new("todo", "To do", _ => ToDo.Render(page));
        if (served is { Actions.IsEmpty: false })
            yield return new("act-part", "Act", _ => ActPart.Render(page, served));
        if (page.Rollout is { } rollout)
            yield return new("rollout", "Rollout under way", _ => RolloutPart.Render(rollout, page.Fleet.Rollout.Open));
        else if (page.RolloutUnread is { } why)
            yield return new("rollout", "Rollout", _ => RolloutPart.NotKnown(why));
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
