using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Engines;

/// <summary>
/// nixos-rebuild of NixOS 26.05 and later, which takes a system that is built. It is never told to roll back, which goes to the generation
/// before, whatever that is; and it does not replace itself by the nixos-rebuild of the flake, which would have to be built first.
/// </summary>
/// <remarks>nixpkgs#482430 for <c>--store-path</c>.</remarks>
sealed class NixosRebuildEngine : IDeployEngine
{
    public string Name => RolloutSettings.NixosRebuild;

    public Activation Activation => Activation.Test;

    public ProcessRequest? Command(Deployment deployment) => NixosRebuildProgram.Command(
        isByRoot: deployment.Address.IsHere && deployment.Power == RootPower.BySudo,
        [
            "test", "--no-reexec", "--store-path", deployment.System.ToString(),
            .. TargetOptions(deployment.Address.Place, deployment.Power),
        ]);

    static IEnumerable<string> TargetOptions(string? place, RootPower power)
    {
        if (place is null)
            yield break;
        yield return "--target-host";
        yield return place;
        if (power == RootPower.BySudo)
            yield return "--elevate=sudo";
    }
}
