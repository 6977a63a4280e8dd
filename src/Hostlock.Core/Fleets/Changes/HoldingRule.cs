namespace Hostlock.Fleets.Changes;

/// <summary>Why an input is left as it is while others move; its text is the reason in words.</summary>
public abstract record HoldingRule
{
    HoldingRule()
    {
    }

    /// <summary>The input is frozen on the host.</summary>
    public sealed record Frozen(Freeze Freeze) : HoldingRule;

    /// <summary>The host tracks a reference of its own, which another host's lock knows nothing of.</summary>
    public sealed record OwnReference(LockOwner Owner, string Reference) : HoldingRule;

    /// <summary>The host whose lock is promoted tracks a reference of its own, which is not for others.</summary>
    public sealed record OwnReferenceOfSource(LockOwner Source, string Reference) : HoldingRule;

    /// <summary>The lock that is promoted has no such input.</summary>
    public sealed record NotInSource(LockOwner Source) : HoldingRule;

    /// <summary>Every revision that is as old as the input's minimum age asks is older than the locked one.</summary>
    public sealed record OlderThanLocked : HoldingRule;

    /// <summary>No revision is as old as the input's minimum age asks.</summary>
    public sealed record NoneOldEnough(HostlockException Why) : HoldingRule;

    /// <summary>The reason, as the user reads it.</summary>
    public sealed override string ToString() => this switch
    {
        Frozen(var freeze) => $"frozen: {freeze}",
        OwnReference(var owner, var reference) => $"{owner} tracks {reference}",
        OwnReferenceOfSource(var source, var reference) => $"{source} tracks {reference} for itself",
        NotInSource(var source) => $"{source} has no such input",
        OlderThanLocked => "all that is as old as its min-age asks is older than what is locked",
        NoneOldEnough(var why) => why.Message,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
