using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Inputs that are there more than once, and how to join them.</summary>
sealed class FollowsCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING; every lock where none is named");

    public Command Build()
    {
        var command = new Command("follows", "Show inputs that are there many times, and the follows that would join them") { _hosts };
        command.SetAction(parsed => (int)Run(parsed));
        return command;
    }

    ExitCode Run(ParseResult parsed)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var words = parsed.GetValue(_hosts) ?? [];
        var places = words.Length == 0 ? folder.AllPlaces() : folder.Places(words);
        var reading = new LockReading();
        var found = places.Select(place => (Place: place, Lock: HostLocks.Read(place, reading)))
            .Where(each => each.Lock is not null)
            .Select(each => (each.Place, Repetition.In(each.Lock!)))
            .ToList();
        terminal.Data(parsed.GetValue(CommonOptions.Json) ? JsonOutput.Repetitions(found) : RepetitionText.Render(found, terminal.Ink));
        return ExitCode.Done;
    }
}
