using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Layouts;

/// <summary>One step of a recipe.</summary>
abstract record RecipeStep(int Line)
{
    /// <summary>A file is written: a fenced block whose info string has its path, <c>```nix hosts/plex/flake.nix</c>.</summary>
    public sealed record WriteFile(int Line, string Path, string Text) : RecipeStep(Line);

    /// <summary>A command is typed, and says this; <c>…</c> stands for any words of a line, and on a line of its own for any
    /// lines.</summary>
    public sealed record Command(int Line, string Text, IReadOnlyList<string> Says) : RecipeStep(Line);

    /// <summary>Upstream moves: <c>&lt;!-- upstream: NixOS/nixpkgs nixos-unstable 26.05.2 --&gt;</c>.</summary>
    public sealed record Upstream(int Line, string Repository, string Branch, string Version) : RecipeStep(Line);

    /// <summary>Something happens to fake hosts: <c>&lt;!-- fleet: fault plex unit broken --&gt;</c>.</summary>
    public sealed record Fleet(int Line, string What) : RecipeStep(Line);
}

/// <summary>A page of the documents as what its reader would do, step by step.</summary>
/// <param name="Page">Its path in the repository.</param>
/// <param name="Needs">The oldest Nix that can do it: <c>2.8</c> or <c>2.26</c>.</param>
/// <param name="Steps">What is done, in the order of the page.</param>
sealed partial record Recipe(string Page, string Needs, IReadOnlyList<RecipeStep> Steps)
{
    public static Recipe Read(string file)
    {
        var steps = new List<RecipeStep>();
        var needs = "2.8";
        var lines = File.ReadAllLines(file);
        for (var i = 0; i < lines.Length; i++)
        {
            if (NeedsNix().Match(lines[i]) is { Success: true } release)
                needs = release.Groups[1].Value;
            else if (UpstreamMoves().Match(lines[i]) is { Success: true } moves)
                steps.Add(new RecipeStep.Upstream(i + 1, moves.Groups[1].Value, moves.Groups[2].Value, moves.Groups[3].Value));
            else if (HappensToHosts().Match(lines[i]) is { Success: true } happens)
                steps.Add(new RecipeStep.Fleet(i + 1, happens.Groups[1].Value));
            else if (Fence().Match(lines[i]) is { Success: true } fence)
            {
                var start = i + 1;
                while (lines[++i] != "```")
                {
                }
                if (fence.Groups[1].Value == "console")
                    steps.AddRange(Commands(lines, start, i));
                else if (fence.Groups[2].Value is { Length: > 0 } path)
                    steps.Add(new RecipeStep.WriteFile(start, path, string.Concat(lines[start..i].Select(line => line + "\n"))));
            }
        }
        return new(Path.GetRelativePath(Repository.Root, file), needs, steps);
    }

    static IEnumerable<RecipeStep> Commands(string[] lines, int start, int end)
    {
        for (var i = start; i < end;)
        {
            var (line, command) = (i + 1, lines[i++]);
            var says = new List<string>();
            while (i < end && !lines[i].StartsWith("$ ", StringComparison.Ordinal))
                says.Add(lines[i++]);
            // What comes after two blanks and a # is for the reader.
            yield return new RecipeStep.Command(line, Remark().Replace(command[2..], ""), says);
        }
    }

    /// <summary>The expected output of a command, as an expression for the real output.</summary>
    public static Regex Pattern(IReadOnlyList<string> says)
    {
        var pattern = new StringBuilder("^");
        foreach (var line in says)
        {
            pattern.Append(
                line.Trim() == "…" ? "(?:.*\\n)*?" : Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal) + "\\n");
        }
        return new(pattern.Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    [GeneratedRegex("^```(\\S+)(?: (\\S+))?$")]
    private static partial Regex Fence();

    [GeneratedRegex("^<!-- needs Nix (\\S+) -->$")]
    private static partial Regex NeedsNix();

    [GeneratedRegex("^<!-- upstream: (\\S+) (\\S+) (\\S+) -->$")]
    private static partial Regex UpstreamMoves();

    [GeneratedRegex("^<!-- fleet: (.+) -->$")]
    private static partial Regex HappensToHosts();

    [GeneratedRegex("  +#.*$")]
    private static partial Regex Remark();
}
