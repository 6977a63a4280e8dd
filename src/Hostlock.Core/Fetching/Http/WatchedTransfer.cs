using Hostlock.Flakes;

namespace Hostlock.Fetching.Http;

/// <summary>Tells a watcher how the bytes of one reference come.</summary>
/// <param name="watcher">Is told how the transfer goes.</param>
/// <param name="reference">The reference that is fetched.</param>
sealed class WatchedTransfer(IFetchWatcher watcher, FlakeRef reference)
{
    /// <summary>A body that tells how it is read.</summary>
    /// <param name="download">The answer whose body it is.</param>
    public Stream Watch(Download download)
    {
        watcher.Expected(reference, download.Length);
        return new WatchedStream(download.Body, read => watcher.Received(reference, read));
    }
}
