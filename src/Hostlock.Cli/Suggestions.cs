using System.CommandLine;
using System.Globalization;

namespace Hostlock.Cli;

/// <summary>
/// The words that may stand at a place of a command line. The scripts of <c>hostlock completion</c> ask for them with
/// <c>hostlock "[suggest:POSITION]" "LINE"</c>.
/// </summary>
static class Suggestions
{
    /// <summary>Reads such a request; null where the words are something else.</summary>
    public static (int Position, string Line)? TryParse(IReadOnlyList<string> words)
    {
        const string prefix = "[suggest:";
        return words is [['[', .., ']'] request, var line]
            && request.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(request.AsSpan(prefix.Length, request.Length - prefix.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? (position, line)
            : null;
    }

    public static IEnumerable<string> At(int position, string line, RootCommand root, ParserConfiguration configuration, Surroundings surroundings)
    {
        // A shell may count bytes; then the line has letters that are longer, and the end is meant.
        var before = line[..Math.Min(position, line.Length)].TrimStart();
        // The first word is the name of the program, however it was called.
        var rest = before.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var end ? before[(end + 1)..] : "";
        var isOption = rest[(rest.LastIndexOf(' ') + 1)..].StartsWith('-');
        // The words are completed from the flake that the command would be about.
        if (!rest.Contains("-C ", StringComparison.Ordinal) && !rest.Contains("--flake", StringComparison.Ordinal))
            rest = $"--flake \"{surroundings.FlakeFolder}\" {rest}";
        try
        {
            return [.. root.Parse(rest, configuration).GetCompletions(rest.Length)
                .Select(item => item.Label)
                .Where(word => word.StartsWith('-') == isOption)
                .Distinct()];
        }
        catch (HostlockException)
        {
            // In the middle of typing there may be no fleet, or a word that is not one yet; there is nothing to offer then.
            return [];
        }
    }
}
