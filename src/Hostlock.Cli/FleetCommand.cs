using System.CommandLine;
using System.CommandLine.Invocation;
using Hostlock.Fleets;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>A command of the program. It turns the words of the line into one call of the library, and the result into text.</summary>
abstract class FleetCommand
{
    /// <summary>
    /// Describes the command: its name, its help, its arguments and its options. A command that can print JSON has the option <see
    /// cref="CommonOptions.Json"/>.
    /// </summary>
    protected abstract Command Describe();

    /// <summary>The nature of the command, from which it follows which of the options that commands share it has.</summary>
    public abstract CommandNature Nature { get; }

    /// <summary>
    /// The shape of what the command prints with <c>--json</c>: of its document about one flake, or of each line if it prints one as each
    /// thing happens; null if it has no JSON form.
    /// </summary>
    public virtual JsonShape? Shape => null;

    /// <summary>The commands within this one.</summary>
    protected virtual IReadOnlyList<FleetCommand> Inner => [];

    /// <summary>The flakes that the command is about, if the user is in none of several.</summary>
    /// <param name="run">The run, whose options may decide it.</param>
    public virtual FlakeReach Reach(CommandRun run) => FlakeReach.One;

    /// <summary>The flakes of several that the command is about. If it is about none, each of them says why.</summary>
    /// <param name="run">The run.</param>
    /// <param name="flakes">The flakes that have what the line names.</param>
    public virtual IEnumerable<FleetFolder> About(CommandRun run, IReadOnlyList<FleetFolder> flakes) => flakes;

    /// <summary>Prints the end, once all flakes have had their turn.</summary>
    /// <param name="run">The run.</param>
    /// <param name="flakes">The flakes of the repository.</param>
    public virtual void Conclude(CommandRun run, RepositoryFlakes flakes)
    {
    }

    /// <summary>Runs the command for one flake.</summary>
    /// <exception cref="HostlockException">The command fails.</exception>
    public abstract Task<ExitCode> RunAsync(CommandRun run);

    /// <summary>Makes the command for the command-line library.</summary>
    /// <param name="surroundings">Everything outside the program.</param>
    /// <param name="words">The words of the line. The command only needs refusals of options that may be among them; null for a command
    /// with all its refusals.</param>
    public Command Build(Surroundings surroundings, IReadOnlyList<string>? words)
    {
        var command = Describe();
        foreach (var inner in Inner)
            command.Add(inner.Build(surroundings, words));
        foreach (var option in Nature.Options)
            command.Add(option);
        foreach (var option in Nature.Refused(command, words))
            command.Add(option);
        command.Action = new FleetAction(this, command, surroundings);
        return command;
    }
}

/// <summary>Runs a command for the command-line library.</summary>
/// <param name="command">The command.</param>
/// <param name="symbol">The command as the line names it.</param>
/// <param name="surroundings">Everything outside the program.</param>
sealed class FleetAction(FleetCommand command, Command symbol, Surroundings surroundings) : AsynchronousCommandLineAction
{
    /// <summary>The nature of the command.</summary>
    public CommandNature Nature => command.Nature;

    /// <summary>The shape of what the command prints with <c>--json</c>, about one flake or several; null if it has no JSON form.</summary>
    public JsonShape? Shape => command.Shape is { } shape
        ? command.Reach(CommandRun.Of(surroundings, symbol.Parse([]), CancellationToken.None))
            is FlakeReach.Each or FlakeReach.EachWithMachines or FlakeReach.Together
            ? FlakesJson.ShapeOf(shape)
            : shape
        : null;

    public override async Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default)
    {
        await using var run = CommandRun.Of(surroundings, parseResult, cancellationToken);
        return (int)await new FlakeRuns(command, symbol, run).RunAsync();
    }
}
