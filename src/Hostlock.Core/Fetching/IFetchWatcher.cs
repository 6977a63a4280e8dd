using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>Told of fetches as they go on, from any thread.</summary>
public interface IFetchWatcher
{
    /// <summary>A reference is being followed.</summary>
    void Began(FlakeRef reference);

    /// <summary>So many more bytes have come for it.</summary>
    void Received(FlakeRef reference, long bytes);

    /// <summary>It is done, or has failed.</summary>
    void Ended(FlakeRef reference, bool isDone);
}
