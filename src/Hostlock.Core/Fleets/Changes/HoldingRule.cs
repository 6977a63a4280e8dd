using Hostlock.Flakes;

namespace Hostlock.Fleets.Changes;

/// <summary>A reason why an input stays as it is while others move.</summary>
public abstract record HoldingRule
{
    HoldingRule()
    {
    }

    /// <summary>The input is frozen on the host.</summary>
    public sealed record Frozen(Freeze Freeze) : HoldingRule;

    /// <summary>The host tracks another reference than the promoted lock has, wherever it is declared.</summary>
    public sealed record OwnReference(LockOwner Owner, string Reference) : HoldingRule;

    /// <summary>The host whose lock is promoted tracks a reference of its own, which is not meant for others.</summary>
    public sealed record OwnReferenceOfSource(LockOwner Source, string Reference) : HoldingRule;

    /// <summary>The host declares the input, or an input beneath it, otherwise than the promoted lock has it.</summary>
    public sealed record OtherDeclaration(LockOwner Owner, InputPath Path) : HoldingRule;

    /// <summary>The host does not declare the input.</summary>
    public sealed record NotDeclared(LockOwner Owner) : HoldingRule;

    /// <summary>The lock that is promoted has no such input.</summary>
    public sealed record NotInSource(LockOwner Source) : HoldingRule;

    /// <summary>All revisions that are old enough for the input's minimum age are older than the locked one.</summary>
    public sealed record OlderThanLocked : HoldingRule;

    /// <summary>No revision is old enough for the input's minimum age.</summary>
    public sealed record NoneOldEnough : HoldingRule;

    /// <summary>The reason, as the user reads it.</summary>
    public sealed override string ToString() => this switch
    {
        Frozen(var freeze) => $"frozen: {freeze}",
        OwnReference(var owner, var reference) => $"{owner} tracks {reference}",
        OwnReferenceOfSource(var source, var reference) => $"{source} tracks {reference} for itself",
        OtherDeclaration(var owner, var path) => $"{owner} declares '{path}' otherwise",
        NotDeclared(var owner) => $"{owner} does not declare it",
        NotInSource(var source) => $"{source} has no such input",
        OlderThanLocked => "every revision as old as its min-age asks is older than the locked one",
        NoneOldEnough => "no revision is as old as its min-age asks",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
