using System.CommandLine;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>The gate of a CI.</summary>
sealed class CheckCommand(Surroundings surroundings)
{
    readonly Option<string?> _base = new("--base") { Description = "Also refuse what went back in time since this commit", HelpName = "COMMIT" };
    readonly Option<bool> _fetch = new("--fetch") { Description = "Also fetch all that is locked once more, and hash it" };
    readonly Option<bool> _strict = new("--strict") { Description = "Let warnings fail the check too" };
    readonly Option<string> _format = NewFormat();

    public Command Build()
    {
        var command = new Command("check", "Check that every lock is there, in line with flake.nix, and locked") { _base, _fetch, _strict, _format };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var places = folder.AllPlaces();
        // Nothing is fetched to check; the fetcher is there for what is declared, which lies in the flake's own tree.
        using var lines = surroundings.FetchLines();
        using var fetcher = surroundings.Fetcher(lines);
        var update = new HostUpdate(fetcher, surroundings.PlaceOf(folder));
        var declared = new Dictionary<LockPlace, TopFlake>();
        foreach (var place in places)
            declared[place] = await update.DeclarationsAsync(place, cancellationToken);
        var tree = GitWorkTree.Around(surroundings.Processes, folder.Path);
        var untracked = new HashSet<string>();
        foreach (var path in places.Select(place => place.Shown).Concat([FleetFile.Name, FleetFolder.Library]))
        {
            if (tree is not null && File.Exists(folder.Full(path)) && !await tree.KnowsAsync(Path.GetRelativePath(tree.Root, folder.Full(path))))
                untracked.Add(path);
        }

        var locks = FleetStatus.Read(places);
        var findings = FleetCheck.Locks(locks, place => declared[place], folder.Fleet, path => !untracked.Contains(path), surroundings.Time.GetUtcNow())
            .Concat(NixLibrary.Check(folder, untracked))
            .Concat(locks.All(one => one.Problem is null) ? new HostLayouts(folder, []).Check() : [])
            .ToList();
        if (parsed.GetValue(_base) is { } since)
            findings.AddRange(await DowngradesAsync(folder, locks, since, cancellationToken));
        if (parsed.GetValue(_fetch))
            findings.AddRange(await FetchAsync(locks, cancellationToken));
        terminal.Data(parsed.GetValue(CommonOptions.Json) ? JsonOutput.Findings(findings)
            : parsed.GetValue(_format) == "github" ? FindingText.GitHub(findings)
            : FindingText.Render(findings, places.Count, terminal.Ink));
        return findings.Any(finding => finding.IsError || parsed.GetValue(_strict)) ? ExitCode.No : ExitCode.Done;
    }

    async Task<List<Finding>> DowngradesAsync(FleetFolder folder, IReadOnlyList<LockStatus> locks, string since, CancellationToken cancellationToken)
    {
        using var history = LockHistory.Open(surroundings.Processes, folder);
        var findings = new List<Finding>();
        foreach (var one in locks.Where(one => one.Lock is not null))
        {
            // A lock that is new has nothing to go back from.
            if (await history.TryAtAsync(one.Place, since, cancellationToken) is { } before)
                findings.AddRange(FleetCheck.Downgrades(one.Place, before, one.Lock!, since));
        }
        return findings;
    }

    // By a fetcher that remembers nothing of earlier runs.
    async Task<IReadOnlyList<Finding>> FetchAsync(IReadOnlyList<LockStatus> locks, CancellationToken cancellationToken)
    {
        var anew = Directory.CreateTempSubdirectory("hostlock-check-").FullName;
        try
        {
            using var lines = surroundings.FetchLines();
            using var fetcher = surroundings.Fetcher(lines, anew);
            return await FleetCheck.FetchAsync(locks, fetcher, cancellationToken);
        }
        finally
        {
            Directory.Delete(anew, recursive: true);
        }
    }

    static Option<string> NewFormat()
    {
        var format = new Option<string>("--format") { Description = "How to print findings: text or github", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "github");
        return format;
    }
}
