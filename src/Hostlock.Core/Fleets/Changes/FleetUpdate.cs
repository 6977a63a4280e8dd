using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Changes;

/// <summary>The update of some locks of a fleet, with the changes of shared inputs in the others.</summary>
/// <param name="folder">The fleet.</param>
/// <param name="source">Follows references to trees.</param>
/// <param name="processes">The seam to git.</param>
/// <param name="edited">A file of the flake that is read as it would be after an edit; null if all are read as they are.</param>
public sealed class FleetUpdate(FleetFolder folder, IFlakeSource source, IProcessRunner processes, EditedFile? edited = null)
{
    /// <summary>Plans the locks that were asked for, and then those that share an input with them.</summary>
    /// <param name="places">The locks that were asked for.</param>
    /// <param name="request">The change to make to them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">hostlock.toml names an input that no host has, or the declarations cannot be read.</exception>
    public async Task<LockPlan> PlanAsync(IReadOnlyList<LockPlace> places, UpdateRequest request, CancellationToken cancellationToken)
    {
        var updates = HostUpdate.Of(folder, source, processes, edited);
        if (request is UpdateRequest.Move)
            await PolicyNames.RequireKnownAsync(folder, places, updates.Declarations, cancellationToken);
        var shared = new SharedInputs(folder, async place => (await updates.Declarations.OfAsync(place, cancellationToken)).Flake);
        return await shared.SpreadAsync(await updates.PlanAsync(places, request, cancellationToken));
    }
}
