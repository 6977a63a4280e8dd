using System.CommandLine;
using Hostlock.Fleets.Settings;

namespace Hostlock.Cli.Commands;

/// <summary>Takes a freeze out of hostlock.toml.</summary>
sealed class UnfreezeCommand(Surroundings surroundings)
{
    readonly Argument<string> _host = CommonOptions.One("host", "HOST", "A host");
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var input = CommonOptions.Input(_host);
        var command = new Command("unfreeze", "Let a frozen input of a host move again") { _host, input, _dryRun };
        command.SetAction(parsed => (int)Run(parsed, parsed.GetValue(input)!));
        return command;
    }

    ExitCode Run(ParseResult parsed, string input)
    {
        var folder = surroundings.Open(parsed);
        var host = folder.HostNamed(parsed.GetValue(_host)!);
        FleetFileWriting.Edit(folder, file => FleetFileEdit.RemoveFreeze(file, host.Name, input), parsed.GetValue(_dryRun));
        surroundings.TerminalFor(parsed).Data($"{host.Name}  {input}  no longer frozen\n");
        return ExitCode.Done;
    }
}
