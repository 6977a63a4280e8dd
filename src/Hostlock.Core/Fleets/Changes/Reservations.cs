namespace Hostlock.Fleets.Changes;

/// <summary>Several flakes that no other run may write to. They are taken in a fixed order, so that two runs do not wait for each
/// other.</summary>
sealed class Reservations : IDisposable
{
    readonly List<IDisposable> _taken = [];

    /// <summary>Reserves flakes.</summary>
    /// <param name="folders">The flakes.</param>
    /// <exception cref="HostlockException">Another run is writing to one of them.</exception>
    public Reservations(IEnumerable<FleetFolder> folders)
    {
        try
        {
            foreach (var folder in folders.OrderBy(folder => folder.Path, StringComparer.Ordinal))
                _taken.Add(folder.Reserve());
        }
        catch (HostlockException)
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var taken in _taken)
            taken.Dispose();
    }
}
