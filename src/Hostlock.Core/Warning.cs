namespace Hostlock;

/// <summary>A warning: it stops nothing. The library returns warnings with its results; only the command line prints them.</summary>
/// <param name="Message">The sentence, in lower case and without a full stop.</param>
/// <param name="Span">The place in the user's text; null if it is about no text.</param>
public sealed record Warning(string Message, SourceSpan? Span = null);
