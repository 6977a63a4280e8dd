using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// Checks the names of the inputs that hostlock.toml has policies for. A minimum age with a misspelt name would hold nothing.
/// </summary>
public static class PolicyNames
{
    /// <summary>The names of policies that are no input of any lock and declared by nobody, each with the names that are.</summary>
    /// <param name="fleet">The policies.</param>
    /// <param name="locks">The locks, null for one that does not exist or cannot be read, and what is declared for them.</param>
    public static IEnumerable<(string Name, IReadOnlyList<string> Known)> Unknown(
        Fleet fleet, IReadOnlyList<(LockFile? Lock, Flake Declared)> locks)
    {
        IReadOnlyList<string>? declared = null;
        foreach (var name in fleet.Policies.Names)
        {
            var path = InputPath.TryParse(name)!;
            if (locks.Any(known => known.Declared.Inputs.ContainsKey(name) || known.Lock?.EdgeAt(path) is not null))
                continue;
            yield return (name, declared ??= [.. locks.SelectMany(known => known.Declared.Inputs.Keys).Distinct()]);
        }
    }

    /// <summary>Makes sure, before policies are obeyed, that each names an input. Locks that the command is not about are only read if the
    /// others do not have the input.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="places">The locks that the command is about.</param>
    /// <param name="declarations">Reads what is declared.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">A policy names no input.</exception>
    public static async Task RequireKnownAsync(
        FleetFolder folder, IReadOnlyList<LockPlace> places, HostDeclarations declarations, CancellationToken cancellationToken)
    {
        if (folder.Fleet.Policies.Count == 0 || !Unknown(folder.Fleet, await ReadAsync(places)).Any())
            return;
        foreach (var (name, known) in Unknown(folder.Fleet, await ReadAsync(folder.AllPlaces())))
            throw FleetException.PolicyOfNoInput(folder.PlaceInFleetFile("inputs", name), name, known);

        async Task<List<(LockFile?, Flake)>> ReadAsync(IReadOnlyList<LockPlace> read)
        {
            var (statuses, locks) = (FleetStatus.Read(read), new List<(LockFile?, Flake)>());
            foreach (var status in statuses)
            {
                if (await DeclaredAsync(status.Place) is { } declared)
                    locks.Add((status.Lock, declared));
            }
            return locks;
        }

        // Null if the declarations cannot be read, which the plan for that lock reports.
        async Task<Flake?> DeclaredAsync(LockPlace place)
        {
            try
            {
                return (await declarations.OfAsync(place, cancellationToken)).Flake;
            }
            catch (HostlockException)
            {
                return null;
            }
        }
    }
}
