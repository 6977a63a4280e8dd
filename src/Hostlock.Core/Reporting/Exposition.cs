using System.Globalization;
using System.Text;

namespace Hostlock.Reporting;

/// <summary>
/// Writes the text that Prometheus reads: families of numbers, each with a sentence and its samples. A family without samples is left out,
/// because unknown numbers are absent.
/// </summary>
/// <remarks>The text format 0.0.4 of the Prometheus documentation, "Exposition formats". A reader refuses the whole text if one series
/// comes twice.</remarks>
sealed class Exposition
{
    readonly StringBuilder _text = new();

    /// <summary>A number, and the labels that say whose it is.</summary>
    /// <param name="Value">The number; null if it is not known.</param>
    /// <param name="Labels">The names and values of the labels. A value is any text.</param>
    public readonly record struct Sample(double? Value, params (string Name, string Value)[] Labels);

    /// <summary>Adds a family of numbers that rise and fall.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="help">A sentence that says what the numbers are, on one line.</param>
    /// <param name="samples">The numbers.</param>
    public void AddGauges(string name, string help, IEnumerable<Sample> samples)
    {
        var isFirst = true;
        foreach (var (series, value) in samples.Where(sample => sample.Value is not null)
                     .Select(sample => (Series: SeriesOf(name, sample.Labels), Value: sample.Value!.Value))
                     .DistinctBy(sample => sample.Series))
        {
            if (isFirst)
                _text.Append($"# HELP {name} {help}\n# TYPE {name} gauge\n");
            isFirst = false;
            _text.Append(CultureInfo.InvariantCulture, $"{series} {value}\n");
        }
    }

    /// <summary>All families, in the order in which they were added.</summary>
    public override string ToString() => _text.ToString();

    static string SeriesOf(string name, (string Name, string Value)[] labels) =>
        labels.Length == 0 ? name : $"{name}{{{string.Join(',', labels.Select(label => $"{label.Name}=\"{Escaped(label.Value)}\""))}}}";

    // Shown names have no line feeds. A CI may print the text.
    static string Escaped(string value) =>
        Visible.Rendered(Visible.Name(value), [])
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
