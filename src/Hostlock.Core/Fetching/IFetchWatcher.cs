using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>Is told how fetches go, on any thread.</summary>
public interface IFetchWatcher
{
    /// <summary>A fetch of a reference begins.</summary>
    void Began(FlakeRef reference);

    /// <summary>More bytes have come for a reference.</summary>
    void Received(FlakeRef reference, long bytes);

    /// <summary>The fetch of a reference has succeeded or failed.</summary>
    void Ended(FlakeRef reference, bool isDone);
}
