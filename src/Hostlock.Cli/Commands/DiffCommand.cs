using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>What differs between two locks.</summary>
sealed class DiffCommand(Surroundings surroundings)
{
    readonly Argument<string> _before = CommonOptions.One("before", "A", "A host, root, a lock file, or HOST@COMMIT");
    readonly Argument<string?> _after = CommonOptions.OneAtMost("after", "B", "What to compare it with [default: root]");
    readonly Option<bool> _exitCode = new("--exit-code") { Description = "Exit with 1 where they differ" };

    public Command Build()
    {
        var command = new Command("diff", "Compare two locks, input by input") { _before, _after, _exitCode };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var (before, after) = (parsed.GetValue(_before)!, parsed.GetValue(_after) ?? HostName.Root);
        var diff = LockDiff.Between(
            await LockWords.ReadAsync(surroundings, folder, before, cancellationToken),
            await LockWords.ReadAsync(surroundings, folder, after, cancellationToken));
        if (parsed.GetValue(CommonOptions.Json))
            terminal.Data(JsonOutput.Diff(before, after, diff));
        else
            terminal.Data(diff.IsEmpty ? $"{before} and {after} have the same lock\n" : DiffText.Render(diff, hasLinks: true));
        return parsed.GetValue(_exitCode) && !diff.IsEmpty ? ExitCode.No : ExitCode.Done;
    }
}

/// <summary>A lock by the word for it: a host, <c>root</c>, a file, or what a host had in a commit or on a day: <c>plex@HEAD~1</c>.</summary>
static class LockWords
{
    public static LockFile Read(Surroundings surroundings, FleetFolder folder, string word) => HostLocks.ReadExisting(Place(surroundings, folder, word));

    public static async Task<LockFile> ReadAsync(Surroundings surroundings, FleetFolder folder, string word, CancellationToken cancellationToken)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || File.Exists(Path.GetFullPath(word, surroundings.Folder)))
            return Read(surroundings, folder, word);
        var place = folder.Places([word[..at]])[0];
        using var history = LockHistory.Open(surroundings.Processes, folder);
        return LockFileReader.Read($"{place.Shown}@{word[(at + 1)..]}", await history.AtAsync(place, word[(at + 1)..], cancellationToken));
    }

    public static LockPlace Place(Surroundings surroundings, FleetFolder folder, string word)
    {
        var path = Path.GetFullPath(word, surroundings.Folder);
        var isHost = word == HostName.Root || folder.Fleet.Hosts.Any(host => host.Name.ToString() == word);
        return !isHost && File.Exists(path)
            ? folder.RootPlace with { Name = word, Sharers = [word], File = path, Shown = word }
            : folder.Places([word])[0];
    }
}
