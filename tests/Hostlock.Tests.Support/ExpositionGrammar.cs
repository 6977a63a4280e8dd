using System.Globalization;
using System.Text.RegularExpressions;

namespace Hostlock.Tests.Support;

/// <summary>
/// Reads the text that Prometheus reads, as strictly as <c>promtool check metrics</c>: what that refuses or complains of is an error here.
/// If this machine has promtool, it is asked as well.
/// </summary>
static partial class ExpositionGrammar
{
    // The rules of promtool's linter for names: promlint of prometheus/client_golang.
    static readonly string[] Reserved = ["_total", "_count", "_bucket", "_sum", "_info"];
    static readonly string[] OddUnits = ["_ms", "_minutes", "_hours", "_days", "_millis", "_milliseconds", "_kilobytes", "_percent"];

    [GeneratedRegex("""^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$""")]
    private static partial Regex About();

    [GeneratedRegex(
        """^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[0-9][0-9.eE+-]*)$""")]
    private static partial Regex Series();

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex Plain();

    /// <summary>Reads a text.</summary>
    /// <returns>The numbers by series: <c>hostlock_in_sync{host="plex"}</c>.</returns>
    /// <exception cref="FormatException">The text is no exposition, or one that the linter complains of.</exception>
    public static Dictionary<string, double> Read(string text)
    {
        var (numbers, done) = (new Dictionary<string, double>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var (helped, typed) = ("", "");
        if (text.Length > 0 && text[^1] != '\n')
            throw new FormatException("the last line does not end");
        foreach (var line in text.Split('\n')[..^1])
        {
            if (About().Match(line) is { Success: true } about)
            {
                var (kind, name) = (about.Groups[1].Value, about.Groups[2].Value);
                Need(kind == "HELP" || (helped == name && about.Groups[3].Value == "gauge"), line);
                Need(kind == "TYPE" || done.Add(name), line);
                Need(Plain().IsMatch(name) && !Array.Exists([.. Reserved, .. OddUnits], name.EndsWith), line);
                _ = kind == "HELP" ? helped = name : typed = name;
                continue;
            }
            var series = Series().Match(line);
            Need(series.Success && series.Groups[1].Value == typed && helped == typed, line);
            Need(!series.Groups[2].Value.EndsWith(','), line);
            var key = line[..^(series.Groups[3].Length + 1)];
            Need(numbers.TryAdd(key, double.Parse(series.Groups[3].Value, CultureInfo.InvariantCulture)), line);
        }
        return Promtool.Complaint(text) is { Length: > 0 } complaint ? throw new FormatException(complaint) : numbers;
    }

    static void Need(bool isSo, string line)
    {
        if (!isSo)
            throw new FormatException(line);
    }
}
