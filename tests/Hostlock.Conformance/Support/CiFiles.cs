using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>The steps that docs/ci.md and action.yml have for a CI. They are read line by line, in the layout that they have.</summary>
static partial class CiFiles
{
    /// <summary>The file of a page that is shown under its path.</summary>
    public static string[] Shown(string path)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs/ci.md"));
        var start = Array.FindIndex(lines, line => Fence().Match(line) is { Success: true } fence && fence.Groups[1].Value == path);
        Assert.True(start >= 0, $"docs/ci.md shows no {path}");
        return [.. lines.Skip(start + 1).TakeWhile(line => line != "```")];
    }

    /// <summary>The lines that GitLab runs for a job, without those that bring the programs.</summary>
    public static string[] Script(string job) =>
        [.. Below(Below(Shown(".gitlab-ci.yml"), $"{job}:"), "script:")
            .Where(line => line.Length > 0)
            .Select(line => line.TrimStart()["- ".Length..])];

    /// <summary>The inputs that the last step of a job gives the action.</summary>
    public static Dictionary<string, string> Given(string workflow, string job)
    {
        var steps = Below(Shown(workflow), $"{job}:");
        var last = Array.FindLastIndex(steps, line => line.Contains("- uses: ", StringComparison.Ordinal));
        return Pairs(Below([.. steps.Skip(last + 1)], "with:"));
    }

    /// <summary>The script of the action, and the variables that it gets if a workflow gives the action this.</summary>
    public static (string Script, Dictionary<string, string> Variables) Action(Dictionary<string, string> given, string token)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "action.yml"));
        var inputs = Below(lines, "inputs:");
        string Value(string name)
        {
            var value = given.TryGetValue(name, out var set) ? set : Pairs(Below(inputs, $"{name}:")).GetValueOrDefault("default", "");
            return value.StartsWith("${{", StringComparison.Ordinal) ? token : value.Trim('"');
        }
        var step = Below(lines, "steps:");
        var variables = Pairs(Below(step, "env:"))
            .ToDictionary(pair => pair.Key, pair => Value(Input().Match(pair.Value).Groups[1].Value));
        return (string.Join('\n', Below(step, "run: |")), variables);
    }

    // The lines that belong to a key, which stand further to the right.
    static string[] Below(string[] lines, string key)
    {
        var at = Array.FindIndex(lines, line => line.TrimStart() == key);
        Assert.True(at >= 0, $"{key} is in none of the lines\n{string.Join('\n', lines)}");
        var depth = Depth(lines[at]);
        return [.. lines.Skip(at + 1).TakeWhile(line => line.Length == 0 || Depth(line) > depth)];
    }

    static int Depth(string line) => line.Length - line.TrimStart().Length;

    static Dictionary<string, string> Pairs(string[] lines) =>
        lines.Select(line => line.Trim().Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    [GeneratedRegex(@"^```\S+ (\S+)$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"\$\{\{ inputs\.([a-z-]+) \}\}")]
    private static partial Regex Input();
}
