using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Bisecting;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>What differs between two locks.</summary>
sealed class DiffCommand(Surroundings surroundings)
{
    readonly Argument<string> _before = CommonOptions.One("before", "A", "A host, root, a lock file, HOST@COMMIT, HOST@running or HOST@generation:N");
    readonly Argument<string?> _after = CommonOptions.OneAtMost("after", "B", "What to compare it with [default: root]");
    readonly Option<bool> _exitCode = new("--exit-code") { Description = "Exit with 1 where they differ" };

    readonly Option<bool> _closure = new("--closure") { Description = "Build the host by both locks, and compare the packages of the systems" };

    public Command Build()
    {
        var command = new Command("diff", "Compare two locks, input by input") { _before, _after, _exitCode, _closure };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var (before, after) = (parsed.GetValue(_before)!, parsed.GetValue(_after) ?? HostName.Root);
        var (first, second) = (await LockWords.ReadAsync(surroundings, folder, before, cancellationToken), await LockWords.ReadAsync(surroundings, folder, after, cancellationToken));
        var diff = LockDiff.Between(first, second);
        string? closure = null;
        if (parsed.GetValue(_closure))
        {
            var host = LockWords.HostOf(folder, before) ?? LockWords.HostOf(folder, after) ?? throw FleetException.ClosureNeedsHost();
            closure = await new ClosureDiff(surroundings.Processes, folder).CompareAsync(folder.Places([host])[0], host, first, second, terminal.Talk, cancellationToken);
        }
        if (parsed.GetValue(CommonOptions.Json))
            terminal.Data(JsonOutput.Diff(before, after, diff, closure));
        else
            terminal.Data((diff.IsEmpty ? $"{before} and {after} have the same lock\n" : DiffText.Render(diff, hasLinks: true)) + Closure(closure));
        return parsed.GetValue(_exitCode) && !diff.IsEmpty ? ExitCode.No : ExitCode.Done;
    }

    static string Closure(string? said) => said switch
    {
        null => "",
        _ when said.Trim().Length == 0 => "\nthe systems are of the same packages\n",
        _ => $"\n{said.TrimEnd()}\n",
    };
}

/// <summary>A lock by the word for it: a host, <c>root</c>, a file, or what a host had in a commit or on a
/// day, or has on the machine: <c>plex@HEAD~1</c>, <c>plex@running</c>.</summary>
static class LockWords
{
    public static LockFile Read(Surroundings surroundings, FleetFolder folder, string word) => HostLocks.ReadExisting(Place(surroundings, folder, word));

    public static async Task<LockFile> ReadAsync(Surroundings surroundings, FleetFolder folder, string word, CancellationToken cancellationToken)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || File.Exists(Path.GetFullPath(word, surroundings.Folder)))
            return Read(surroundings, folder, word);
        var (host, version) = (word[..at], word[(at + 1)..]);
        var place = folder.Places([host])[0];
        return LockFileReader.Read($"{place.Shown}@{version}", await VersionAsync(surroundings, folder, place, host, version, cancellationToken));
    }

    /// <summary>The bytes of an earlier lock: that of a commit, of a day, or of a generation of the machine.</summary>
    public static async Task<byte[]> VersionAsync(Surroundings surroundings, FleetFolder folder, LockPlace place, string host, string version, CancellationToken cancellationToken)
    {
        if (MachineLock.Is(version))
            return await MachineLock.ReadAsync(surroundings.Processes, folder.Fleet, host, version, surroundings.Machine, cancellationToken);
        using var history = LockHistory.Open(surroundings.Processes, folder);
        return await history.AtAsync(place, version, cancellationToken);
    }

    /// <summary>The host that a word is about; null for a file or root.</summary>
    public static string? HostOf(FleetFolder folder, string word) =>
        folder.Fleet.Hosts.Select(host => host.Name.ToString()).FirstOrDefault(name => word == name || word.StartsWith($"{name}@", StringComparison.Ordinal));

    public static LockPlace Place(Surroundings surroundings, FleetFolder folder, string word)
    {
        var path = Path.GetFullPath(word, surroundings.Folder);
        var isHost = word == HostName.Root || folder.Fleet.Hosts.Any(host => host.Name.ToString() == word);
        return !isHost && File.Exists(path)
            ? folder.RootPlace with { Name = word, Sharers = [word], File = path, Shown = word }
            : folder.Places([word])[0];
    }
}
