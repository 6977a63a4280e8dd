namespace Hostlock.Fetching;

/// <summary>What a run takes from the cache, and what from the network.</summary>
public enum FetchMode
{
    /// <summary>What may have changed is asked for, and an earlier answer stands in for a server that gives none.</summary>
    Usual,

    /// <summary>No server is asked. An earlier answer stands in for each, if there is one.</summary>
    Offline,

    /// <summary>What may have changed is downloaded again, and no earlier answer stands in for it.</summary>
    Anew,
}
