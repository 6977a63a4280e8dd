using System.CommandLine;

namespace Hostlock.Cli;

/// <summary>A command: the words it takes, and what a run of them does. It turns words into a call of the library, and what comes of that into text.</summary>
abstract class FleetCommand
{
    /// <summary>The name, what it is for, and its arguments and options. A command that can print JSON has <see cref="CommonOptions.Json"/> among them.</summary>
    protected abstract Command Describe();

    /// <summary>Does what the words ask.</summary>
    /// <exception cref="HostlockException">It cannot be done.</exception>
    protected abstract Task<ExitCode> RunAsync(CommandRun run);

    /// <summary>The command for the command line.</summary>
    public Command Build(Surroundings surroundings)
    {
        var command = Describe();
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var run = new CommandRun(surroundings, parsed, cancellationToken);
            return (int)await RunAsync(run);
        });
        return command;
    }
}
