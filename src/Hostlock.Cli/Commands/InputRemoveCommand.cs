using System.CommandLine;
using Hostlock.Flakes;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli.Commands;

/// <summary>Takes inputs out of what is declared, and out of the locks.</summary>
sealed class InputRemoveCommand : FleetCommand
{
    readonly Argument<string[]> _names = CommonOptions.DeclaredInputs(ArgumentArity.OneOrMore);
    readonly DeclarationChanging _changing = new();

    public override CommandNature Nature => new(NetworkUse.Fetches) { Writes = true };

    public override JsonShape? Shape => ReportJson.DeclarationShape;

    protected override Command Describe()
    {
        var command = new Command("remove", """
            Take inputs out of flake.nix, and out of the locks

            An input that another follows, or that the outputs use, stays, and the place is
            named. With --host, the host's own reference goes.

              hostlock input remove home-manager
              hostlock input remove nixpkgs --host dobro
            """)
        { _names };
        foreach (var option in _changing.Options)
            command.Add(option);
        return command;
    }

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        var names = run.Words(_names);
        return _changing.RunAsync(
            run, [InputCommand.Name, "remove", .. names], names.Distinct().Select(name => new InputChange.Remove(name)));
    }
}
