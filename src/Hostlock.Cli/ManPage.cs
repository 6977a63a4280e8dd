using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Hostlock.Cli;

/// <summary>The manual page of a command, in the man macros of troff, with the contents of <c>--help</c>.</summary>
/// <remarks>man(7), man-pages(7).</remarks>
static class ManPage
{
    static readonly (ExitCode Code, string Meaning)[] Codes =
    [
        (ExitCode.Done, "Done."),
        (
            ExitCode.No,
            "The answer is no: a check found something, locks differ, a promotion or a downgrade was refused, a merge conflicts."),
        (ExitCode.BadRequest, "The request makes no sense: usage, an unknown host, a file that cannot be read."),
        (ExitCode.Outside, "The world outside failed: network, git, disk."),
        (ExitCode.Partly, "Finished, but not for all hosts, or not for all inputs."),
        (ExitCode.Waiting, "It waits for a person, or for a time."),
        (ExitCode.Busy, "Another hostlock is writing here, or switching these machines."),
        (ExitCode.Bug, "A bug."),
        (ExitCode.Interrupted, "Interrupted."),
    ];

    /// <summary>The name of a page, without its section: <c>hostlock-update</c>.</summary>
    public static string Name(Command command) => HelpPage.Path(command).Replace(' ', '-');

    /// <summary>The page of a command.</summary>
    public static string Render(Command command)
    {
        var help = HelpContents.Of(command);
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $".TH \"{Name(command).ToUpperInvariant()}\" \"1\" \"\" \"hostlock {App.Version}\" \"hostlock\"\n");
        text.Append(CultureInfo.InvariantCulture, $".SH NAME\n{Plain(Name(command))} \\- {Plain(help.Summary.TrimEnd('.'))}\n");
        text.Append(CultureInfo.InvariantCulture, $".SH SYNOPSIS\n.B {Plain(HelpPage.Path(command))}\n{Plain(help.Usage)}\n");
        if (help.Details.Any())
            text.Append(".SH DESCRIPTION\n");
        // An empty line parts paragraphs. A line that begins with a blank, as examples do, is not filled.
        foreach (var line in help.Details)
            text.Append(line.Length == 0 ? ".PP" : Plain(line)).Append('\n');
        foreach (var (title, rows) in help.Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $".SH {title.ToUpperInvariant()}\n");
            foreach (var (left, right) in rows)
                text.Append(CultureInfo.InvariantCulture, $".TP\n.B {Plain(left.Trim())}\n{Plain(right)}\n");
        }
        text.Append(".SH EXIT STATUS\n");
        foreach (var (code, meaning) in Codes)
            text.Append(CultureInfo.InvariantCulture, $".TP\n.B {(int)code}\n{meaning}\n");
        var others = command.Parents.OfType<Command>().Concat(command.Subcommands.Where(each => !each.Hidden)).ToList();
        text.Append(".SH SEE ALSO\n").AppendJoin(", ", others.Select(each => $"\\fB{Plain(Name(each))}\\fR(1)")).Append('\n');
        return text.ToString();
    }

    // A backslash is troff's escape. A bare dash would become a hyphen, which a search does not find. A dot or a quote at the beginning of
    // a line would be a request.
    static string Plain(string text)
    {
        var plain = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return plain.StartsWith('.') || plain.StartsWith('\'') ? $"\\&{plain}" : plain;
    }
}
