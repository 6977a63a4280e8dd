using Hostlock.Fleets;

namespace Hostlock.Reporting.Pages;

/// <summary>The part of a served page that gives commands: a form, and below it the command that runs, with what it prints. The script of
/// served pages brings it to life; without it, the form is not shown.</summary>
static class ActPart
{
    const int RowsOfHosts = 6, RowsOfInputs = 4;

    /// <summary>Renders the form.</summary>
    /// <param name="page">The fleet.</param>
    /// <param name="served">The commands.</param>
    public static Html Render(FleetPage page, ServedPage served) => $"""
        <p>Each command shows its plan first. Nothing is written before you say so.</p>
        <p id="act-why" role="alert"></p>
        <form id="act" hidden autocomplete="off">
        <p><label for="act-action">command</label> <select id="act-action">{served.Actions.Select(Choice)}</select></p>
        {Fields(page, served)}<p><button type="submit">Show the plan</button></p>
        </form>
        <div id="run" hidden tabindex="-1">
        <p><code id="run-line"></code> <b id="run-state" role="status"></b></p>
        <pre id="run-text" tabindex="0" role="region" aria-label="what the command prints"></pre>
        <p><button type="button" id="run-do" hidden>Do it</button> <button type="button" id="run-stop" hidden>Stop</button></p>
        </div>

        """;

    static Html Choice(PageAction action) => $"<option value=\"{action.Name}\">{action.Name}: {action.Does}</option>";

    static IEnumerable<Html> Fields(FleetPage page, ServedPage served)
    {
        var locks = page.Locks.SelectMany(status => status.Place.Sharers).Select(owner => owner.ToString()).ToList();
        var hosts = page.Fleet.Hosts.Select(host => host.Name.ToString()).ToList();
        var rings = page.Fleet.Rings.Select(ring => $"@{ring.Name}").ToList();
        var inputs = page.Locks.SelectMany(status => status.Inputs).Select(input => input.Name).Distinct(StringComparer.Ordinal)
            .OrderBy(name => name != "nixpkgs").ThenBy(name => name, Utf8Order.Instance).ToList();
        yield return Field(PageField.From, "the lock of", One("from", locks));
        yield return Field(PageField.To, "and that of", One("to", [.. locks.Skip(1), .. locks.Take(1)]));
        yield return Field(PageField.Hosts, "hosts", Several("hosts", [.. rings, .. hosts, HostName.Root], RowsOfHosts));
        yield return Field(PageField.All, "every lock", Check("all"));
        yield return Field(PageField.Inputs, "inputs", Several("inputs", inputs, RowsOfInputs));
        yield return Field(PageField.Ring, "ring", One("ring", Closed(page)));
        yield return Field(PageField.Reason, "reason", $"<input id=\"act-reason\" type=\"text\" maxlength=\"200\">");
        yield return Field(PageField.Until, "until", $"<input id=\"act-until\" type=\"date\">");
        yield return Field(PageField.Commit, "commit the locks", Check("commit"));
        yield return Field(PageField.Packages, "compare the packages, which builds both systems", Check("packages"));

        Html Field(PageField field, string title, Html control)
        {
            var name = PageFields.NameOf(field);
            var takers = string.Join(
                ' ', served.Actions.Where(action => action.Fields.Contains(field)).Select(action => action.Name));
            Html label = $"<label for=\"act-{name}\">{title}</label>";
            return takers.Length == 0
                ? Html.Nothing
                : $"<p data-for=\"{takers:line}\">{label} {control}</p>\n";
        }
    }

    static List<string> Closed(FleetPage page) =>
        page.Rollout is { Rollout: var rollout }
            ? [.. rollout.Plan.Rings.Where(ring => !rollout.IsOpen(ring)).Select(ring => ring.Name)]
            : [];

    static Html Check(string name) => $"<input id=\"act-{name}\" type=\"checkbox\">";

    static Html One(string name, List<string> words) => $"<select id=\"act-{name}\">{words.Select(Word)}</select>";

    static Html Several(string name, List<string> words, int rows) =>
        $"<select id=\"act-{name}\" multiple size=\"{Math.Min(rows, Math.Max(2, words.Count))}\">{words.Select(Word)}</select>";

    static Html Word(string word) => $"<option>{word}</option>";
}
