namespace Hostlock.Fleets.Changes;

/// <summary>
/// Puts earlier locks back. Which version comes back depends on the present files and on the commits. So the choice is recorded, and a run
/// that was broken off is finished by the same choice.
/// </summary>
/// <param name="folder">The fleet.</param>
/// <param name="words">The words of the command, as an undertaking records them.</param>
/// <param name="places">The locks.</param>
public sealed class LockRestoration(FleetFolder folder, IReadOnlyList<string> words, IReadOnlyList<LockPlace> places)
{
    Undertaking? _undertaking;

    /// <summary>Plans to put the locks back, and records the plan if it is to be written.</summary>
    /// <param name="planAsync">Chooses the version for one of them. It is not called for a lock that an earlier run has chosen for.</param>
    /// <param name="isWritten">True if the plan is written afterwards. The caller has then reserved the fleet.</param>
    /// <param name="told">Is told that this run finishes an earlier one that was broken off.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is nothing to put back, or the plan cannot be recorded.</exception>
    public async Task<LockPlan> PlanAsync(
        Func<LockPlace, CancellationToken, Task<PlannedLock>> planAsync, bool isWritten, Action told, CancellationToken cancellationToken)
    {
        var unfinished = Undertaking.Find(folder, words);
        if (unfinished is not null)
            told();
        var planned = new List<PlannedLock>();
        foreach (var place in places)
        {
            var recorded = unfinished?.Files.FirstOrDefault(file => file.Path == place.RelativePath)?.After;
            planned.Add(
                recorded is null
                    ? await planAsync(place, cancellationToken)
                    : PlannedLock.Restoring(place, recorded, $"the earlier {place.RelativePath}"));
        }
        if (isWritten)
        {
            _undertaking = unfinished
                ?? Undertaking.Of(
                    folder, words, planned.Select(each => (each.Place.RelativePath, (ReadOnlyMemory<byte>?)each.Contents)), []);
            _undertaking.Record();
        }
        return new([.. planned.Select(each => new LockOutcome.Planned(each))]);
    }

    /// <summary>Forgets the plan, because all is written and the user was told.</summary>
    /// <exception cref="Platform.PlatformException">The record cannot be deleted.</exception>
    public void End() => _undertaking?.End();
}
