using System.Text;

namespace Hostlock.Fetching.Git;

/// <summary>A file of git's settings: <c>.git/config</c>, <c>.gitmodules</c>. Included files are not followed.</summary>
/// <remarks>git's Documentation: git-config(1), Syntax.</remarks>
sealed class GitConfig
{
    readonly List<(string Section, string Subsection, string Key, string Value)> _settings = [];

    /// <summary>Reads the settings of a repository, without those of the user and the machine.</summary>
    public static GitConfig OfRepository(GitPlace place) => Parse(GitPlace.Text(Path.Combine(place.Common, "config")) ?? "");

    /// <summary>Reads the text of a file. A line that makes no sense is ignored.</summary>
    public static GitConfig Parse(string text)
    {
        var config = new GitConfig();
        var (section, subsection) = ("", "");
        foreach (var line in Joined(text))
        {
            var rest = line.TrimStart();
            if (rest.StartsWith('['))
            {
                var end = Header(rest, out section, out subsection);
                rest = rest[end..].TrimStart();
            }
            if (rest.Length == 0 || rest[0] is '#' or ';')
                continue;
            var equals = rest.IndexOf('=', StringComparison.Ordinal);
            var key = (equals < 0 ? rest : rest[..equals]).Trim().ToLowerInvariant();
            config._settings.Add((section, subsection, key, equals < 0 ? "true" : Value(rest[(equals + 1)..])));
        }
        return config;
    }

    /// <summary>
    /// The last value of <c>section.key</c> or <c>section.subsection.key</c>; section and key are in lower case. Null if the file has no
    /// such setting.
    /// </summary>
    public string? Text(string name)
    {
        var (first, last) = (name.IndexOf('.', StringComparison.Ordinal), name.LastIndexOf('.'));
        var subsection = first == last ? "" : name[(first + 1)..last];
        return _settings.LastOrDefault(
            one => one.Section == name[..first] && one.Subsection == subsection && one.Key == name[(last + 1)..]).Value;
    }

    /// <summary>True if git would read the setting as true.</summary>
    public bool IsTrue(string name) => Text(name)?.ToLowerInvariant() is "true" or "yes" or "on" or "1";

    /// <summary>The names that a section without subsections sets, in lower case and each once.</summary>
    public IEnumerable<string> Keys(string section) =>
        _settings.Where(setting => setting.Section == section && setting.Subsection.Length == 0)
            .Select(setting => setting.Key)
            .Distinct(StringComparer.Ordinal);

    /// <summary>The subsections of a section, such as <c>submodule "NAME"</c>, in order and each once.</summary>
    public IEnumerable<string> Subsections(string section) =>
        _settings.Where(one => one.Section == section && one.Subsection.Length > 0)
            .Select(one => one.Subsection)
            .Distinct(StringComparer.Ordinal);

    // A line that ends in a backslash continues on the next line, unless it is a comment.
    static IEnumerable<string> Joined(string text)
    {
        var open = new StringBuilder();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            var isComment = open.Length == 0 && line.TrimStart() is ['#' or ';', ..];
            var slashes = line.Length - line.TrimEnd('\\').Length;
            if (!isComment && slashes % 2 == 1)
            {
                open.Append(line, 0, line.Length - 1);
                continue;
            }
            yield return open.Append(line).ToString();
            open.Clear();
        }
        if (open.Length > 0)
            yield return open.ToString();
    }

    // [section], [section "Sub \"section"], and the old [section.sub]. Returns the offset of the header's end.
    static int Header(string line, out string section, out string subsection)
    {
        var name = new StringBuilder();
        StringBuilder? quoted = null;
        var i = 1;
        for (; i < line.Length && line[i] != ']'; i++)
        {
            if (line[i] != '"')
            {
                name.Append(line[i]);
                continue;
            }
            quoted = new();
            for (i++; i < line.Length && line[i] != '"'; i++)
            {
                if (line[i] == '\\' && i + 1 < line.Length)
                    i++;
                quoted.Append(line[i]);
            }
        }
        section = name.ToString().Trim().ToLowerInvariant();
        subsection = quoted?.ToString() ?? "";
        if (quoted is null && section.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
            (section, subsection) = (section[..dot], section[(dot + 1)..]);
        return Math.Min(i + 1, line.Length);
    }

    static string Value(string text)
    {
        var value = new StringBuilder();
        var isQuoted = false;
        var kept = 0;
        foreach (var c in Unescaped(text.Trim()))
        {
            if (c is { IsEscaped: false, Character: '"' })
            {
                isQuoted = !isQuoted;
                kept = value.Length;
                continue;
            }
            if (c is { IsEscaped: false, Character: '#' or ';' } && !isQuoted)
                break;
            value.Append(c.Character);
            if (isQuoted || c.IsEscaped || !char.IsWhiteSpace(c.Character))
                kept = value.Length;
        }
        return value.ToString(0, kept);
    }

    static IEnumerable<(char Character, bool IsEscaped)> Unescaped(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                yield return (text[i], false);
                continue;
            }
            i++;
            yield return (text[i] switch { 'n' => '\n', 't' => '\t', 'b' => '\b', var other => other }, true);
        }
    }
}
