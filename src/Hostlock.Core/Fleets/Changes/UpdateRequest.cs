using System.Collections.Immutable;
using Hostlock.Flakes;

namespace Hostlock.Fleets.Changes;

/// <summary>The change to make to the locks of some hosts.</summary>
public abstract record UpdateRequest
{
    UpdateRequest()
    {
    }

    /// <summary>Bring the locks in line with the declarations, and move no locked input.</summary>
    public sealed record InLine : UpdateRequest
    {
        /// <summary>True if entries that lack <c>narHash</c> or <c>lastModified</c> get them, from the very revision that is
        /// locked.</summary>
        public bool FillsFacts { get; init; }
    }

    /// <summary>Move inputs to newer revisions.</summary>
    /// <param name="Inputs">The inputs to move, and their targets.</param>
    public sealed record Move(MovedInputs Inputs) : UpdateRequest
    {
        /// <summary>The ages that revisions must have.</summary>
        public MinimumAges Ages { get; init; } = MinimumAges.None;

        /// <summary>True if inputs may go back in time.</summary>
        public bool AllowsDowngrade { get; init; }
    }
}

/// <summary>The inputs that an update moves.</summary>
public abstract record MovedInputs
{
    MovedInputs()
    {
    }

    /// <summary>All inputs directly beneath the flake, to their newest revisions.</summary>
    /// <param name="Except">The names of the inputs that stay.</param>
    public sealed record All(ImmutableArray<string> Except) : MovedInputs;

    /// <summary>Some inputs, to their newest revisions.</summary>
    public sealed record Named(ImmutableArray<InputPath> Paths) : MovedInputs;

    /// <summary>One input, to a branch, tag or revision.</summary>
    public sealed record To(InputPath Path, string Target) : MovedInputs;
}
