namespace Hostlock;

/// <summary>A warning: it stops nothing. The library returns warnings with its results; only the command line prints them.</summary>
/// <param name="message">The sentence, in lower case and without a full stop.</param>
/// <param name="span">The place in the user's text; null if it is about no text.</param>
public sealed class Warning(Sentence message, SourceSpan? span = null)
{
    /// <summary>The sentence, in lower case and without a full stop.</summary>
    public string Message { get; } = message.ToString();

    /// <summary>The place in the user's text; null if it is about no text.</summary>
    public SourceSpan? Span { get; } = span;
}
