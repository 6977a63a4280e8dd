namespace Hostlock.Fetching;

/// <summary>The choice between the cache and the network.</summary>
public enum FetchMode
{
    /// <summary>Servers are asked for everything that may have changed, and an earlier answer stands in for a server that gives
    /// none.</summary>
    Usual,

    /// <summary>No server is asked. An earlier answer stands in for each, if there is one.</summary>
    Offline,

    /// <summary>Everything that may have changed is downloaded again, and no earlier answer stands in.</summary>
    Anew,
}
