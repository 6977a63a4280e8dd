using System.CommandLine;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>The narHash that Nix would lock.</summary>
sealed class HashCommand(Surroundings surroundings)
{
    readonly Argument<string> _source = new("source") { Description = "A folder, an archive, or a flake reference", HelpName = "SOURCE" };

    public Command Build()
    {
        var command = new Command("hash", "Print the narHash Nix would lock for a folder, archive or URL") { _source };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var word = parsed.GetValue(_source)!;
        using var lines = surroundings.FetchLines();
        await using var fetcher = surroundings.Fetcher(lines);
        var tree = await fetcher.FetchAsync(Reference(word), RegistryScope.All, cancellationToken);
        var terminal = surroundings.TerminalFor(parsed);
        terminal.Data(parsed.GetValue(CommonOptions.Json)
            ? JsonOutput.Hash(word, tree.Locked.NarHash!, tree.Locked.LastModified)
            : $"{tree.Locked.NarHash}\n");
        return ExitCode.Done;
    }

    // What is there on disk is meant as it is: a folder with everything in it, a file as an archive.
    FlakeRef Reference(string word)
    {
        var path = Path.GetFullPath(word, surroundings.Folder);
        if (Directory.Exists(path))
            return FlakeRef.FromAttributes(RefAttributes.Of(("type", "path"), ("path", path)), null);
        if (!File.Exists(path))
            return FlakeRef.ParseArgument(word, surroundings.Folder);
        var url = "file://" + string.Join('/', path.Split('/').Select(segment => FlakeUrl.Encode(segment, ":@")));
        return FlakeRef.FromAttributes(RefAttributes.Of(("type", "tarball"), ("url", url)), null);
    }
}
