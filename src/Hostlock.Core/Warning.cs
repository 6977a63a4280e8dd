namespace Hostlock;

/// <summary>Something worth saying that stops nothing. Returned with results, never printed below the command line.</summary>
public sealed record Warning(string Message, SourceSpan? Span = null);
