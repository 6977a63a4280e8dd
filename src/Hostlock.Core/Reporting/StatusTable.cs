using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>
/// Renders hosts × inputs: on a terminal a screen on which hosts with equal locks share a row, and inputs that say nothing share a line;
/// in a pipe a row for each host with every input that differs.
/// </summary>
public static class StatusTable
{
    const string AllSame = ": the same everywhere";

    const string Ahead = "↑", Behind = "↓", Nothing = "-";

    // A row may have this much of the width for the names of its hosts, in hundredths, and more if the inputs leave room.
    const int ShareOfNames = 30;

    const int WidestRings = 16;

    /// <summary>Renders the table for a terminal. <see cref="StatusNotes"/> has the remarks about single hosts.</summary>
    /// <param name="state">The state of the flake.</param>
    /// <param name="screen">The terminal.</param>
    public static string Render(FleetState state, Screen screen)
    {
        var matrix = DriftMatrix.Of(state.Locks, state.Asked);
        if (matrix.Rows.IsEmpty)
            return "";
        var text = new StringBuilder();
        var same = SameLine(matrix.Same, screen);
        if (matrix.Columns.IsEmpty)
            text.Append(HostNames.Fit([.. matrix.Rows[0].Hosts], screen.Width - AllSame.Length))
                .Append(same.Length > 0 ? "" : AllSame)
                .Append('\n');
        else
            new Table(state, matrix, screen).Write(text);
        if (same.Length > 0)
            text.Append('\n').Append(screen.Ink.Dim(same)).Append('\n');
        return text.ToString();
    }

    /// <summary>Renders a row for each host, with a heading, for a pipe: the name, the ring, the marks in words, and each input that
    /// differs.</summary>
    /// <param name="state">The state of the flake.</param>
    /// <param name="screen">The screen of the reader.</param>
    public static string RenderRows(FleetState state, Screen screen)
    {
        var matrix = DriftMatrix.Of(state.Locks, state.Asked);
        var cells = new Dictionary<LockStatus, ImmutableArray<DriftCell?>>(ReferenceEqualityComparer.Instance);
        foreach (var row in matrix.Rows)
        {
            foreach (var status in row.Locks)
                cells.Add(status, row.Cells);
        }
        var today = DateOnly.FromDateTime(screen.Now.UtcDateTime);
        var rings = RingsOf(state.Fleet);
        var rows = new List<string[]>
        {
            (string[])["host", "ring", "state", .. matrix.Columns.Select(column => Visible.Name(column.Path.ToString()))],
        };
        foreach (var status in state.Needed)
        {
            var words = StatusMarks.Words(status, today);
            var inputs = cells.TryGetValue(status, out var found)
                ? found.Select((cell, at) => Cell(cell, matrix.Columns[at], screen).Words).ToArray()
                : [.. matrix.Columns.Select(_ => Nothing)];
            foreach (var owner in status.Place.Sharers)
                rows.Add([owner.ToString(), RingOf(rings, owner) ?? Nothing, words, .. inputs]);
        }
        foreach (var (host, word) in Unadopted(state))
            rows.Add([host, Nothing, word, .. matrix.Columns.Select(_ => Nothing)]);
        return rows.Count == 1 ? "" : Aligned(rows);
    }

    static string Aligned(List<string[]> rows)
    {
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
        {
            for (var at = 0; at < row.Length; at++)
                widths[at] = Math.Max(widths[at], row[at].Length);
        }
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var last = Array.FindLastIndex(row, cell => cell.Length > 0);
            for (var at = 0; at < last; at++)
                text.Append(row[at]).Append(' ', widths[at] - row[at].Length + 2);
            text.Append(row[last]).Append('\n');
        }
        return text.ToString();
    }

    static IEnumerable<(string Host, string Word)> Unadopted(FleetState state) =>
        state.Listed.IsInLine
            ? []
            : state.Listed.Came.Concat(state.Listed.UnlistedFlakes.Keys).Select(host => (host.ToString(), "not-adopted"))
                .Concat(state.Listed.Misspelt.Select(host => (host.Key.ToString(), "misspelt")));

    // The inputs that are the same everywhere, the oldest first: an old one may have been forgotten.
    static string SameLine(ImmutableArray<(string Input, LockEdge.Locked Edge)> same, Screen screen)
    {
        if (same.IsEmpty)
            return "";
        var words = same.OrderBy(input => input.Edge.Node.Locked.LastModified ?? new(ulong.MaxValue))
            .ThenBy(input => input.Input, Utf8Order.Instance)
            .Select(input => input.Edge.Node.Locked.LastModified is { } modified
                ? $"{Visible.Name(input.Input)} {Amounts.Age(Moment.Of(screen.Now).SecondsSince(modified))}"
                : Visible.Name(input.Input))
            .ToList();
        const string Lead = "the same everywhere: ";
        return Lead + HostNames.Fit(words, ", ", screen.Width - Lead.Length);
    }

    /// <summary>The words of an input, with the part that compares it with the others.</summary>
    /// <param name="Words">All of it.</param>
    /// <param name="Standing">The part of <paramref name="Words"/> that tells that it is ahead or behind; empty if it is neither.</param>
    readonly record struct CellText(string Words, string Standing = "");

    static CellText Cell(DriftCell? cell, DriftColumn column, Screen screen)
    {
        if (cell is null)
            return new(Nothing);
        if (cell.Edge is LockEdge.Follows(var target))
            return new($"follows {Visible.Name(target.ToString())}");
        var node = ((LockEdge.Locked)cell.Edge).Node;
        var hasAgeAlone = node.Locked.Revision is null && node.Locked.LastModified is not null;
        var pin = hasAgeAlone ? Visible.Name(node.Locked.Type) : PinText.Short(node.Locked);
        var standing = cell switch
        {
            { SecondsBehind: > 0 } => Behind + Amounts.Span(cell.SecondsBehind),
            { IsAhead: true } => Ahead,
            _ => "",
        };
        var age = cell.SecondsBehind == 0 && node.Locked.LastModified is { } modified
            ? Amounts.Age(Moment.Of(screen.Now).SecondsSince(modified))
            : "";
        var isOther = column.Reference is not null && !node.Original.Equals(column.Reference);
        var branch = isOther ? BranchText.Of(node.Original, column.Reference!) : "";
        return new(string.Join(' ', new[] { pin, age, standing, branch }.Where(word => word.Length > 0)), standing);
    }

    static Dictionary<HostName, string> RingsOf(Fleet fleet) =>
        fleet.Hosts.Where(host => host.Ring is not null).ToDictionary(host => host.Name, host => host.Ring!);

    static string? RingOf(Dictionary<HostName, string> rings, LockOwner owner) =>
        owner is LockOwner.Host(var name) ? rings.GetValueOrDefault(name) : null;

    /// <summary>The table of one screen: which columns it has, and how wide they are.</summary>
    sealed class Table
    {
        readonly DriftMatrix _matrix;
        readonly Screen _screen;
        readonly List<Row> _rows;
        readonly List<(string Name, string Branch, int Width)> _columns;
        readonly int _marks, _rings;

        /// <summary>A row as it is shown.</summary>
        /// <param name="Hosts">The hosts.</param>
        /// <param name="Marks">The marks of its locks.</param>
        /// <param name="Ring">The rings of its hosts.</param>
        /// <param name="Cells">The inputs, in the order of the columns.</param>
        /// <param name="Drift">The same inputs as values.</param>
        sealed record Row(
            IReadOnlyList<string> Hosts, string Marks, string Ring, IReadOnlyList<CellText> Cells, ImmutableArray<DriftCell?> Drift);

        public Table(FleetState state, DriftMatrix matrix, Screen screen)
        {
            (_matrix, _screen) = (matrix, screen);
            var rings = RingsOf(state.Fleet);
            var order = RingOrder.Of(state.Fleet.Rings);
            var today = DateOnly.FromDateTime(screen.Now.UtcDateTime);
            _rows = [.. matrix.Rows
                .OrderBy(row => row.Hosts.Min(owner => RingOf(rings, owner) is { } ring ? order[ring] : int.MaxValue))
                .ThenByDescending(DateOf)
                .Select(row => new Row(
                    [.. row.Hosts.Select(owner => owner.ToString())],
                    StatusMarks.Of(row.Locks, today),
                    RingWords(row.Hosts.Select(owner => RingOf(rings, owner)).OfType<string>().Distinct().OrderBy(ring => order[ring])),
                    [.. row.Cells.Select((cell, at) => Cell(cell, matrix.Columns[at], screen))],
                    row.Cells))];
            _columns = [.. matrix.Columns.Select((column, at) =>
            {
                var name = Visible.Name(column.Path.ToString());
                var branch = column.Reference is { } reference ? BranchText.Of(reference) : "";
                return (name, branch, Math.Max(Math.Max(name.Length, branch.Length), _rows.Max(row => row.Cells[at].Words.Length)));
            })];
            _marks = _rows.Max(row => row.Marks.Length);
            _rings = _rows.Exists(row => row.Ring.Length > 0) ? Math.Max("ring".Length, _rows.Max(row => row.Ring.Length)) : 0;
        }

        public void Write(StringBuilder text)
        {
            var needed = _rows.Max(row => string.Join(' ', row.Hosts).Length);
            var hosts = NamesWidth(_screen.Width * ShareOfNames / 100);
            var fixedWidth = (_marks > 0 ? 1 + _marks : 0) + (_rings > 0 ? 2 + _rings : 0);
            var shown = _columns.Count;
            while (shown > 1 && hosts + fixedWidth + Width(shown) > _screen.Width)
                shown--;
            // The names get the width that the inputs leave.
            hosts = NamesWidth(Math.Min(needed, Math.Max(hosts, _screen.Width - fixedWidth - Width(shown))));
            var rest = _columns.Count - shown;
            var ink = _screen.Ink;

            Line("host", "", "ring", at => new(_columns[at].Name), rest > 0 ? RestName(rest) : "", ink.Bold);
            if (_columns.Take(shown).Any(column => column.Branch.Length > 0))
                Line("", "", "", at => new(_columns[at].Branch), "", ink.Dim);
            foreach (var row in _rows)
                Line(HostNames.Fit(row.Hosts, hosts), row.Marks, row.Ring, at => row.Cells[at], Rest(row, shown), words => words);
            if (rest > 0)
                text.Append(ink.Dim($"{RestName(rest)}: {RestNames()}"))
                    .Append('\n');
            if (_rows.Exists(row => row.Cells.Any(cell => cell.Standing.Length > 0)))
                text.Append(ink.Dim($"{Ahead} the newest of its branch   {Behind}2d two days behind it")).Append('\n');

            string RestNames() => HostNames.Fit(
                [.. _columns.Skip(shown).Select(column => column.Name)], " ", _screen.Width - RestName(rest).Length - 2);

            void Line(string host, string marks, string ring, Func<int, CellText> cell, string more, Func<string, string> paint)
            {
                var line = new StringBuilder(paint(host.PadRight(hosts)));
                if (_marks > 0)
                    line.Append(' ').Append(StatusMarks.Paint(marks, ink)).Append(' ', _marks - marks.Length);
                if (_rings > 0)
                    line.Append("  ").Append(paint(ring.PadRight(_rings)));
                for (var at = 0; at < shown; at++)
                    line.Append("  ").Append(paint(Painted(cell(at), ink))).Append(' ', _columns[at].Width - cell(at).Words.Length);
                line.Append("  ").Append(more.Contains(Behind, StringComparison.Ordinal) ? ink.Warn(more) : paint(more));
                text.Append(Trimmed(line)).Append('\n');
            }
        }

        static string Trimmed(StringBuilder line) => line.ToString().TrimEnd();

        static string Painted(CellText cell, Ink ink) =>
            cell.Standing.Length == 0
                ? cell.Words
                : cell.Words.Replace(
                    cell.Standing, cell.Standing == Ahead ? ink.Good(cell.Standing) : ink.Warn(cell.Standing), StringComparison.Ordinal);

        int NamesWidth(int most) => _rows.Max(row => HostNames.Fit(row.Hosts, most).Length) is var longest && longest > 4 ? longest : 4;

        int Width(int shown) =>
            _columns.Take(shown).Sum(column => 2 + column.Width)
            + (shown < _columns.Count
                ? 2 + Math.Max(RestName(_columns.Count - shown).Length, _rows.Max(row => Rest(row, shown).Length))
                : 0);

        static string RestName(int rest) => string.Create(CultureInfo.InvariantCulture, $"{rest} more");

        // The number of inputs without room that are behind, and by how much at most.
        static string Rest(Row row, int shown)
        {
            var behind = row.Drift.Skip(shown).OfType<DriftCell>().Where(cell => cell.SecondsBehind > 0).ToList();
            if (behind.Count == 0)
                return "";
            var most = Amounts.Span(behind.Max(cell => cell.SecondsBehind));
            return string.Create(CultureInfo.InvariantCulture, $"{behind.Count} {Behind}{most}");
        }

        Moment DateOf(DriftRow row) =>
            _matrix.Columns[0].Path.ToString() == DriftMatrix.Nixpkgs
            && row.Cells[0] is { Edge: LockEdge.Locked({ Locked.LastModified: { } modified }) }
                ? modified
                : default;

        static string RingWords(IEnumerable<string> rings)
        {
            var names = rings.ToList();
            return HostNames.Fit(names, WidestRings);
        }
    }
}
