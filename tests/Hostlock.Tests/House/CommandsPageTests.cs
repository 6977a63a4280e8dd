using System.CommandLine;
using System.Globalization;
using System.Text;
using Hostlock.Cli;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>docs/commands.md says what the help says: <c>HOSTLOCK_BLESS=1</c> rewrites it.</summary>
public class CommandsPageTests
{
    [Fact]
    public void The_page_of_the_commands_is_made_of_their_help()
    {
        var file = Path.Combine(Repository.Root, "docs/commands.md");
        var text = Render(App.Whole(CliTests.Nowhere));

        if (Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    static string Render(ProgramCommand root)
    {
        var text = new StringBuilder("# Commands\n\nThe same as `hostlock help COMMAND`, and made of it.\n");
        var help = HelpContents.Of(root);
        foreach (var group in help.Sections.TakeWhile(section => section.Title != "Options" && section.Title != "Common options"))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {group.Title}\n\n| command | does |\n|---|---|\n");
            foreach (var (name, summary) in group.Rows)
                text.Append(CultureInfo.InvariantCulture, $"| [`{name}`](#hostlock-{name}) | {Escaped(summary)} |\n");
            foreach (var command in root.Subcommands.Where(command => group.Rows.Any(row => row.Left == command.Name))
                .SelectMany(command => command.Subcommands.Prepend(command)))
                Append(text, command);
        }
        text.Append("\n## Exit codes\n\n");
        Append(text, help.Codes);
        return text.ToString();
    }

    static void Append(StringBuilder text, Command command)
    {
        var help = HelpContents.Of(command);
        text.Append(CultureInfo.InvariantCulture, $"\n### {HelpPage.Path(command)}\n\n{Escaped(help.Summary)}.\n");
        foreach (var paragraph in help.Paragraphs)
            text.Append(CultureInfo.InvariantCulture, $"\n{Escaped(paragraph)}\n");
        text.Append(CultureInfo.InvariantCulture, $"\n```\n{HelpPage.Usage(command)}\n\n");
        foreach (var example in help.Examples)
            text.Append(CultureInfo.InvariantCulture, $"{example}\n");
        text.Append("```\n\n");
        foreach (var section in help.Sections.Where(section => section.Title is "Arguments" or "Options" or "Commands"))
            Append(text, section);
        var common = help.Sections.Where(section => section.Title == "Common options").SelectMany(section => section.Rows)
            .Select(row => $"`{row.Left.Trim()}`");
        text.Append(CultureInfo.InvariantCulture, $"\nCommon options: {string.Join(", ", common)}. ");
        text.Append(CultureInfo.InvariantCulture, $"Exit codes: {string.Join(", ", help.Codes.Rows.Select(row => row.Left))}.\n");
    }

    static void Append(StringBuilder text, HelpSection section)
    {
        foreach (var (left, right) in section.Rows)
            text.Append(CultureInfo.InvariantCulture, $"- `{left.Trim()}`: {Escaped(right)}\n");
    }

    // A word in angle brackets or between two asterisks would be markup.
    static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
