using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Shows the inputs that a lock has more than once, and how to join them.</summary>
sealed class FollowsCommand : FleetCommand
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING [default: every lock]");

    protected override Command Describe() =>
        new("follows", """
            Show repeated inputs, and the follows lines that would join them

            Prints the lines of flake.nix that make repeated inputs follow one of them.

              hostlock follows
              hostlock follows plex
            """)
        { _hosts, CommonOptions.Json };

    protected override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var places = run.Places(_hosts);
        await run.WarnOfUnmergedAsync(places);
        var reading = new LockReading();
        // Lines that join the inputs of a host's own flake with those of the root would take the host its own lock.
        var ofHosts = new LocalFlakes(run.Folder).RootInputsOfHosts();
        var found = places.Select(place => (Place: place, Lock: HostLocks.Read(place, reading)))
            .Where(each => each.Lock is not null)
            .Select(each => (each.Place, Repetition.In(each.Lock!, ofHosts)))
            .ToList();
        run.Print(() => RepetitionText.Render(found, run.Terminal.Ink), () => FollowsJson.Render(found));
        return ExitCode.Done;
    }
}
