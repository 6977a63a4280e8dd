using System.Text;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>Writes paths as the patterns of a .gitattributes. The one place where a path becomes a part of such a file.</summary>
/// <remarks>gitattributes(5) and gitignore(5).</remarks>
public static class GitPattern
{
    /// <summary>The pattern, or the beginning of one, that stands for exactly this path.</summary>
    /// <param name="path">The path as git knows it, relative to the folder of the file.</param>
    public static string Of(string path)
    {
        var pattern = new StringBuilder();
        foreach (var c in path)
        {
            if (c is '*' or '?' or '[' or '\\' || (c is '!' or '#' && pattern.Length == 0))
                pattern.Append('\\');
            pattern.Append(c);
        }
        return pattern.ToString();
    }

    /// <summary>The first word of a line: the pattern, in quotes if git would take it apart or read it otherwise.</summary>
    /// <param name="pattern">The pattern.</param>
    public static string Word(string pattern) =>
        pattern.Any(c => c is '"' || char.IsWhiteSpace(c))
            ? $"\"{pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : pattern;
}
