using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Gives other hosts exactly what was tested on one.</summary>
sealed class PromoteCommand(Surroundings surroundings)
{
    readonly Argument<string> _from = CommonOptions.One("from", "FROM", "The host whose lock was tested, or root");
    readonly Argument<string[]> _to = CommonOptions.Named("to", "TO", "The hosts that get it, root, or @RING", ArgumentArity.ZeroOrMore);
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to carry over with all beneath it; the whole lock where none is named");
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _downgrade = new("--allow-downgrade") { Description = "Let inputs go back in time" };
    readonly Option<bool> _commit = LockCommit.Option();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("promote", "Copy a tested lock to other hosts, entry for entry") { _from, _to, _inputs, _all, _downgrade, _commit, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var words = parsed.GetValue(_to) ?? [];
        if (words.Length == 0 && !parsed.GetValue(_all))
            throw FleetException.NoHosts();
        var from = folder.Places([parsed.GetValue(_from)!])[0];
        var targets = (parsed.GetValue(_all) ? folder.AllPlaces() : folder.Places(words)).Where(place => place.File != from.File).ToList();
        var isDryRun = parsed.GetValue(_dryRun);
        using var reserved = isDryRun ? null : folder.Reserve();

        var request = new PromotionRequest(CommonOptions.InputPaths(parsed.GetValue(_inputs)), parsed.GetValue(_downgrade));
        var plans = Promotion.Plan(from, HostLocks.ReadExisting(from), targets, request);
        // One that may not have it stops all: half a promotion is what nobody asked for.
        var isRefused = plans.Any(plan => plan is TargetPlan.Refused);
        var isWritten = !isDryRun && !isRefused;
        var committed = "";
        if (isWritten)
        {
            Promotion.Apply(plans);
            var changed = plans.OfType<TargetPlan.Ready>().Where(ready => ready.IsChange).ToList();
            Func<string>? body = parsed.GetValue(_commit) ? () => PromotionText.Render(from.Name, [.. changed], false, Ink.Plain) : null;
            committed = await LockCommit.SettleAsync(surroundings, folder, [.. changed.Select(ready => (ready.Place, ready.Before is null))], body, from.Name, cancellationToken);
        }
        terminal.Data(parsed.GetValue(CommonOptions.Json)
            ? JsonOutput.Promotion(from.Name, plans, isWritten)
            : PromotionText.Render(from.Name, plans, isDryRun, terminal.Ink));
        terminal.Talk(committed);
        if (isRefused)
            terminal.Talk("refused; nothing was written\n");
        return isRefused ? ExitCode.No : ExitCode.Done;
    }
}
