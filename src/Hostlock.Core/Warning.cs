namespace Hostlock;

/// <summary>A warning: it stops nothing. The library returns warnings with its results; only the command line prints them.</summary>
/// <param name="message">The sentence, in lower case and without a full stop.</param>
/// <param name="span">The place in the user's text; null if it is about no text.</param>
public sealed class Warning(Sentence message, SourceSpan? span = null)
{
    /// <summary>The sentence, in lower case and without a full stop.</summary>
    public string Message { get; } = message.ToString();

    /// <summary>A warning that something is not known, and why.</summary>
    /// <param name="unknown">What is not known, such as <c>what the last rollout brings</c>.</param>
    /// <param name="why">Why.</param>
    public static Warning NotKnown(Sentence unknown, HostlockException why) =>
        new($"{unknown} is not known: {why.Message}") { Hint = why.Hint };

    /// <summary>The next thing that the user can do, as a phrase without a full stop; null if there is nothing to say.</summary>
    public string? Hint { get; init; }

    /// <summary>The place in the user's text; null if it is about no text.</summary>
    public SourceSpan? Span { get; } = span;
}
