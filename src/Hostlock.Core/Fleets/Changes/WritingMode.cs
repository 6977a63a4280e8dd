namespace Hostlock.Fleets.Changes;

/// <summary>The way in which a plan is written.</summary>
public abstract record WritingMode
{
    WritingMode()
    {
    }

    /// <summary>Nothing is written, and other runs may write meanwhile.</summary>
    public sealed record PlanOnly : WritingMode;

    /// <summary>The locks are written.</summary>
    public sealed record Write : WritingMode;

    /// <summary>The locks are written and committed.</summary>
    public sealed record WriteAndCommit(CommitNote Note) : WritingMode;
}
