using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>
/// Prints the help of a command: its purpose, its usage, its arguments and options, and the options that all commands share.
/// </summary>
sealed class HelpPage : SynchronousCommandLineAction
{
    // The width of the terminal that everybody has.
    const int Columns = 80;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(Render(parseResult.CommandResult.Command));
        return (int)ExitCode.Done;
    }

    /// <summary>The help of a command as text.</summary>
    public static string Render(Command command)
    {
        var help = HelpContents.Of(command);
        var text = new StringBuilder(help.Description)
            .Append("\n\nUsage: ")
            .Append(Path(command))
            .Append(' ')
            .Append(help.Usage)
            .Append('\n');
        foreach (var (title, rows) in help.Sections)
        {
            var width = rows.Max(row => row.Left.Length) + 2;
            text.Append(CultureInfo.InvariantCulture, $"\n{title}:\n");
            foreach (var (left, right) in rows)
                text.Append(left.PadRight(width)).AppendJoin($"\n{new string(' ', width)}", Lines(right, Columns - width)).Append('\n');
        }
        return text.ToString();
    }

    // The words of a text in lines of a width.
    static List<string> Lines(string text, int width)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= width)
                lines[^1] += $" {word}";
            else
                lines.Add(word);
        }
        return lines;
    }

    /// <summary>The name of a command with the names of those above it: <c>hostlock update</c>.</summary>
    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "hostlock";
}
