using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Fleets.Changes;
using Hostlock.Flakes;
using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>The common part of the commands that change what is declared: the options, the call, and the output. A run that was broken off
/// is finished.</summary>
sealed class DeclarationChanging
{
    readonly Option<string?> _host = NewHost();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_host, _dryRun];

    /// <summary>Changes what is declared, and brings the locks in line.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them, without its options.</param>
    /// <param name="changes">The changes.</param>
    public Task<ExitCode> RunAsync(CommandRun run, IEnumerable<string> words, IEnumerable<InputChange> changes)
    {
        var host = run.Value(_host) is { } word ? run.HostNamed(word).Name : (HostName?)null;
        return RunAsync(
            run, [.. words, .. host is { } name ? new[] { _host.Name, name.ToString() } : []], new([.. changes], host), run.Value(_dryRun));
    }

    /// <summary>Changes what is declared, and brings the locks in line.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them.</param>
    /// <param name="request">What is to be declared otherwise.</param>
    /// <param name="isDryRun">True to plan only.</param>
    public static async Task<ExitCode> RunAsync(CommandRun run, string[] words, InputRequest request, bool isDryRun)
    {
        var terminal = run.Terminal;
        if (Undertaking.Find(run.Processes, run.Folder, words) is { } unfinished)
        {
            terminal.Data(UndertakingText.Render(unfinished, terminal.Ink));
            if (!isDryRun)
                await ApplyAsync(unfinished, "done: what was begun is finished\n");
            return ExitCode.Done;
        }
        await run.WarnOfUnmergedAsync(run.Folder.AllPlaces());
        var editing = new InputEditing(run.Processes, run.Folder, run.Fetcher);
        var plan = await editing.PlanAsync(request, run.CancellationToken);
        foreach (var warning in plan.Warnings)
            terminal.Warn(warning);
        var text = DeclarationText.Render(plan, isWritten: !isDryRun, terminal.Ink);
        if (isDryRun || !plan.IsChange)
            run.ReportText(isDone: !isDryRun, text);
        else
            await ApplyAsync(editing.Undertake(words, plan), text);
        return ExitCode.Done;

        Task ApplyAsync(Undertaking undertaking, string done) =>
            new FleetTransition(run.Processes, run.Folder, undertaking, driver: null).ApplyAsync(
                hidden =>
                {
                    run.ReportText(isDone: true, done);
                    terminal.Flush();
                    if (hidden is not null)
                        terminal.Warn(hidden);
                },
                run.CancellationToken);
    }

    static Option<string?> NewHost()
    {
        var option = new Option<string?>("--host")
        {
            Description = "The host that it is for: its own flake, or its own reference in hostlock.toml [default: flake.nix]",
            HelpName = "HOST",
        };
        option.CompletionSources.Add(context => CommonOptions.HostWords(context.ParseResult));
        return option;
    }
}
