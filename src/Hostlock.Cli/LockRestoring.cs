using System.CommandLine;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>The common part of <c>restore</c> and <c>undo</c>: the options, the call, and the output.</summary>
sealed class LockRestoring
{
    readonly Option<bool> _commit = CommonOptions.Commit();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_commit, _dryRun, CommonOptions.Json];

    /// <summary>Puts an earlier lock back.</summary>
    /// <param name="run">The run of the command.</param>
    /// <param name="planAsync">Plans to put it back.</param>
    public async Task<ExitCode> RunAsync(CommandRun run, Func<CancellationToken, Task<PlannedLock>> planAsync)
    {
        var writing = new LockWriting(run.Processes, run.Folder, new LockLines(run, Show));
        await writing.RunAsync(PlanAsync, run.Mode(_dryRun, _commit, LockUpdating.Note), run.CancellationToken);
        return ExitCode.Done;

        async Task<LockPlan> PlanAsync(CancellationToken stop) => new([new LockOutcome.Planned(await planAsync(stop))]);

        void Show(LockReport report) =>
            run.Print(() => OutcomeText.Render(report.Locks, report.IsWritten, run.Terminal.Ink), () => ReportJson.Render(report));
    }
}
