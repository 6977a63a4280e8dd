using System.CommandLine;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Reporting.Pages;

namespace Hostlock.Cli.Commands;

/// <summary>Writes a page that shows the fleet, or the text of a request.</summary>
sealed class ReportCommand : FleetCommand
{
    const string Html = "html", Markdown = "markdown", StandardOutput = "-";

    readonly Option<string?> _output = new("--output", "-o")
    {
        Description = $"The file to write; - for the standard output [default: {ReportFile.PageName}]",
        HelpName = "FILE",
    };
    readonly Option<bool> _open = new("--open") { Description = "Show the page in a browser" };
    readonly Option<bool> _live = new("--live") { Description = "Ask the machines what they run" };
    readonly Option<string> _format = NewFormat();
    readonly CommitOption _base = new("--base")
    {
        Description = "With markdown: the commit that the locks are compared with",
        HelpName = "COMMIT",
    };
    readonly Option<bool> _closure = new("--closure") { Description = "With markdown: also compare the packages of the systems" };

    public override CommandNature Nature => new(NetworkUse.None)
    {
        MayBePartial = true,
        WhyNoJson = "what it shows is in 'status --json', 'check --json', 'log --json' and 'follows --json'",
    };

    protected override Command Describe() => new("report", """
        Write a page that shows the fleet, or the text of a request

        The page is one HTML file that needs no network: who has what, the age of the
        locks over time, the last moves, what to do, and what check finds. As Markdown,
        it says what moved since a commit, for a request or the summary of a job.

          hostlock report --open
          hostlock report --format markdown --base origin/main
        """)
    { _output, _open, _live, _format, _base, _closure };

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var isPage = run.Value(_format) == Html;
        (string Name, bool IsGiven)[] ofOther = isPage
            ? [("--base", run.Value(_base) is not null), ("--closure", run.Value(_closure))]
            : [("--open", run.Value(_open)), ("--live", run.Value(_live))];
        return ofOther.FirstOrDefault(option => option.IsGiven) is { Name: { } name }
            ? throw FleetException.NotInThisFormat(name, isPage ? Markdown : Html)
            : isPage ? WritePageAsync(run) : WriteMarkdownAsync(run);
    }

    async Task<ExitCode> WritePageAsync(CommandRun run)
    {
        var isPrinted = run.Value(_output) == StandardOutput;
        if (run.Value(_open))
        {
            if (isPrinted)
                throw FleetException.ShowsNoFile();
            if (!run.Surroundings.HasDisplay)
                throw FleetException.NoDisplay();
        }
        var reading = new FleetPageReading(run);
        var page = await reading.ReadAsync(run.Value(_live) ? await reading.AskMachinesAsync() : null);
        var text = HtmlPage.Render(page);
        if (isPrinted)
            run.Terminal.Exact(text);
        else
            await WriteAsync(run, run.Value(_output) ?? ReportFile.PageName, text);
        return page.Machines?.All(machine => machine.Facts is not null) is false ? ExitCode.Partly : ExitCode.Done;
    }

    async Task<ExitCode> WriteMarkdownAsync(CommandRun run)
    {
        var text = MarkdownText.Render(await new FleetPageReading(run).ReadMovesAsync(run.Value(_base), run.Value(_closure)));
        if (run.Value(_output) is { } file and not StandardOutput)
            await WriteAsync(run, file, text);
        else
            run.Terminal.Data(text);
        return ExitCode.Done;
    }

    async Task WriteAsync(CommandRun run, string name, string text)
    {
        var file = new ReportFile(run.Processes, Path.GetFullPath(name, run.Surroundings.Folder), run.Value(_output) is not null);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), run.CancellationToken);
        run.Terminal.Talk($"written: {Visible.Name(name)}\n");
        if (run.Value(_open))
            await file.ShowAsync(run.CancellationToken);
    }

    static Option<string> NewFormat() => CommonOptions.OneOf(
        new("--format")
        {
            Description = "The form of the report: html or markdown",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Html,
        },
        Html, Markdown);
}
