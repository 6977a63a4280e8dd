using System.Collections.Immutable;
using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;

namespace Hostlock.Cli.Commands;

/// <summary>Moves inputs to the newest: <c>nix flake update</c>, host by host.</summary>
sealed class UpdateCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = CommonOptions.Hosts("Hosts, root or @RING");
    readonly Option<string[]> _inputs = CommonOptions.Inputs("An input to move, by its path; all where none is named");
    readonly Option<string[]> _exclude = CommonOptions.Excluded();
    readonly Option<string?> _to = new("--to") { Description = "The branch, tag or revision to move the one input to", HelpName = "REF-OR-REV" };
    readonly Option<string?> _minAge = new("--min-age") { Description = "Take no commit younger than this, such as 3d", HelpName = "TIME" };
    readonly Option<bool> _downgrade = new("--allow-downgrade") { Description = "Let inputs go back in time" };
    readonly Option<bool> _commit = LockCommit.Option();
    readonly Option<bool> _all = CommonOptions.All();
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("update", "Update the lock of one or more hosts") { _hosts, _inputs, _to, _exclude, _minAge, _downgrade, _commit, _all, _dryRun };
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
        var inputs = CommonOptions.InputPaths(parsed.GetValue(_inputs));
        var to = parsed.GetValue(_to);
        if (to is not null && (inputs.Length != 1 || to.Length == 0 || to.StartsWith('-')))
            throw FleetException.ToNeedsOneInput();
        var request = new UpdateRequest(true, inputs, exclude)
        {
            To = to,
            NotAfter = NotAfter(folder.Fleet, parsed.GetValue(_minAge)),
            AllowsDowngrade = parsed.GetValue(_downgrade),
        };
        return await LockWriting.RunAsync(surroundings, parsed, folder, places, request, new(parsed.GetValue(_dryRun), false, parsed.GetValue(_commit)), cancellationToken);
    }

    // What hostlock.toml says of an input, and with --min-age one age for all that it says nothing of, or less.
    ImmutableDictionary<string, DateTimeOffset> NotAfter(Fleet fleet, string? minAge)
    {
        var now = surroundings.Time.GetUtcNow();
        var asked = minAge is null ? (TimeSpan?)null : Durations.TryParse(minAge) ?? throw FleetException.NotADuration(minAge);
        var times = ImmutableDictionary.CreateBuilder<string, DateTimeOffset>();
        if (asked is { } all)
            times.Add("", now - all);
        foreach (var (name, policy) in fleet.Policies)
        {
            if (policy.MinimumAge is { } age)
                times.Add(name, now - (asked > age ? asked.Value : age));
        }
        return times.ToImmutable();
    }
}
