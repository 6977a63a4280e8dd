using System.Collections.Immutable;
using System.CommandLine;
using Hostlock.Fleets;

namespace Hostlock.Cli.Commands;

/// <summary>Moves inputs to the newest: <c>nix flake update</c>, host by host.</summary>
sealed class UpdateCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING");
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to move, by its path; all where none is named");
    readonly Option<string[]> _exclude = new("--exclude") { Description = "An input to leave as it is", HelpName = "INPUT" };
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("update", "Update the lock of one or more hosts") { _hosts, _inputs, _exclude, _all, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var words = parsed.GetValue(_hosts) ?? [];
        if (words.Length == 0 && !parsed.GetValue(_all))
            throw FleetException.NoHosts();
        var places = parsed.GetValue(_all) ? folder.AllPlaces() : folder.Places(words);
        var exclude = CommonOptions.InputPaths(parsed.GetValue(_exclude)).Select(path => path.ToString()).ToImmutableHashSet();
        var request = new UpdateRequest(true, CommonOptions.InputPaths(parsed.GetValue(_inputs)), exclude);
        return await LockWriting.RunAsync(surroundings, parsed, folder, places, request, parsed.GetValue(_dryRun), isLocked: false, cancellationToken);
    }
}
