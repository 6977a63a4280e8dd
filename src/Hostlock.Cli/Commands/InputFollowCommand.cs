using System.CommandLine;
using Hostlock.Flakes;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Has an input, or an input of an input, follow another.</summary>
sealed class InputFollowCommand : FleetCommand
{
    readonly Argument<string> _path = CommonOptions.PathOfInput("path", "PATH", "The input that follows, by its path");
    readonly Argument<string> _target = CommonOptions.PathOfInput("target", "TARGET", "The input that it follows; '' for none");
    readonly DeclarationChanging _changing = new();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Writes = true };

    public override JsonShape? Shape => ReportJson.DeclarationShape;

    protected override Command Describe()
    {
        var command = new Command("follow", """
            Have an input of an input follow another

            Both are one input then, with one revision. 'hostlock follows' shows which
            inputs could be joined.

              hostlock input follow home-manager/nixpkgs nixpkgs
              hostlock input follow lanzaboote/pre-commit ''
            """)
        { _path, _target };
        foreach (var option in _changing.Options)
            command.Add(option);
        return command;
    }

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var (path, target) = (run.Value(_path), run.Value(_target));
        return _changing.RunAsync(
            run,
            [InputCommand.Name, "follow", path, target],
            [
                new InputChange.Follow(
                    CommonOptions.InputPaths([path])[0],
                    target.Length == 0 ? InputPath.Root : CommonOptions.InputPaths([target])[0]),
            ]);
    }
}
