using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Machines.Packages;

/// <summary>
/// Asks the nix of this machine, or of another, which paths a system needs. The closure of a path never changes, so it is asked for once
/// and kept in the cache.
/// </summary>
/// <param name="processes">Runs nix and ssh.</param>
/// <param name="cache">Keeps the answers.</param>
public sealed class Closures(IProcessRunner processes, MachineCache cache)
{
    const string Kind = "closures";
    const long MaximumBytes = 256 * 1024 * 1024;

    /// <summary>Reads the closure of a system.</summary>
    /// <param name="machine">The machine whose store has the system; null for this one.</param>
    /// <param name="system">The system.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The machine has no nix, cannot be reached, or does not have the system.</exception>
    public async Task<Closure> OfAsync(MachineAddress? machine, StorePath system, CancellationToken cancellationToken)
    {
        if (cache.Find(Kind, system.ToString()) is { } kept && Closure.TryParse(system, kept) is { } known)
            return known;
        var request = NixProgram.On(machine?.Target, "path-info", "--recursive", "--size", "--", system.ToString()) with
        {
            Output = new ProcessOutput.Text(MaximumBytes),
        };
        var finished = await processes.RunAsync(request, cancellationToken);
        if (!finished.Succeeded)
            throw MachineException.NoClosure(system, Name(machine), finished.Errors.Trim());
        var closure = Closure.TryParse(system, finished.Output) ?? throw MachineException.NotAClosure(system, Name(machine));
        cache.Keep(Kind, system.ToString(), closure.ToString());
        return closure;
    }

    static string Name(MachineAddress? machine) => machine?.ToString() ?? "this machine";
}
