using System.CommandLine;
using Hostlock.Fleets;

namespace Hostlock.Cli.Commands;

/// <summary>Changes the inputs that are declared. Its inner commands do it.</summary>
sealed class InputCommand : FleetCommand
{
    /// <summary>The name of the command.</summary>
    public const string Name = "input";

    protected override IReadOnlyList<FleetCommand> Inner { get; } =
        [new InputAddCommand(), new InputRemoveCommand(), new InputSetCommand(), new InputFollowCommand()];

    public override CommandNature Nature => new(NetworkUse.None);

    protected override Command Describe() => new(Name, """
        Change the inputs that flake.nix declares, and the locks with it

        The file keeps its comments and its layout. It is written together with the
        locks of all hosts that it concerns, or not at all.

          hostlock input add home-manager github:nix-community/home-manager
          hostlock input follow home-manager/nixpkgs nixpkgs
        """);

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run) => throw FleetException.NoInputCommand();
}
