using System.Text;

namespace Hostlock.Tests.Scripts;

/// <summary>
/// A text with files behind it (golang.org/x/tools/txtar): the text, then for each file a line <c>-- name --</c> and its
/// contents.
/// </summary>
sealed record Txtar(string Text, IReadOnlyList<(string Name, string Contents)> Files)
{
    public static Txtar Parse(string source)
    {
        var text = new StringBuilder();
        var files = new List<(string, string)>();
        string? name = null;
        var part = new StringBuilder();
        foreach (var line in source.Split('\n'))
        {
            if (line is ['-', '-', ' ', .. var middle, ' ', '-', '-'])
            {
                Close();
                name = middle.Trim();
            }
            else
            {
                part.Append(line).Append('\n');
            }
        }
        // What follows the last line break is no line.
        part.Length--;
        Close();
        return new(text.ToString(), files);

        void Close()
        {
            if (name is null)
                text.Append(part);
            else
                files.Add((name, part.ToString()));
            part.Clear();
        }
    }

    public Txtar With(string name, string contents) =>
        this with { Files = [.. Files.Select(file => file.Name == name ? (name, contents) : file)] };

    public override string ToString() =>
        Text + string.Concat(Files.Select(file => $"-- {file.Name} --\n{file.Contents}{(file.Contents is "" or [.., '\n'] ? "" : "\n")}"));
}
