namespace Hostlock.Fleets;

/// <summary>The part of what nix prints that says what is wrong.</summary>
static class NixComplaint
{
    const int MaximumLines = 12;

    /// <summary>The error behind a trace, with the place that it names; the last lines of the text if it has no trace.</summary>
    /// <param name="said">The output of nix.</param>
    public static string Of(string said)
    {
        var lines = said.Split('\n');
        // The trace comes first, and the error behind it stands further to the right, with all of its lines.
        var at = Array.FindLastIndex(lines, line => line.TrimStart().StartsWith("error: ", StringComparison.Ordinal));
        var indent = at < 0 ? 0 : Indent(lines[at]);
        return indent == 0
            ? string.Join('\n', lines.TakeLast(MaximumLines))
            : string.Join('\n', lines[at..].Take(MaximumLines).Select(line => line[Math.Min(indent, Indent(line))..]));
    }

    static int Indent(string line) => line.Length - line.TrimStart().Length;
}
