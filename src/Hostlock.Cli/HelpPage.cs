using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>
/// Prints the help of a command: its purpose, its usage, examples, its arguments and options, the options that all commands share, and its
/// exit codes.
/// </summary>
/// <param name="width">The width in columns.</param>
sealed class HelpPage(int width) : SynchronousCommandLineAction
{
    // Longer lines are hard to read, and shorter ones leave no room beside the options.
    const int Widest = 100, Narrowest = 40;

    // The width of the terminal that everybody has.
    const int Usual = 80;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(Render(parseResult.CommandResult.Command, width));
        return (int)ExitCode.Done;
    }

    /// <summary>The columns of the help at a terminal, or in a pipe.</summary>
    public static int WidthFor(Surroundings surroundings) =>
        surroundings is { IsTerminal: true, Width: > 0 } ? Math.Clamp(surroundings.Width, Narrowest, Widest) : Usual;

    /// <summary>The help of a command as text.</summary>
    /// <param name="command">The command.</param>
    /// <param name="width">The width in columns.</param>
    public static string Render(Command command, int width)
    {
        var help = HelpContents.Of(command);
        var text = new StringBuilder().AppendJoin('\n', Lines(help.Summary, width)).Append('\n');
        foreach (var paragraph in help.Paragraphs)
            text.Append('\n').AppendJoin('\n', Lines(paragraph, width)).Append('\n');
        text.Append("\nUsage: ").Append(Usage(command)).Append('\n');
        if (help.Examples.Count > 0)
            text.Append("\nExamples:\n");
        foreach (var example in help.Examples)
            text.Append("  ").Append(example).Append('\n');
        // One column for the groups of commands together, and one for options.
        var commands = help.Sections.TakeWhile(section => section.Title != "Options" && section.Title != "Common options").ToList();
        Append(text, commands, width);
        Append(text, [.. help.Sections.Skip(commands.Count)], width);
        Append(text, [help.Codes], width);
        return text.ToString();
    }

    static void Append(StringBuilder text, List<HelpSection> sections, int width)
    {
        var column = sections.SelectMany(section => section.Rows).Select(row => row.Left.Length).DefaultIfEmpty().Max() + 4;
        foreach (var (title, rows) in sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{title}:\n");
            foreach (var (left, right) in rows)
            {
                text.Append($"  {left}".PadRight(column))
                    .AppendJoin($"\n{new string(' ', column)}", Lines(right, Math.Max(width - column, Narrowest / 2))).Append('\n');
            }
        }
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
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : ProgramCommand.ProgramName;

    /// <summary>The words of a command in one line: <c>hostlock update [OPTIONS] [HOST...]</c>.</summary>
    public static string Usage(Command command) => $"{Path(command)} {HelpContents.Of(command).Usage}";
}
