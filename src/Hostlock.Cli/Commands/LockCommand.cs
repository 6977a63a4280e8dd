using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Brings locks in line with what is declared, and moves nothing that is locked: <c>nix flake lock</c>.</summary>
sealed class LockCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING; every lock where none is named");
    readonly Option<bool> _locked = new("--locked") { Description = "Fail instead of writing" };
    readonly Option<bool> _commit = LockCommit.Option();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("lock", "Bring locks in line with what is declared, moving nothing") { _hosts, _locked, _commit, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var words = parsed.GetValue(_hosts) ?? [];
        var places = words.Length == 0 ? folder.AllPlaces() : folder.Places(words);
        return await LockWriting.RunAsync(surroundings, parsed, folder, places, UpdateRequest.Lock, new(parsed.GetValue(_dryRun), parsed.GetValue(_locked), parsed.GetValue(_commit)), cancellationToken);
    }
}

/// <summary>What is to become of a plan.</summary>
/// <param name="IsDryRun">Nothing is written.</param>
/// <param name="IsLocked">Nothing is written, and that something would be is an error.</param>
/// <param name="Commits">What is written is committed.</param>
readonly record struct LockWritingMode(bool IsDryRun, bool IsLocked, bool Commits);

/// <summary>What <c>lock</c> and <c>update</c> have in common: plan, show, write.</summary>
static class LockWriting
{
    public static async Task<ExitCode> RunAsync(
        Surroundings surroundings,
        ParseResult parsed,
        FleetFolder folder,
        IReadOnlyList<LockPlace> places,
        UpdateRequest request,
        LockWritingMode mode,
        CancellationToken cancellationToken)
    {
        var terminal = surroundings.TerminalFor(parsed);
        var (isDryRun, isLocked, commits) = mode;
        using var reserved = isDryRun ? null : folder.Reserve();
        using var lines = surroundings.FetchLines();
        await using var fetcher = surroundings.Fetcher(lines);
        var update = new HostUpdate(fetcher, surroundings.PlaceOf(folder));
        var outcomes = SharedInputs.Spread(folder, await update.PlanAsync(places, request, cancellationToken));
        var changed = outcomes.OfType<HostOutcome.Ready>().Where(ready => ready.IsChange).ToList();
        var isWritten = !isDryRun && !isLocked;
        var committed = "";
        if (isWritten)
        {
            HostUpdate.Apply(outcomes);
            Func<string>? body = commits ? () => OutcomeText.Render([.. changed], true, Ink.Plain) : null;
            committed = await LockCommit.SettleAsync(surroundings, folder, [.. changed.Select(ready => (ready.Place, ready.Before is null))], body, null, cancellationToken);
        }

        if (parsed.GetValue(CommonOptions.Json))
            terminal.Data(JsonOutput.Outcomes(outcomes, isWritten));
        else
            terminal.Data(OutcomeText.Render(outcomes, isWritten, terminal.Ink));
        terminal.Talk(committed);
        foreach (var warning in outcomes.OfType<HostOutcome.Ready>().SelectMany(ready => ready.Warnings).Distinct())
            terminal.Warn(warning);

        var kept = outcomes.OfType<HostOutcome.Ready>().SelectMany(ready => ready.Kept.Select(each => (ready.Place, each.Path, each.Why))).ToList();
        foreach (var group in kept.GroupBy(each => ErrorText.Render(each.Why, Ink.Plain)))
            terminal.Talk($"{string.Join(' ', group.Select(each => each.Place.Name))}: '{group.First().Path}' stays as it was: {ErrorText.Render(group.First().Why, terminal.Ink)}");
        var failed = outcomes.OfType<HostOutcome.Failed>().ToList();
        // Hosts that fail for one reason are one error.
        foreach (var group in failed.GroupBy(failure => ErrorText.Render(failure.Why, Ink.Plain)))
            terminal.Talk($"{string.Join(' ', group.Select(failure => failure.Place.Name))}: {ErrorText.Render(group.First().Why, terminal.Ink)}");
        if (failed.Count > 0)
            return failed.Count < outcomes.Count ? ExitCode.Partly : App.CodeOf(failed[0].Why);
        if (kept.Count > 0)
            return ExitCode.Partly;
        if (isLocked && changed.Count > 0)
            throw FleetException.NeedsLock(changed[0].Place);
        return ExitCode.Done;
    }
}
