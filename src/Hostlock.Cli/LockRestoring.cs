using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>The common part of <c>restore</c> and <c>adopt</c>: the options, the call, and the output.</summary>
sealed class LockRestoring
{
    readonly Option<bool> _commit = CommonOptions.Commit();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_commit, _dryRun, CommonOptions.Json];

    /// <summary>Puts earlier locks back.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="words">The words of the command, as an undertaking records them.</param>
    /// <param name="places">The locks.</param>
    /// <param name="planAsync">Plans to put one of them back.</param>
    public async Task<ExitCode> RunAsync(
        CommandRun run, IReadOnlyList<string> words, IReadOnlyList<LockPlace> places,
        Func<LockPlace, CancellationToken, Task<PlannedLock>> planAsync)
    {
        await run.WarnOfUnmergedAsync(places);
        var mode = run.Mode(_dryRun, _commit, LockUpdating.Note);
        var restoration = new LockRestoration(run.Folder, words, places);
        await run.WriteLocksAsync(
            words, new LockLines(run, Show),
            stop => restoration.PlanAsync(
                planAsync, isWritten: mode is not WritingMode.PlanOnly,
                () => run.Terminal.Talk($"'{run.Line(words)}' was broken off; this finishes it\n"), stop),
            mode);
        run.Terminal.Flush();
        restoration.End();
        return ExitCode.Done;

        void Show(LockReport report) =>
            run.Report(
                report.IsWritten, () => OutcomeText.Render(report.Locks, report.IsWritten, run.Terminal.Ink),
                () => ReportJson.Render(report));
    }
}
