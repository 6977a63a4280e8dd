using System.CommandLine;
using Hostlock.Fetching;
using Hostlock.Locks;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the narHash that Nix would lock.</summary>
sealed class HashCommand : FleetCommand
{
    readonly Argument<string> _source = new("source") { Description = "A folder, an archive, or a flake reference", HelpName = "SOURCE" };

    public override CommandNature Nature => new(NetworkUse.Fetches);

    public override JsonShape? Shape => HashJson.Shape;

    protected override Command Describe() => new("hash", """
        Print the narHash Nix would lock for a folder, archive or URL

        A folder is hashed with everything in it, and an archive as the tree in it.

          hostlock hash ./modules
          hostlock hash github:NixOS/nixpkgs/nixos-25.11
        """)
    { _source, CommonOptions.Json };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        var word = run.Value(_source);
        var warnings = new List<Warning>();
        var reference = NamedSource.Reference(word, run.Surroundings.Folder, warnings);
        var tree = await run.Fetcher.FetchAsync(reference, RegistryScope.All, run.CancellationToken);
        foreach (var warning in warnings.Concat(tree.Warnings).Concat(tree.Stale is { } stale ? [stale.Warning] : []))
            run.Terminal.Warn(warning);
        run.Print(() => $"{tree.Locked.NarHash}\n", () => HashJson.Render(word, tree.Locked.NarHash!, tree.Locked.LastModified));
        return ExitCode.Done;
    }
}
