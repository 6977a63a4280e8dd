using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>The help of a command: what it does, how it is used, its arguments and options, and those all commands have.</summary>
sealed class HelpPage : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(Render(parseResult.CommandResult.Command));
        return (int)ExitCode.Done;
    }

    public static string Render(Command command)
    {
        var help = HelpContents.Of(command);
        var text = new StringBuilder(help.Description).Append("\n\nUsage: ").Append(Path(command)).Append(' ').Append(help.Usage).Append('\n');
        foreach (var (title, rows) in help.Sections)
        {
            var width = rows.Max(row => row.Left.Length) + 2;
            text.Append(CultureInfo.InvariantCulture, $"\n{title}:\n");
            foreach (var (left, right) in rows)
                text.Append(left.PadRight(width)).Append(right).Append('\n');
        }
        return text.ToString();
    }

    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "hostlock";
}
