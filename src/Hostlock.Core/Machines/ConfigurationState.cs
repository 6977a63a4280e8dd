namespace Hostlock.Machines;

/// <summary>The comparison of the system that a machine runs with the one that the repository makes for its host now.</summary>
public abstract record ConfigurationState
{
    ConfigurationState()
    {
    }

    /// <summary>Nobody asked.</summary>
    public sealed record NotAsked : ConfigurationState;

    /// <summary>They are the same.</summary>
    public sealed record Same : ConfigurationState;

    /// <summary>The repository makes another system.</summary>
    /// <param name="Wanted">The system that it makes.</param>
    public sealed record Differs(StorePath Wanted) : ConfigurationState;

    /// <summary>The system that the repository makes is not known.</summary>
    /// <param name="Why">The reason.</param>
    public sealed record NotEvaluated(HostlockException Why) : ConfigurationState;
}
