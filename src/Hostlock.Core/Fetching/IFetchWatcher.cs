using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>Is told how fetches go, on any thread.</summary>
public interface IFetchWatcher
{
    /// <summary>A reference is asked for because of an input. Several inputs may have one reference.</summary>
    void Asked(FlakeRef reference, InputPath input);

    /// <summary>A fetch begins.</summary>
    /// <param name="reference">The reference that is fetched, which names the fetch from then on.</param>
    /// <param name="asked">The reference that was asked for. A registry may have turned it into the other.</param>
    void Began(FlakeRef reference, FlakeRef asked);

    /// <summary>The bytes of a reference come, from the first on.</summary>
    /// <param name="reference">The reference that is fetched.</param>
    /// <param name="bytes">The number of bytes; null if the server does not say.</param>
    void Expected(FlakeRef reference, long? bytes);

    /// <summary>More bytes have come for a reference.</summary>
    void Received(FlakeRef reference, long bytes);

    /// <summary>The fetch of a reference has succeeded or failed.</summary>
    void Ended(FlakeRef reference, bool isDone);
}
