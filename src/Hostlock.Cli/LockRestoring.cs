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
        Undertaking? undertaking = null;
        await run.WriteLocksAsync(words, new LockLines(run, Show), PlanAsync, mode);
        run.Terminal.Flush();
        undertaking?.End();
        return ExitCode.Done;

        // What comes back depends on what is there and what is committed. So the choice is recorded, and a run that was broken off is
        // finished by the same choice.
        async Task<LockPlan> PlanAsync(CancellationToken stop)
        {
            var unfinished = Undertaking.Find(run.Folder, words);
            if (unfinished is not null)
                run.Terminal.Talk($"'{run.Line(words)}' was broken off; this finishes it\n");
            var planned = new List<PlannedLock>();
            foreach (var place in places)
            {
                var recorded = unfinished?.Files.FirstOrDefault(file => file.Path == place.RelativePath)?.After;
                planned.Add(
                    recorded is null
                        ? await planAsync(place, stop)
                        : PlannedLock.Restoring(place, recorded, $"the earlier {place.RelativePath}"));
            }
            if (mode is not WritingMode.PlanOnly)
            {
                undertaking = unfinished ?? Undertaking.Of(
                    run.Folder, words,
                    planned.Select(each => (each.Place.RelativePath, (ReadOnlyMemory<byte>?)each.Contents)), []);
                undertaking.Record();
            }
            return new([.. planned.Select(each => new LockOutcome.Planned(each))]);
        }

        void Show(LockReport report) =>
            run.Report(
                report.IsWritten, () => OutcomeText.Render(report.Locks, report.IsWritten, run.Terminal.Ink),
                () => ReportJson.Render(report));
    }
}
