using System.CommandLine;

namespace Hostlock.Cli;

/// <summary>A command of the program. It turns the words of the line into one call of the library, and the result into text.</summary>
abstract class FleetCommand
{
    /// <summary>
    /// Describes the command: its name, its help, its arguments and its options. A command that can print JSON has the option <see
    /// cref="CommonOptions.Json"/>.
    /// </summary>
    protected abstract Command Describe();

    /// <summary>The commands within this one.</summary>
    protected virtual IReadOnlyList<FleetCommand> Inner => [];

    /// <summary>Runs the command.</summary>
    /// <exception cref="HostlockException">The command fails.</exception>
    protected abstract Task<ExitCode> RunAsync(CommandRun run);

    /// <summary>Makes the command for the command-line library.</summary>
    public Command Build(Surroundings surroundings)
    {
        var command = Describe();
        foreach (var inner in Inner)
            command.Add(inner.Build(surroundings));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var run = new CommandRun(surroundings, parsed, cancellationToken);
            return (int)await RunAsync(run);
        });
        return command;
    }
}
