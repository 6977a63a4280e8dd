using System.CommandLine;
using System.Globalization;

namespace Hostlock.Cli;

/// <summary>
/// The words that may follow at a position of a command line. The scripts of <c>hostlock completion</c> ask for them by <c>hostlock
/// "[suggest:POSITION]" "LINE"</c>. A shell puts a word into the line as it is, and names in a lock or a setting may be anybody's. So a
/// word that would mean more to a shell than its letters is not among them.
/// </summary>
static class Suggestions
{
    /// <summary>Reads such a request; null if the words are not one.</summary>
    public static (int Position, string Line)? TryParse(IReadOnlyList<string> words)
    {
        const string prefix = "[suggest:";
        return words is [['[', .., ']'] request, var line]
            && request.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(
                request.AsSpan(prefix.Length, request.Length - prefix.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var position)
            ? (position, line)
            : null;
    }

    /// <summary>The words that may follow.</summary>
    /// <param name="position">The position of the cursor in the line, in characters or bytes.</param>
    /// <param name="line">The line with the name of the program.</param>
    /// <param name="root">All commands.</param>
    /// <param name="configuration">How the line is parsed.</param>
    /// <param name="surroundings">Everything outside the program.</param>
    public static IEnumerable<string> At(
        int position, string line, RootCommand root, ParserConfiguration configuration, Surroundings surroundings)
    {
        // A shell may count in bytes. The position is then beyond the end of a line with longer letters, and means the end.
        var before = line[..Math.Min(position, line.Length)].TrimStart();
        // The first word is the name of the program, in any spelling.
        var rest = before.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var end ? before[(end + 1)..] : "";
        var isOption = rest[(rest.LastIndexOf(' ') + 1)..].StartsWith('-');
        // The words are completed from the flake that the command would work on.
        if (!rest.Contains("-C ", StringComparison.Ordinal) && !rest.Contains("--flake", StringComparison.Ordinal))
            rest = $"--flake \"{surroundings.FlakeFolder}\" {rest}";
        try
        {
            return [.. root.Parse(rest, configuration).GetCompletions(rest.Length)
                .Select(item => item.Label)
                .Where(word => word.StartsWith('-') == isOption && ShellWord.Quote(word) == word)
                .Distinct()];
        }
        catch (HostlockException)
        {
            // In the middle of typing, a fleet may be missing or a word may be incomplete; nothing is suggested then.
            return [];
        }
    }
}
