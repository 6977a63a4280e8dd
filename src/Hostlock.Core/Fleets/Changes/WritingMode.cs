namespace Hostlock.Fleets.Changes;

/// <summary>What is done with a plan.</summary>
public abstract record WritingMode
{
    WritingMode()
    {
    }

    /// <summary>Nothing is written, and nobody else is kept from writing.</summary>
    public sealed record PlanOnly : WritingMode;

    /// <summary>The locks are written.</summary>
    public sealed record Write : WritingMode;

    /// <summary>The locks are written and committed.</summary>
    public sealed record WriteAndCommit(CommitNote Note) : WritingMode;
}
