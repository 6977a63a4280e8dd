using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Steps;

/// <summary>
/// Builds the systems of hosts, as plain nixos-rebuild builds them: the same attribute, and no option about locks. The lock of a host is
/// chosen by the Nix code of the flake.
/// </summary>
/// <param name="processes">Runs nix.</param>
/// <param name="surroundings">The fleet, and this machine.</param>
public sealed class SystemBuild(IProcessRunner processes, StepSurroundings surroundings)
{
    /// <summary>Builds the system of a host, where <c>[rollout]</c> says.</summary>
    /// <param name="host">The host.</param>
    /// <param name="root">A link that keeps the system from being collected, if it is built here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no nix, or the system cannot be built.</exception>
    public async Task<StorePath> OfAsync(Host host, string root, CancellationToken cancellationToken)
    {
        if (!host.ConfigurationPaths[0].StartsWith("nixosConfigurations.", StringComparison.Ordinal))
            throw RolloutException.NotNixos(host.Name, host.ConfigurationPaths[0]);
        var store = StoreOf(host.Rollout.Build, MachineAddress.Of(host, surroundings.Machine));
        return await BuildAsync(
            host,
            SystemEvaluation.AttributeOf(host),
            store is null ? ["--out-link", root] : ["--store", store, "--eval-store", "auto", "--no-link"],
            cancellationToken);
    }

    /// <summary>Builds a virtual machine with the system of a host, and returns the program that starts it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="root">A link that keeps it from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no nix, or it cannot be built.</exception>
    public async Task<string> VirtualMachineAsync(Host host, string root, CancellationToken cancellationToken)
    {
        if (!host.ConfigurationPaths[0].StartsWith("nixosConfigurations.", StringComparison.Ordinal))
            throw RolloutException.NotNixos(host.Name, host.ConfigurationPaths[0]);
        var built = await BuildAsync(
            host, $"{host.ConfigurationPaths[0]}.config.system.build.vm", ["--out-link", root], cancellationToken);
        var programs = Path.Combine(built.ToString(), "bin");
        return Directory.Exists(programs)
            && Directory.EnumerateFiles(programs, "run-*-vm").Order(StringComparer.Ordinal).FirstOrDefault() is { } run
            ? run
            : throw RolloutException.NotBuilt(host.Name, built.ToString());
    }

    /// <summary>The store that systems are built in, as nix knows it; null for that of this machine.</summary>
    /// <param name="place">Where they are built.</param>
    /// <param name="address">The machine of the host.</param>
    public static string? StoreOf(BuildPlace place, MachineAddress address) => place switch
    {
        BuildPlace.Here => null,
        BuildPlace.Target => StoreOf(address),
        BuildPlace.Elsewhere(var store) => store,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The store of a machine, as nix knows it, without its port; null for that of this machine.</summary>
    /// <param name="address">The machine.</param>
    public static string? StoreOf(MachineAddress address) => address.Place is { } place ? $"ssh-ng://{place}" : null;

    async Task<StorePath> BuildAsync(Host host, string attribute, ImmutableArray<string> options, CancellationToken cancellationToken)
    {
        var reference = new SystemEvaluation(processes, surroundings.Folder).ReferenceTo(attribute);
        // A builder that is named as a store has its port there.
        var isOnTarget = host.Rollout.Build is BuildPlace.Target;
        var request = NixProgram.Command(["build", .. options, "--print-out-paths", "--", reference]) with
        {
            Environment = surroundings.ForSsh(isOnTarget ? MachineAddress.Of(host, surroundings.Machine).Port : null),
        };
        var finished = await processes.RunAsync(request, cancellationToken);
        if (!finished.Succeeded)
            throw RolloutException.BuildFailed(host.Name, finished.Errors.Trim());
        return StorePath.TryParse(finished.Output.Trim()) ?? throw RolloutException.NotBuilt(host.Name, finished.Output.Trim());
    }
}
