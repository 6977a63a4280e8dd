using System.CommandLine;
using Hostlock.Flakes;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Declares an input, and locks it for all hosts that it concerns.</summary>
sealed class InputAddCommand : FleetCommand
{
    readonly Argument<string> _name = new("name") { Description = "The name of the input", HelpName = "NAME" };
    readonly Argument<string> _url = new("url") { Description = "Its reference, as in flake.nix", HelpName = "URL" };
    readonly Option<bool> _noFlake = new("--no-flake") { Description = "The input is not a flake: flake = false" };
    readonly DeclarationChanging _changing = new();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Writes = true };

    public override JsonShape? Shape => ReportJson.DeclarationShape;

    protected override Command Describe()
    {
        var command = new Command("add", """
            Declare an input, and lock it

            If 'outputs' lists its arguments, the name is added to them. If the reference
            cannot be fetched, no file changes.

              hostlock input add home-manager github:nix-community/home-manager
              hostlock input add dotfiles git+https://example.org/dotfiles --no-flake
            """)
        { _name, _url, _noFlake };
        foreach (var option in _changing.Options)
            command.Add(option);
        return command;
    }

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var (name, url, isFlake) = (run.Value(_name), run.Value(_url), !run.Value(_noFlake));
        string[] words = [InputCommand.Name, "add", name, url, .. isFlake ? Array.Empty<string>() : [_noFlake.Name]];
        return _changing.RunAsync(run, words, [new InputChange.Add(name, url, isFlake)]);
    }
}
