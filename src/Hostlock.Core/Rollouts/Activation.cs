namespace Hostlock.Rollouts;

/// <summary>How a machine gets a system.</summary>
public enum Activation
{
    /// <summary>The system runs at once, on trial, and boots only when it is kept.</summary>
    Test,

    /// <summary>The system runs from the next boot on.</summary>
    Boot,
}
