using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;

namespace Hostlock.Reporting.Pages;

/// <summary>
/// Draws how old the main input of each lock was over time: a line for each lock if there are few, or else a strip of days behind for each
/// ring. A drawing is SVG whose geometry stands in attributes, so that a policy against styles holds.
/// </summary>
sealed class AgeChart
{
    const int MostLines = 8, MostStrips = 12, MostPoints = 100, Columns = 32;

    // In units of the drawing.
    const double Width = 760, Left = 44, Right = 140, Top = 10, Height = 230, Bottom = 24, LabelGap = 15;
    const double StripHeight = 44, StripGap = 30;

    readonly FleetPage _page;
    readonly string _input;
    readonly ImmutableArray<AgeSeries> _series;
    readonly Moment _start, _now, _firstPoint;

    AgeChart(FleetPage page, string input, ImmutableArray<AgeSeries> series)
    {
        (_page, _input, _series) = (page, input, series);
        (_start, _now) = (series.Min(each => each.Steps[0].At), Moment.Of(page.MadeAt));
        var moves = series.SelectMany(each => each.Steps).Where(step => step.Move is not null).Select(step => step.At).Order().ToList();
        _firstPoint = moves.Count > MostPoints ? moves[^MostPoints] : _start;
    }

    /// <summary>Draws the chart; a sentence in its place if there is no history to draw.</summary>
    /// <param name="page">The fleet.</param>
    /// <param name="rings">Its locks.</param>
    public static Html Render(FleetPage page, ImmutableArray<RingRows> rings)
    {
        if (PageWords.MainInput(page.Locks) is not { } input || AgeSeries.Of(page, input) is not { IsEmpty: false } series)
            return $"<p>git has no history of these locks yet.</p>\n";
        var chart = new AgeChart(page, input, series);
        return series.Length <= MostLines ? chart.Lines() : chart.Strips(rings);
    }

    double X(Moment moment) =>
        Left + ((Width - Left - Right) * PageWords.Days(moment, _start) / Math.Max(1e-6, PageWords.Days(_now, _start)));

    Html Lines()
    {
        var most = Math.Max(1, _series.Max(each => Oldest(each)));
        var labels = Labels(most);
        var hosts = string.Join("; ", labels.Select(label => $"{label.Names} {PageWords.Days(label.Days)}"));
        return $"""
            <figure tabindex="0"><svg viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="age-text">
            <title id="age-text">Age of {_input} from {_start.ToString()} to {_now.ToString()}. Now: {hosts:line}</title>
            {Grid(most)}{_series.Select((each, i) => Line(each, i, most))}{labels.Select(label => label.Drawn)}</svg>
            <figcaption>Age of {_input} in days. A line falls where a commit brought a newer revision; point at a circle to read what
            moved, and by which promotion.</figcaption></figure>

            """;
    }

    double Oldest(AgeSeries series)
    {
        var most = 0.0;
        for (var i = 0; i < series.Steps.Length; i++)
        {
            if (series.Steps[i].Dated is { } dated)
                most = Math.Max(most, PageWords.Days(EndOf(series, i), dated));
        }
        return most;
    }

    Moment EndOf(AgeSeries series, int step) => step + 1 < series.Steps.Length ? series.Steps[step + 1].At : _now;

    static double Y(double days, double most) => Top + ((Height - Top - Bottom) * (1 - (days / most)));

    Html Grid(double most)
    {
        var lines = Html.Nothing;
        for (var i = 0; i <= 4; i++)
        {
            var y = Y(most * i / 4, most);
            lines.AppendFormatted((Html)($"<path class=\"grid\" d=\"M{Left} {y}H{Width - Right}\"/>"
                + $"<text class=\"end\" x=\"{Left - 6}\" y=\"{y + 4}\">{Scale(most * i / 4, most)}</text>"));
        }
        return $"{lines}{Times(Height - 6)}";

        static string Scale(double days, double most) => days.ToString(most < 8 ? "0.#" : "0", CultureInfo.InvariantCulture);
    }

    Html Times(double y)
    {
        var middle = new Moment(_start.Seconds + (_now.SecondsSince(_start) / 2));
        return $"<text x=\"{Left}\" y=\"{y}\">{_start.ToString()}</text>"
            + $"<text class=\"mid\" x=\"{X(middle)}\" y=\"{y}\">{middle.ToString()}</text>"
            + $"<text class=\"end\" x=\"{Width - Right}\" y=\"{y}\">{_now.ToString()}</text>\n";
    }

    // A lock moves at a commit that brought it another revision of the input; only the newest of these can be pointed at.
    bool IsPoint(AgeSeries series, int step) =>
        series.Steps[step] is { Move: { } move, Dated: { } dated } && move.Commit.Time >= _firstPoint
        && (step == 0 || series.Steps[step - 1].Dated != dated);

    Html Line(AgeSeries series, int index, double most)
    {
        var (path, points) = (Html.Nothing, new List<Html>());
        var (isDrawn, hosts) = (false, string.Join(' ', series.Place.Sharers));
        for (var i = 0; i < series.Steps.Length; i++)
        {
            var step = series.Steps[i];
            if (step.Dated is not { } dated)
            {
                isDrawn = false;
                continue;
            }
            var (x, y, end) = (X(step.At), Y(PageWords.Days(step.At, dated), most), EndOf(series, i));
            // The line drops where a newer revision came, and then rises by a day each day.
            if (!isDrawn)
                path.AppendFormatted((Html)$"M{(int)x} {(int)y}");
            else if (series.Steps[i - 1].Dated != dated)
                path.AppendFormatted((Html)$"V{(int)y}");
            path.AppendFormatted((Html)$"L{(int)X(end)} {(int)Y(PageWords.Days(end, dated), most)}");
            isDrawn = true;
            if (IsPoint(series, i) && step.Move is { } move)
                points.Add(
                    $"<circle cx=\"{(int)x}\" cy=\"{(int)y}\" r=\"3\"><title>{hosts:line}, {MoveWords.Of(move):line}</title></circle>");
        }
        return $"<g class=\"s{index}\"><path d=\"{path}\"/>{points}</g>\n";
    }

    // The names stand at the ends of their lines, apart from each other; hosts whose lines end alike share a place.
    List<(string Names, double Days, Html Drawn)> Labels(double most)
    {
        var labels = new List<(string, double, Html)>();
        var last = double.NegativeInfinity;
        var ends = _series.Select((each, i) => (each.Place.Sharers, Index: i, each.Steps[^1].Dated)).Where(end => end.Dated is not null)
            .GroupBy(end => end.Dated!.Value).OrderByDescending(end => end.Key).ToList();
        // From the oldest, at the top, downwards.
        var places = new List<double>();
        for (var i = ends.Count - 1; i >= 0; i--)
        {
            last = Math.Max(last + LabelGap, Y(PageWords.Days(_now, ends[i].Key), most));
            places.Insert(0, last);
        }
        var over = Math.Max(0, last - (Height - Bottom));
        for (var i = 0; i < ends.Count; i++)
        {
            var days = PageWords.Days(_now, ends[i].Key);
            var names = PageWords.Names([.. ends[i].SelectMany(end => end.Sharers)]);
            var cut = names.Length > 17 ? $"{names[..16]}…" : names;
            labels.Add(
                (names, days,
                $"<text class=\"t{ends[i].First().Index}\" x=\"{Width - Right + 8}\" y=\"{places[i] - over + 4}\">"
                    + $"{cut:line} {(int)days}d</text>\n"));
        }
        return labels;
    }

    Html Strips(ImmutableArray<RingRows> rings)
    {
        var byPath = _series.ToDictionary(each => each.Place.FullPath);
        var edges = Enumerable.Range(1, Columns)
            .Select(i => new Moment(_start.Seconds + (_now.SecondsSince(_start) * (ulong)i / Columns))).ToArray();
        var newest = edges.Select(edge => _series.Max(each => each.DatedAt(edge))).ToArray();
        var strips = rings.Take(MostStrips)
            .Select(ring => new Strip(
                ring.Title,
                [
                    .. ring.Rows.SelectMany(row => row.Owners).Select(owner => PlaceOf(owner)).Distinct()
                        .Select(path => byPath.GetValueOrDefault(path)).OfType<AgeSeries>(),
                ],
                edges, newest))
            .Where(strip => strip.HasDays)
            .ToList();
        var most = Math.Max(1, strips.Select(strip => strip.Most).DefaultIfEmpty(1).Max());
        var height = Top + (strips.Count * (StripHeight + StripGap)) + Bottom;
        var words = string.Join("; ", strips.Select(strip => $"{strip.Title}: {strip.Now}"));
        var left = rings.Length > MostStrips ? (Html)$" {rings.Length - MostStrips} more rings are left out." : Html.Nothing;
        return $"""
            <figure tabindex="0"><svg viewBox="0 0 {Width} {height}" role="img" aria-labelledby="age-text">
            <title id="age-text">Days that {_input} was behind the newest lock of the fleet, from {_start.ToString()} to
            {_now.ToString()}. Now: {words:line}</title>
            {strips.Select((strip, i) => Draw(strip, Top + (i * (StripHeight + StripGap)), most))}{Times(height - 6)}</svg>
            <figcaption>Days that {_input} was behind the newest lock of the fleet: the light shape is the host that was farthest behind,
            the dark one the host in the middle. A mark below is a time at which locks moved; point at it to read what
            moved.{left}</figcaption></figure>

            """;

        string PlaceOf(LockOwner owner) => _page.Locks.First(status => status.Place.Sharers.Contains(owner)).Place.FullPath;
    }

    static Html Draw(Strip strip, double top, double most)
    {
        var (width, right, bottom) = ((Width - Left - Right) / Columns, Width - Right, top + StripHeight + 16);
        return $"""
            <g><text x="{Left}" y="{top + 11}">{strip.Title}</text>
            <text class="end" x="{Left - 6}" y="{bottom - StripHeight + 26}">{(int)most}d</text>
            <path class="grid" d="M{Left} {bottom}H{right}"/>
            <path class="wide" d="{Shape(strip.Farthest)}"/><path class="deep" d="{Shape(strip.Middle)}"/>
            <g class="marks">{Marks()}</g><text x="{right + 8}" y="{bottom - 4}">{strip.Now}</text></g>

            """;

        Html Shape(double[] days)
        {
            Html shape = $"M{Left} {bottom}";
            for (var i = 0; i < days.Length;)
            {
                // Columns of one height are drawn at once.
                var (height, from) = ((int)Math.Round((StripHeight - 18) * days[i] / most), i);
                while (i < days.Length && (int)Math.Round((StripHeight - 18) * days[i] / most) == height)
                    i++;
                shape.AppendFormatted((Html)$"V{bottom - height}h{(i - from) * width}");
            }
            return $"{shape}V{bottom}Z";
        }

        IEnumerable<Html> Marks() =>
            from mark in strip.Moves
            select (Html)($"<path d=\"M{Left + (mark.Column * width)} {bottom + 2}h{width - 1}v5h{1 - width}z\">"
                + $"<title>{MoveWords.Of(mark.Moves):line}</title></path>");
    }

    /// <summary>The days by which the locks of a ring were behind, column by column.</summary>
    sealed class Strip
    {
        public Strip(string title, IReadOnlyList<AgeSeries> series, Moment[] edges, Moment?[] newest)
        {
            Title = title;
            (Farthest, Middle) = (new double[edges.Length], new double[edges.Length]);
            for (var i = 0; i < edges.Length; i++)
            {
                var days = series.Select(each => each.DatedAt(edges[i])).OfType<Moment>()
                    .Select(dated => PageWords.Days(newest[i]!.Value, dated)).Order().ToList();
                HasDays |= days.Count > 0;
                if (days.Count > 0)
                    (Farthest[i], Middle[i]) = (days[^1], days[days.Count / 2]);
            }
            Moves =
            [
                .. series.SelectMany(each => each.Steps).Where(step => step.Move is not null)
                    .GroupBy(step => Math.Max(0, Array.FindIndex(edges, edge => step.At <= edge)), step => step.Move!)
                    .Select(column => (column.Key, (IReadOnlyList<LockMove>)[.. column.Distinct()])),
            ];
        }

        public string Title { get; }

        public double[] Farthest { get; }

        public double[] Middle { get; }

        public bool HasDays { get; }

        public double Most => Farthest.Max();

        public ImmutableArray<(int Column, IReadOnlyList<LockMove> Moves)> Moves { get; }

        public string Now => Farthest[^1] < 1 ? "none behind" : $"{(int)Middle[^1]}d, most {(int)Farthest[^1]}d";
    }
}
