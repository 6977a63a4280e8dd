using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Undoing;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>The common part of <c>undo</c> and <c>redo</c>: the options, the call, and the output. A run that was broken off is
/// finished.</summary>
/// <param name="name">The name of the command.</param>
sealed class ChangeUndoing(string name)
{
    readonly Option<bool> _commit = new("--commit") { Description = "Commit the files, and only them" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_commit, _dryRun, CommonOptions.Json];

    /// <summary>Does an undo or a redo.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them.</param>
    /// <param name="planAsync">Finds what to take back.</param>
    public async Task<ExitCode> RunAsync(CommandRun run, string[] words, Func<ChangeUndo, Task<UndoPlan>> planAsync)
    {
        var terminal = run.Terminal;
        var isDryRun = run.Value(_dryRun);
        var undo = new ChangeUndo(run.Processes, run.Folder);
        var note = run.Value(_commit) ? LockUpdating.Note with { Action = name } : null;
        if (Undertaking.Find(run.Folder, words) is { } unfinished)
        {
            if (isDryRun)
            {
                await run.ReadyAsync();
                _ = Unfinished();
            }
            else
            {
                await ApplyAsync(_ => Task.FromResult(Unfinished()), "");
            }
            return ExitCode.Done;

            Undertaking Unfinished()
            {
                terminal.Talk(UndertakingText.Render(unfinished, Ink.Plain));
                return unfinished;
            }
        }
        await run.WarnOfUnmergedAsync(run.Folder.AllPlaces());
        var plan = await planAsync(undo);
        if (note is not null)
            await undo.RequireCommittableAsync(plan, run.CancellationToken);
        var locks = undo.Locks(plan);
        var text = run.IsJson
            ? ReportJson.Render(new([.. locks.Select(planned => new LockOutcome.Planned(planned))], IsWritten: !isDryRun))
            : UndoText.Render(name, plan, locks, isWritten: !isDryRun, terminal.Ink);
        if (isDryRun)
        {
            await run.ReadyAsync();
            terminal.Data(text);
        }
        else
        {
            await ApplyAsync(stop => undo.UndertakeAsync(words, plan, stop), text);
        }
        return ExitCode.Done;

        Task ApplyAsync(Func<CancellationToken, Task<Undertaking>> undertakeAsync, string done) => run.UndoAsync(new(
            run.Folder,
            undo,
            undertakeAsync,
            note,
            hidden =>
            {
                if (run.IsJson || !terminal.IsQuiet)
                    terminal.Data(done);
                terminal.Flush();
                foreach (var warning in hidden)
                    terminal.Warn(warning);
            },
            subject => LockLines.Committed(terminal, subject)));
    }
}
