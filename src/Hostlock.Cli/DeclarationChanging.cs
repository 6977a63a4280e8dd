using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Fleets.Changes;
using Hostlock.Flakes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>The common part of the commands that change declarations: the options, the call, and the output. A run that was broken off is
/// finished.</summary>
sealed class DeclarationChanging
{
    readonly Option<string?> _host = NewHost();
    readonly Option<bool> _commit = new("--commit") { Description = "Commit the file and the locks, and only them" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_host, _commit, _dryRun, CommonOptions.Json];

    /// <summary>Changes what is declared, and brings the locks in line.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them, without its options.</param>
    /// <param name="changes">The changes.</param>
    public Task<ExitCode> RunAsync(CommandRun run, IEnumerable<string> words, IEnumerable<InputChange> changes)
    {
        var host = run.Value(_host) is { } word ? run.Named.HostNamed(word).Name : null;
        return RunAsync(
            run,
            [.. words, .. host is { } name ? new[] { _host.Name, name.ToString() } : []],
            new([.. changes], host),
            run.Mode(_dryRun, _commit, NoteOf(words)));
    }

    // The inputs that moved say the rest.
    static CommitNote NoteOf(IEnumerable<string> words) => LockUpdating.Note with { Action = string.Join(' ', words.Take(2)) };

    /// <summary>Changes what is declared, and brings the locks in line.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them.</param>
    /// <param name="request">The changes of declarations.</param>
    /// <param name="mode">How it is written.</param>
    public static async Task<ExitCode> RunAsync(CommandRun run, string[] words, InputRequest request, WritingMode mode)
    {
        var terminal = run.Terminal;
        var isDryRun = mode is WritingMode.PlanOnly;
        var note = (mode as WritingMode.WriteAndCommit)?.Note;
        var editing = new InputEditing(run.Processes, run.Folder, run.Fetcher);
        if (Undertaking.Find(run.Folder, words) is { } unfinished)
        {
            Action<string> tell = run.IsJson ? terminal.Talk : terminal.Data;
            tell(UndertakingText.Render(unfinished, terminal.Ink));
            if (!isDryRun)
                await ApplyAsync(unfinished, () => tell("done: the command that was broken off is finished\n"));
            return ExitCode.Done;
        }
        await run.WarnOfUnmergedAsync(run.Folder.AllPlaces());
        var plan = await editing.PlanAsync(request, run.CancellationToken);
        if (note is not null)
            await editing.RequireCommittableAsync(plan, run.CancellationToken);
        foreach (var warning in plan.Warnings)
            terminal.Warn(warning);
        if (isDryRun || (!plan.IsChange && note is null))
            Report();
        else
            await ApplyAsync(editing.Undertake(words, plan), Report);
        return ExitCode.Done;

        void Report() => run.Report(
            isDone: !isDryRun,
            () => DeclarationText.Render(plan, isWritten: !isDryRun, terminal.Ink),
            () => ReportJson.Render(plan, isWritten: !isDryRun));

        Task ApplyAsync(Undertaking undertaking, Action report) =>
            new FleetTransition(run.Processes, run.Folder, undertaking, driver: null).ApplyAsync(
                hidden =>
                {
                    report();
                    terminal.Flush();
                    foreach (var warning in hidden)
                        terminal.Warn(warning);
                },
                note is null
                    ? null
                    : async stop => LockLines.Committed(terminal, await editing.CommitAsync(undertaking, note, stop)),
                run.CancellationToken);
    }

    static Option<string?> NewHost()
    {
        var option = new Option<string?>("--host")
        {
            Description = "The host whose own flake, or reference in hostlock.toml, changes [default: flake.nix]",
            HelpName = "HOST",
        };
        option.CompletionSources.Add(context => CommonOptions.HostWords(context.ParseResult));
        return option;
    }
}
