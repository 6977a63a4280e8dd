using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Engines;

/// <summary>
/// A program that activates systems. An engine says what to run, and runs nothing. Whatever the program says, what the machine runs
/// afterwards is asked of the machine.
/// </summary>
public interface IDeployEngine
{
    /// <summary>Its name in hostlock.toml.</summary>
    string Name { get; }

    /// <summary>The command that activates a system on trial; null if the script of steps does it itself, in the command that arms the
    /// silence timer.</summary>
    /// <param name="address">The machine. Its port is given by NIX_SSHOPTS.</param>
    /// <param name="power">How its user becomes root.</param>
    /// <param name="system">The exact system.</param>
    ProcessRequest? Activation(MachineAddress address, RootPower power, StorePath system);
}

/// <summary>The engines that there are.</summary>
public static class DeployEngines
{
    static readonly IDeployEngine[] All = [new DirectEngine(), new NixosRebuildEngine()];

    /// <summary>The engine of a name that hostlock.toml, or a journal, gives.</summary>
    /// <param name="name">The name, one of <see cref="RolloutSettings.Engines"/>.</param>
    public static IDeployEngine Of(string name) => All.Single(engine => engine.Name == name);
}
