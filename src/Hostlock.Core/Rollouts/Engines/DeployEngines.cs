using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Rollouts.Engines;

/// <summary>The engines that there are: some exist by themselves, others are described by hostlock.toml.</summary>
public static class DeployEngines
{
    static readonly IDeployEngine[] Known = [new DirectEngine(), new NixosRebuildEngine(), new CominEngine()];

    /// <summary>Finds an engine; null if no engine has the name, or no longer.</summary>
    /// <param name="fleet">The fleet, whose file may describe engines.</param>
    /// <param name="name">The name, which hostlock.toml or a journal gives.</param>
    public static IDeployEngine? Find(Fleet fleet, string name) =>
        Known.FirstOrDefault(engine => engine.Name == name)
            ?? (fleet.Engines.FirstOrDefault(engine => engine.Name == name) is { } described ? new CommandEngine(described) : null);

    /// <summary>Plans how a host gets a system, by its own engine.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="host">The host.</param>
    /// <param name="target">The system.</param>
    /// <param name="boots">True if the system is to run from the next boot on.</param>
    /// <param name="isChecked">False if the system is kept without a look at the machine and its gates.</param>
    public static HostPlan Plan(Fleet fleet, Host host, StorePath target, bool boots, bool isChecked) => new(
        host.Name, target, boots ? Activation.Boot : Find(fleet, host.Rollout.Engine)!.Activation, host.Rollout.Engine, host.Rollout.Trial,
        isChecked)
    {
        After = host.After,
    };
}
