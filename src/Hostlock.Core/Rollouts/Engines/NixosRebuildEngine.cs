using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Engines;

/// <summary>
/// nixos-rebuild of NixOS 26.05 and later, which takes a system that is built. It is never told to roll back, which goes to the generation
/// before, whatever that is; and it does not run the nixos-rebuild of the flake in place of itself, which would have to be built first.
/// </summary>
/// <remarks>nixpkgs#482430 for <c>--store-path</c>.</remarks>
sealed class NixosRebuildEngine : IDeployEngine
{
    public string Name => RolloutSettings.NixosRebuild;

    public ProcessRequest? Activation(MachineAddress address, RootPower power, StorePath system) => NixosRebuildProgram.Command(
        isByRoot: address.IsHere && power == RootPower.BySudo,
        [
            "test", "--no-reexec", "--store-path", system.ToString(),
            .. TargetOptions(address.Place, power),
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
