using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Gives other hosts exactly the locked inputs that were tested on one host.</summary>
sealed class PromoteCommand : FleetCommand
{
    readonly Argument<string> _from = CommonOptions.One("from", "FROM", "The host whose lock was tested, or root");
    readonly Argument<string[]> _to = CommonOptions.Named(
        "to", "TO", "The hosts that get the lock, root, or @RING", ArgumentArity.ZeroOrMore);
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to copy, with its own inputs [default: the whole lock]");
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _downgrade = CommonOptions.AllowDowngrade();
    readonly Option<bool> _commit = CommonOptions.Commit();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true, MaySayNo = true };

    public override JsonShape? Shape => ReportJson.PromotionShape;

    protected override Command Describe() =>
        new("promote", """
            Copy a tested lock to other hosts, entry for entry

            The hosts get exactly the revisions that were tested on one host. A host keeps
            its freezes and its own references, and the report names them. No network is
            used.

              hostlock promote plex web
              hostlock promote plex @servers -i nixpkgs --commit
            """)
        { _from, _to, _inputs, _all, _downgrade, _commit, _dryRun, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.Together;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        await run.Picks.HostAsync(_from);
        await run.Picks.HostsAsync(_to, _all);
        var from = run.Named.PlaceNamed(run.Value(_from));
        var targets = run.Named.Places(_to, _all);
        await run.WarnOfUnmergedAsync([from, .. targets]);
        PromotionRequest request = CommonOptions.InputPaths(run.Words(_inputs)) is { IsEmpty: false } paths
            ? new PromotionRequest.Inputs(paths) { AllowsDowngrade = run.Value(_downgrade) }
            : new PromotionRequest.Whole { AllowsDowngrade = run.Value(_downgrade) };
        var note = new CommitNote(locks => Text(locks.Select(planned => new LockOutcome.Planned(planned)), isPlan: false, Ink.Plain))
        {
            PromotedFrom = from.Owner,
        };

        var report = await run.WriteLocksAsync(run.Typed, new LockLines(run, Show), PlanAsync, run.Mode(_dryRun, _commit, note));
        // A lock that must not go there is a no; one that cannot be read is an error.
        return report.Failed.Select(failure => ExitCodes.Of(failure.Why)).DefaultIfEmpty(ExitCode.Done).Max();

        async Task<LockPlan> PlanAsync(CancellationToken stop)
        {
            var reading = new LockReading();
            var tested = HostLocks.ReadExisting(from, reading);
            var promotion = await Promotion.OfAsync(run.Folder, run.Declarations, from, tested, reading, targets, stop);
            return promotion.Plan(targets, request);
        }

        void Show(LockReport report)
        {
            run.Report(
                report.IsWritten, () => Text(report.Outcomes, run.Value(_dryRun), run.Terminal.Ink),
                () => ReportJson.Render(report, from.Owner));
            if (report.Failed.Any())
                run.Terminal.Problem("refused; nothing was written\n");
            else if (!report.IsWritten && !run.Value(_dryRun))
                run.Terminal.Problem("not written, because another flake refused\n");
        }

        string Text(IEnumerable<LockOutcome> outcomes, bool isPlan, Ink ink) =>
            PromotionText.Render(from.Owner, [.. outcomes], isPlan, ink);
    }
}
