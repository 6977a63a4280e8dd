using System.CommandLine;
using Hostlock.Fleets;

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

    /// <summary>Which flakes the command speaks of, if the user is in none of several.</summary>
    /// <param name="run">The run, whose options may decide it.</param>
    public virtual FlakeReach Reach(CommandRun run) => FlakeReach.One;

    /// <summary>True if the command is about the flake that the user is in, although it is not adopted and others beneath it are.</summary>
    /// <param name="run">The run.</param>
    public virtual bool IsForUnadopted(CommandRun run) => false;

    /// <summary>Those of several flakes that the command is about. If it is about none, each of them says why.</summary>
    /// <param name="run">The run.</param>
    /// <param name="flakes">The flakes that have what the line names.</param>
    public virtual IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) => flakes;

    /// <summary>Says what remains to be said once all flakes were spoken of.</summary>
    /// <param name="run">The run.</param>
    /// <param name="flakes">The flakes of the repository.</param>
    public virtual void Conclude(CommandRun run, RepositoryFlakes flakes)
    {
    }

    /// <summary>Runs the command for one flake.</summary>
    /// <exception cref="HostlockException">The command fails.</exception>
    public abstract Task<ExitCode> RunAsync(CommandRun run);

    /// <summary>Makes the command for the command-line library.</summary>
    public Command Build(Surroundings surroundings)
    {
        var command = Describe();
        foreach (var inner in Inner)
            command.Add(inner.Build(surroundings));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var run = new CommandRun(surroundings, parsed, cancellationToken);
            return (int)await new FlakeRuns(this, command, run).RunAsync();
        });
        return command;
    }
}
