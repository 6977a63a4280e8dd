using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Hosts × inputs, from the files alone.</summary>
sealed class StatusCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING; all where none is named");

    public Command Build()
    {
        var command = new Command("status", "Show what each host is locked to, and who is behind") { _hosts };
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    ExitCode Run(ParseResult parsed)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        // Without a word the command line knows no hosts: the root command has no such argument.
        var words = parsed.CommandResult.Command.Arguments.Contains(_hosts) ? parsed.GetValue(_hosts) ?? [] : [];
        var locks = FleetStatus.Read(words.Length == 0 ? folder.AllPlaces() : folder.Places(words));
        if (parsed.GetValue(CommonOptions.Json))
            terminal.Data(output => JsonOutput.Status(locks, output));
        else
            terminal.Data(StatusTable.Render(locks, surroundings.Time.GetUtcNow(), terminal.Width, terminal.Ink));
        if (!folder.HasFleetFile && !parsed.GetValue(CommonOptions.Json))
            terminal.Talk("no hostlock.toml here: 'hostlock init' gives each host a lock of its own\n");
        foreach (var problem in locks.Select(one => one.Problem).OfType<HostlockException>())
            terminal.Error(problem);
        return locks.Any(one => one.Problem is not null) ? ExitCode.BadRequest : ExitCode.Done;
    }
}
