using System.Globalization;
using System.Text;

namespace Hostlock.Benchmarks;

/// <summary>How a command grows with the hosts of a fleet, or with the nodes of its locks.</summary>
/// <param name="Of">What grows: hosts, or nodes.</param>
/// <param name="Title">What is measured, and what stays.</param>
/// <param name="Sizes">The sizes.</param>
/// <param name="Series">By command, the milliseconds of all cores at each size.</param>
sealed record GrowthCurve(string Of, string Title, int[] Sizes, IReadOnlyList<(string Command, double[] Milliseconds)> Series);

/// <summary>The page about growth, with its plot.</summary>
static class Growth
{
    const int Left = 76, Top = 40, Width = 400, Height = 240, Panel = 540;

    static readonly string[] Colors = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"];

    /// <summary>The page, in Markdown.</summary>
    public static string Page(IReadOnlyList<GrowthCurve> curves)
    {
        var text = new StringBuilder()
            .Append("# How the time grows\n\n")
            .Append("This page and its plot are written by `bench/run growth`. The times are those of all cores, in milliseconds, ")
            .Append("so that other work on the machine\nchanges them little. Both axes of the plot are logarithmic: a line at 45 degrees ")
            .Append("is growth in step with the size.\n\n![Time by hosts and by nodes](growth.svg)\n");
        foreach (var curve in curves)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {curve.Title}\n\n| {curve.Of} |");
            foreach (var (command, _) in curve.Series)
                text.Append(CultureInfo.InvariantCulture, $" `{command}` |");
            text.Append("\n|---:|").Append(string.Concat(Enumerable.Repeat("---:|", curve.Series.Count))).Append('\n');
            for (var i = 0; i < curve.Sizes.Length; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {curve.Sizes[i]:#,0} |");
                foreach (var (_, milliseconds) in curve.Series)
                    text.Append(CultureInfo.InvariantCulture, $" {milliseconds[i]:0} |");
                text.Append('\n');
            }
        }
        return text.ToString();
    }

    /// <summary>The plot, as SVG: a panel for each curve.</summary>
    public static string Plot(IReadOnlyList<GrowthCurve> curves)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Panel * curves.Count} {Top + Height + 60}\" "
                + $"font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (var i = 0; i < curves.Count; i++)
            Draw(svg, curves[i], i * Panel);
        return svg.Append("</svg>\n").ToString();
    }

    static void Draw(StringBuilder svg, GrowthCurve curve, int from)
    {
        var all = curve.Series.SelectMany(series => series.Milliseconds).ToList();
        var (low, high) = (Math.Floor(Math.Log10(all.Min())), Math.Ceiling(Math.Log10(all.Max())));
        var (first, last) = (Math.Log10(curve.Sizes[0]), Math.Log10(curve.Sizes[^1]));
        Text(from + Left, Top - 16, "start", $"{curve.Title}");
        for (var power = low; power <= high; power++)
        {
            Line(from + Left, Y(Math.Pow(10, power)), from + Left + Width, Y(Math.Pow(10, power)));
            Text(from + Left - 6, Y(Math.Pow(10, power)) + 4, "end", $"{Math.Pow(10, power):#,0} ms");
        }
        foreach (var size in curve.Sizes)
        {
            Line(X(size), Top, X(size), Top + Height);
            Text(X(size), Top + Height + 18, "middle", $"{size:#,0}");
        }
        Text(from + Left + (Width / 2), Top + Height + 38, "middle", $"{curve.Of}");
        foreach (var ((command, milliseconds), i) in curve.Series.Select((series, i) => (series, i)))
        {
            var points = string.Join(' ', curve.Sizes.Zip(milliseconds, (size, time) => Invariant($"{X(size):0.0},{Y(time):0.0}")));
            svg.Append(Invariant($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{Colors[i]}\" stroke-width=\"2\"/>\n"));
            svg.Append(
                Invariant($"<text x=\"{from + Left + 10}\" y=\"{Top + 18 + (16 * i)}\" fill=\"{Colors[i]}\">{command}</text>\n"));
        }

        double X(double size) => from + Left + (last > first ? (Math.Log10(size) - first) / (last - first) * Width : 0);
        double Y(double time) => Top + Height - ((Math.Log10(time) - low) / (high - low) * Height);
        void Line(double x1, double y1, double x2, double y2) =>
            svg.Append(Invariant($"<path d=\"M{x1:0.0} {y1:0.0}L{x2:0.0} {y2:0.0}\" stroke=\"#ddd\"/>\n"));
        void Text(double x, double y, string anchor, FormattableString words) =>
            svg.Append(Invariant($"<text x=\"{x:0.0}\" y=\"{y:0.0}\" text-anchor=\"{anchor}\">{Invariant(words)}</text>\n"));
    }

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
