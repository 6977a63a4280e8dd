namespace Hostlock.Rollouts;

/// <summary>The way in which a machine gets a system.</summary>
public enum Activation
{
    /// <summary>The system runs at once, on trial, and boots only when it is kept.</summary>
    Test,

    /// <summary>The system runs at once, and boots from then on: an engine knows nothing else. It goes back if it fails, like one on trial,
    /// but a power cut does not undo it.</summary>
    Switch,

    /// <summary>The system runs from the next boot on.</summary>
    Boot,
}
