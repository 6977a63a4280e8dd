using System.CommandLine;
using Hostlock.Flakes;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Gives an input another reference, and locks that.</summary>
sealed class InputSetCommand : FleetCommand
{
    readonly Argument<string> _name = CommonOptions.DeclaredInput();
    readonly Argument<string> _url = new("url") { Description = "Its reference, as in flake.nix", HelpName = "URL" };
    readonly DeclarationChanging _changing = new();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Writes = true };

    public override JsonShape? Shape => ReportJson.DeclarationShape;

    protected override Command Describe()
    {
        var command = new Command("set", """
            Give an input another reference, and lock that

            Overrides of its own inputs stay. With --host, a host that shares flake.nix gets
            a reference of its own, in hostlock.toml.

              hostlock input set nixpkgs github:NixOS/nixpkgs/nixos-26.05
              hostlock input set nixpkgs github:NixOS/nixpkgs/nixos-25.11 --host dobro
            """)
        { _name, _url };
        foreach (var option in _changing.Options)
            command.Add(option);
        return command;
    }

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var (name, url) = (run.Value(_name), run.Value(_url));
        return _changing.RunAsync(run, [InputCommand.Name, "set", name, url], [new InputChange.Refer(name, url)]);
    }
}
