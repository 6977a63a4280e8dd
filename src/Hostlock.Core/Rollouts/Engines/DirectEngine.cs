using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Engines;

/// <summary>
/// Needs nothing but Nix and ssh: the script of steps runs the system's own switch-to-configuration, as a unit that outlives the
/// connection. It is also the way back for every engine.
/// </summary>
sealed class DirectEngine : IDeployEngine
{
    public string Name => RolloutSettings.Direct;

    public Activation Activation => Activation.Test;

    public ProcessRequest? Command(Deployment deployment) => null;
}
