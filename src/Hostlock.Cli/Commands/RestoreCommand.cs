using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Puts an earlier lock back: that of a commit, of a day or of a generation, or with <c>undo</c> the one before the last change.</summary>
sealed class RestoreCommand(Surroundings surroundings)
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host, or root");
    readonly Option<string> _to = new("--to") { Description = "Whose lock is put back: a commit, a day such as 2026-03-01, or generation:N of the machine", HelpName = "VERSION", Required = true };
    readonly Option<bool> _commit = LockCommit.Option();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("restore", "Put an earlier lock of a host back") { _host, _to, _commit, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(
            parsed, (folder, place) => LockWords.VersionAsync(surroundings, folder, place, parsed.GetValue(_host)!, parsed.GetValue(_to)!, cancellationToken), cancellationToken));
        return command;
    }

    public Command BuildUndo()
    {
        var command = new Command("undo", "Put back the lock a host had before the last change") { _host, _commit, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(
            parsed, (folder, place) => BeforeLastChangeAsync(folder, place, cancellationToken), cancellationToken));
        return command;
    }

    async Task<byte[]> BeforeLastChangeAsync(FleetFolder folder, LockPlace place, CancellationToken cancellationToken)
    {
        using var history = LockHistory.Open(surroundings.Processes, folder);
        return await history.BeforeLastChangeAsync(place, cancellationToken);
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, Func<FleetFolder, LockPlace, Task<byte[]>> find, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var place = folder.Places([parsed.GetValue(_host)!])[0];
        var isDryRun = parsed.GetValue(_dryRun);
        using var reserved = isDryRun ? null : folder.Reserve();
        var bytes = await find(folder, place);
        var (before, after) = (HostLocks.Read(place), LockFileReader.Read(place.Shown, bytes));
        var outcome = HostOutcome.Ready.Of(place, before, after, []);
        var committed = "";
        if (!isDryRun && outcome.IsChange)
        {
            HostLocks.WriteBytes(place, bytes);
            committed = await LockCommit.SettleAsync(
                surroundings, folder, [(place, before is null)], parsed.GetValue(_commit) ? () => OutcomeText.Render([outcome], true, Ink.Plain) : null, null, cancellationToken);
        }
        terminal.Data(parsed.GetValue(CommonOptions.Json) ? JsonOutput.Outcomes([outcome], !isDryRun) : OutcomeText.Render([outcome], !isDryRun, terminal.Ink));
        terminal.Talk(committed);
        return ExitCode.Done;
    }
}
