using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>What <c>lock</c> and <c>update</c> have in common: the call, what is printed, and the exit code.</summary>
static class LockUpdating
{
    /// <summary>What a commit of updated locks says.</summary>
    public static readonly CommitNote Note = new(locks => OutcomeText.Render(locks, true, Ink.Plain));

    public static Task<LockReport> RunAsync(CommandRun run, IReadOnlyList<LockPlace> places, UpdateRequest request, WritingMode mode)
    {
        var writing = new LockWriting(run.Processes, run.Folder, new LockLines(run, report => Show(run, report)));
        return writing.RunAsync(PlanAsync, mode, run.CancellationToken);

        async Task<LockPlan> PlanAsync(CancellationToken stop) =>
            SharedInputs.Spread(run.Folder, await HostUpdate.Of(run.Folder, run.Fetcher, run.Processes).PlanAsync(places, request, stop));
    }

    public static ExitCode CodeOf(LockReport report)
    {
        var failed = report.Failed.ToList();
        if (failed.Count > 0)
            return failed.Count < report.Outcomes.Count ? ExitCode.Partly : App.CodeOf(failed[0].Why);
        return report.Locks.Any(planned => planned.Unreachable.Count > 0) ? ExitCode.Partly : ExitCode.Done;
    }

    static void Show(CommandRun run, LockReport report)
    {
        var terminal = run.Terminal;
        run.Print(() => OutcomeText.Render(report.Locks, report.IsWritten, terminal.Ink), () => ReportJson.Render(report));
        foreach (var warning in report.Locks.SelectMany(planned => planned.Warnings).Distinct())
            terminal.Warn(warning);
        // Hosts for which the same failed are named together.
        var unreachable = report.Locks.SelectMany(planned => planned.Unreachable.Select(input => (planned.Place.Owner, input.Path, input.Why)));
        foreach (var group in unreachable.GroupBy(input => ErrorText.Render(input.Why, Ink.Plain)))
            terminal.Talk($"{Names(group.Select(input => input.Owner))}: '{group.First().Path}' stays as it was: {ErrorText.Render(group.First().Why, terminal.Ink)}");
        foreach (var group in report.Failed.GroupBy(failure => ErrorText.Render(failure.Why, Ink.Plain)))
            terminal.Talk($"{Names(group.Select(failure => failure.Place.Owner))}: {ErrorText.Render(group.First().Why, terminal.Ink)}");
    }

    static string Names(IEnumerable<LockOwner> owners) => string.Join(' ', owners);
}
