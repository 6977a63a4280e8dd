namespace Hostlock.Tests.Support;

/// <summary>Answers of real Nix, one row a line: fields between tabs, comments after <c>#</c> in the first column.</summary>
static class NixVectors
{
    public static IEnumerable<string[]> Rows(string file) =>
        File.ReadLines(Path.Combine(Repository.Vectors("flake-nix"), file))
            .Where((line, index) => !(index < 3 && line.StartsWith("# ", StringComparison.Ordinal)))
            .Select(line => line.Split('\t'));

    /// <summary>Undoes the escapes of a field: <c>\n \r \t \0 \\</c>.</summary>
    public static string Plain(string field)
    {
        var text = new System.Text.StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            text.Append(field[i] != '\\' ? field[i] : field[++i] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                '\\' => '\\',
                var c => throw new InvalidDataException($"no escape: \\{c}"),
            });
        }
        return text.ToString();
    }
}
