using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Machines;

namespace Hostlock.Reporting.Pages;

/// <summary>The table of hosts and the inputs that differ among them: how far each is behind, in words and in colour.</summary>
sealed class WhoHasWhat
{
    // The bound for a table of a thousand different locks, so that the page stays below a megabyte.
    const int MostCells = 6000;
    const int MostLinks = 1200;
    const int LeastInputs = 3;

    const double Week = 7, Month = 30;

    readonly FleetPage _page;
    readonly ImmutableArray<RingRows> _rings;
    readonly Moment _now;

    // By input and its reference, the newest entry of any lock.
    readonly Dictionary<(string, FlakeRef), LockEdge> _newest = [];

    // The inputs that hosts track by different references.
    readonly HashSet<string> _declaredOtherwise = new(StringComparer.Ordinal);

    WhoHasWhat(FleetPage page, ImmutableArray<RingRows> rings)
    {
        (_page, _rings, _now) = (page, rings, Moment.Of(page.MadeAt));
        var originals = new Dictionary<string, FlakeRef>(StringComparer.Ordinal);
        foreach (var input in page.Locks.SelectMany(status => status.Inputs))
        {
            if (input.Edge is not LockEdge.Locked(var node))
                continue;
            if (originals.TryGetValue(input.Name, out var first) && !first.Equals(node.Original))
                _declaredOtherwise.Add(input.Name);
            originals.TryAdd(input.Name, node.Original);
            if (input.SecondsBehind == 0 && node.Locked.LastModified is not null)
                _newest.TryAdd((input.Name, node.Original), input.Edge);
        }
    }

    /// <summary>Renders the table.</summary>
    /// <param name="page">The fleet.</param>
    /// <param name="rings">Its locks.</param>
    public static Html Render(FleetPage page, ImmutableArray<RingRows> rings) => new WhoHasWhat(page, rings).Render();

    Html Render()
    {
        var rows = _rings.SelectMany(ring => ring.Rows).ToList();
        var read = rows.Where(row => row.Status.Lock is not null).ToList();
        var entries = read.ConvertAll(row => row.Status.Inputs.ToDictionary(input => input.Name, StringComparer.Ordinal));
        var names = entries.SelectMany(row => row.Keys).Distinct(StringComparer.Ordinal)
            .OrderBy(name => name != "nixpkgs").ThenBy(name => name, Utf8Order.Instance).ToList();
        var differing = names.Where(Differs).ToList();
        var shown = differing.Take(Math.Max(LeastInputs, MostCells / Math.Max(1, rows.Count))).ToList();
        var same = names.Except(differing).ToList();
        var isTable = shown.Count > 0 || read.Count < rows.Count || _page.Machines is not null;
        return rows.Count == 0
            ? $"<p>The flake has no locks.</p>\n"
            : (Html)($"{(isTable ? Table(shown, rows.Count * shown.Count <= MostLinks) : SameEverywhere())}"
                + $"{(differing.Count > shown.Count ? LeftOut(differing.Skip(shown.Count)) : Html.Nothing)}"
                + $"{(same.Count > 0 && read.Count > 0 ? Same(same, entries[0]) : Html.Nothing)}");

        Html SameEverywhere() =>
            $"<p>{PageWords.Names([.. rows.SelectMany(row => row.Owners)])}: all inputs are the same.</p>\n";

        // A frozen or stale input is worth a column of its own.
        bool Differs(string name)
        {
            InputStatus? first = null;
            foreach (var (row, cells) in read.Zip(entries))
            {
                if (!cells.TryGetValue(name, out var input) || input.Freeze is not null || IsStale(row.Status, name))
                    return true;
                first ??= input;
                if (!Same(first.Edge, input.Edge))
                    return true;
            }
            return false;
        }
    }

    Html Table(List<string> shown, bool isLinked) => $"""
        <p class="filter" hidden><label>Filter <input type="search" id="filter" autocomplete="off"></label>
        <span id="filtered" role="status"></span></p>
        <div class="scroll" tabindex="0" role="region" aria-label="the table of locks"><table>
        <caption>A row is a lock, of one host or of several that are the same. A cell says how far an input is behind the newest that a lock
        of this fleet has.</caption>
        <thead><tr><th scope="col">host</th>{(_page.Machines is null ? Html.Nothing : Column("runs"))}{shown.Select(Column)}</tr></thead>
        {_rings.Select(ring => Body(ring, shown, isLinked))}</table></div>

        """;

    static Html Column(string name) => $"<th scope=\"col\">{name}</th>";

    static Html LeftOut(IEnumerable<string> inputs) =>
        $"<p>These inputs differ too, and are left out here: {string.Join(", ", inputs):line}. "
        + $"{PageWords.Command("hostlock status")} has them.</p>\n";

    static bool Same(LockEdge one, LockEdge other) => (one, other) switch
    {
        (LockEdge.Locked(var first), LockEdge.Locked(var second)) =>
            ReferenceEquals(first, second) || first.Locked.PinsSameAs(second.Locked),
        (LockEdge.Follows first, LockEdge.Follows second) => first.Equals(second),
        _ => false,
    };

    Html Body(RingRows ring, List<string> inputs, bool isLinked)
    {
        var columns = inputs.Count + 1 + (_page.Machines is null ? 0 : 1);
        return $"""
            <tbody><tr class="ring"><th scope="rowgroup" colspan="{columns}">{ring.Title}</th></tr>
            {ring.Rows.Select(row => Row(row, inputs, isLinked))}</tbody>

            """;
    }

    Html Row(LockRow row, List<string> inputs, bool isLinked)
    {
        var cells = row.Status.Inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        var runs = _page.Machines is null ? Html.Nothing : $"<td>{Runs(row)}</td>";
        var inner = row.Status.Lock is null
            ? NoLock(row, inputs.Count)
            : $"{inputs.Select(name => Cell(row.Status, cells.GetValueOrDefault(name), name, isLinked))}";
        return $"<tr><th scope=\"row\">{Head(row)}</th>{runs}{inner}</tr>\n";
    }

    static Html NoLock(LockRow row, int columns)
    {
        var why = row.Status.Problem is { } problem
            ? (Html)$"<b>cannot be read</b> {problem.Message:line}"
            : $"<b>no lock</b> {PageWords.Command($"hostlock lock {row.Status.Place.Name}")}";
        return $"<td class=\"bad\" colspan=\"{Math.Max(1, columns)}\">{why}</td>";
    }

    // The names of many hosts fold open.
    static Html Head(LockRow row)
    {
        var shown = PageWords.Names(row.Owners);
        var all = string.Join(' ', row.Owners);
        Html mark = row.Status.IsUnmerged ? $" <b class=\"bad mark\">not merged</b>" : Html.Nothing;
        return shown == all
            ? (Html)$"{all:line}{mark}"
            : $"<details><summary>{shown:line}{mark}</summary>{all:line}</details>";
    }

    Html Runs(LockRow row)
    {
        if (row.Machines.IsEmpty)
            return row.Owners is [LockOwner.Root] ? (Html)$"–" : $"not asked";
        var words = row.Machines.GroupBy(Words).ToList();
        return Html.Join($"<br>", words.Select(alike => words.Count == 1
            ? (Html)$"{alike.Key:line}"
            : $"{alike.Key:line}: {string.Join(' ', alike.Select(machine => machine.Host.Name)):line}"));

        string Words(MachineStatus machine) =>
            string.Join(
                ", ",
                MachineWords.Of(machine, _page.MadeAt).Prepend(machine.Facts is { } facts ? SystemLabel.Of(facts) : "–"));
    }

    bool IsStale(LockStatus status, string input) =>
        _page.Stale.TryGetValue(status.Place.RelativePath, out var stale) && stale.Contains(input);

    Html Cell(LockStatus status, InputStatus? input, string name, bool isLinked)
    {
        Html stale = IsStale(status, name) ? $" <b class=\"bad mark\">stale</b>" : Html.Nothing;
        if (input is null)
            return $"<td class=\"none\">–{stale}</td>";
        if (input.Edge is not LockEdge.Locked(var node))
            return $"<td class=\"none\">{DiffText.Describe(input.Edge)}{stale}</td>";
        var tracks = _declaredOtherwise.Contains(name)
            ? $" <small>tracks {node.Original.Ref ?? node.Original.ToString()}</small>"
            : Html.Nothing;
        return $"<td class=\"{Distance(input, node)}\"><b>{Words(input, node)}</b> {Revision(input, node, isLinked)}"
            + $"{tracks}{Frozen(input.Freeze)}{stale}</td>";
    }

    static string Distance(InputStatus input, LockedNode node) => (input.SecondsBehind / 86400.0) switch
    {
        _ when node.Locked.LastModified is null => "none",
        0 => "newest",
        < Week => "near",
        < Month => "far",
        _ => "farthest",
    };

    static string Words(InputStatus input, LockedNode node) =>
        node.Locked.LastModified is null ? "no date"
        : input.SecondsBehind == 0 ? "newest"
        : $"{Amounts.Span(input.SecondsBehind)} behind";

    Html Revision(InputStatus input, LockedNode node, bool isLinked)
    {
        var text = PinText.Short(node.Locked);
        if (!isLinked || node.Locked.Commit is not { } commit)
            return $"{text}";
        var newest = _newest.GetValueOrDefault((input.Name, node.Original));
        return Html.Link(CompareLink.Between(input.Edge, newest) ?? CompareLink.Of(node.Locked, commit), text);
    }

    Html Frozen(Freeze? freeze) => freeze switch
    {
        null => Html.Nothing,
        _ when freeze.IsOver(DateOnly.FromDateTime(_page.MadeAt.UtcDateTime)) =>
            $" <small class=\"frozen\">freeze ended: {freeze.ToString()}</small>",
        _ => $" <small class=\"frozen\">frozen: {freeze.ToString()}</small>",
    };

    Html Same(List<string> names, Dictionary<string, InputStatus> entries) => $"""
        <details><summary>The same everywhere: {PageWords.Count(names.Count, "input")}</summary>
        <ul class="same">{names.Select(name => (Html)$"<li><b>{name}</b> {Entry(entries[name])}</li>\n")}</ul></details>

        """;

    Html Entry(InputStatus input) =>
        input.Edge is LockEdge.Locked(var node)
            ? (Html)$"{Revision(input, node, isLinked: true)} {Old(node.Locked.LastModified)}"
            : $"{DiffText.Describe(input.Edge)}";

    string Old(Moment? modified) => modified switch
    {
        null => "",
        { } moment when _now.SecondsSince(moment) is var seconds and >= 60 => $"{Amounts.Span(seconds)} old",
        _ => "new",
    };
}
