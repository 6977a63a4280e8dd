using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Merging;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows hosts × inputs, from the files alone.</summary>
sealed class StatusCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: every lock]");

    protected override Command Describe() => new("status", """
        Show what each host is locked to, and who is behind

        Reads files only, and uses no network. An input is behind if another lock has a
        newer revision of the same reference.

          hostlock status
          hostlock status plex @canary
        """)
    { _hosts, CommonOptions.Json };

    protected override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var terminal = run.Terminal;
        var locks = await UnmergedLock.MarkAsync(FleetStatus.Read(run.Places(_hosts)), run.Folder, run.Processes, run.CancellationToken);
        var listed = run.Words(_hosts).Length == 0 ? ListedHosts.Of(run.Folder) : ListedHosts.InLine;
        if (run.IsJson)
            terminal.Data(output => StatusJson.Write(locks, listed, output));
        else
            terminal.Data(
                terminal.Typed(
                    StatusTable.Render(locks, run.Now, terminal.Width, terminal.Ink) + StatusTable.Render(listed, terminal.Ink)));
        if (!run.Folder.HasFleetFile && !run.IsJson)
            terminal.Talk(terminal.Typed("no hostlock.toml here: 'hostlock init' gives each host a lock of its own\n"));
        foreach (var problem in locks.Select(status => status.Problem).OfType<HostlockException>())
            terminal.Error(problem);
        return locks.Any(status => status.Problem is not null) ? ExitCode.BadRequest : ExitCode.Done;
    }
}
