using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Engines;

/// <summary>The system that an engine is to bring, and the machine.</summary>
/// <param name="Address">The machine. Its port is given by NIX_SSHOPTS.</param>
/// <param name="Power">The way in which the user of the machine becomes root.</param>
/// <param name="System">The exact system.</param>
/// <param name="Flake">The flake that makes the system, as nix takes it, for engines that evaluate by themselves.</param>
/// <param name="Folder">The folder of the flake.</param>
public sealed record Deployment(MachineAddress Address, RootPower Power, StorePath System, string Flake, string Folder);

/// <summary>
/// A program that activates systems. An engine says which command to run, and runs nothing. Whatever the program prints, the machine is
/// asked afterwards what it runs.
/// </summary>
public interface IDeployEngine
{
    /// <summary>Its name in hostlock.toml.</summary>
    string Name { get; }

    /// <summary>The way in which a machine gets a system by it: on trial, or at once for good.</summary>
    Activation Activation { get; }

    /// <summary>The command that activates a system; null if the script of steps does it itself, in the command that arms the silence
    /// timer.</summary>
    /// <param name="deployment">The system, and the machine.</param>
    ProcessRequest? Command(Deployment deployment);

    /// <summary>
    /// The question to an agent on the machine, before anything is done, and again after the command, while the agent brings the system. If
    /// the agent refuses, waiting is useless. Null if the command itself brings the system.
    /// </summary>
    /// <param name="deployment">The system, and the machine.</param>
    ProcessRequest? Attendance(Deployment deployment) => null;
}
