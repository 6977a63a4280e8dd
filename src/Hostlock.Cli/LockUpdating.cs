using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>The common part of <c>lock</c> and <c>update</c>: the call, the output, and the exit code.</summary>
static class LockUpdating
{
    /// <summary>The message of a commit of updated locks.</summary>
    public static readonly CommitNote Note = new(locks => OutcomeText.Render(locks, true, Ink.Plain));

    /// <summary>Updates locks, and prints the report.</summary>
    /// <exception cref="HostlockException">No lock can be planned, a lock cannot be written, or git refuses the commit.</exception>
    public static async Task<LockReport> RunAsync(
        CommandRun run, IReadOnlyList<LockPlace> places, UpdateRequest request, WritingMode mode)
    {
        await run.WarnOfUnmergedAsync(places);
        var update = new FleetUpdate(run.Folder, run.Fetcher, run.Processes);
        return await run.WriteLocksAsync(
            run.Typed, new LockLines(run, report => Show(run, report)), stop => update.PlanAsync(places, request, stop), mode);
    }

    /// <summary>The exit code for a report.</summary>
    public static ExitCode CodeOf(LockReport report)
    {
        var failed = report.Failed.ToList();
        if (failed.Count > 0)
            return failed.Count < report.Outcomes.Count ? ExitCode.Partly : ExitCodes.Of(failed[0].Why);
        return report.Locks.Any(planned => planned.Unreachable.Count > 0) ? ExitCode.Partly : ExitCode.Done;
    }

    static void Show(CommandRun run, LockReport report)
    {
        var terminal = run.Terminal;
        run.Report(
            report.IsWritten, () => OutcomeText.Render(report.Locks, report.IsWritten, terminal.Ink), () => ReportJson.Render(report));
        foreach (var warning in report.Locks.SelectMany(planned => planned.Warnings).Distinct())
            terminal.Warn(warning);
        // Hosts with the same failure are named together.
        foreach (var group in report.Failed.GroupBy(failure => ErrorText.Render(failure.Why, Ink.Plain)))
            terminal.Problem(
                $"{string.Join(' ', group.Select(failure => failure.Place.Owner))}: {terminal.Rendered(group.First().Why)}");
    }
}
