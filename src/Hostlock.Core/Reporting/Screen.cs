namespace Hostlock.Reporting;

/// <summary>The reader of a text, and the place where it is read.</summary>
/// <param name="IsTerminal">True if a person reads the text on a terminal; false if it goes into a pipe or a file.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Ink">The colours.</param>
/// <param name="Now">The present time, for ages.</param>
/// <param name="Commands">How commands are typed in the current folder.</param>
public sealed record Screen(bool IsTerminal, int Width, Ink Ink, DateTimeOffset Now, TypedCommands Commands);
