namespace Hostlock.Nar;

/// <summary>The errors of trees that no NAR can be made of.</summary>
public sealed class NarException : HostlockException
{
    NarException(string message)
        : base(message)
    {
    }

    internal static NarException TooDeep() => new($"the tree is nested deeper than a NAR allows ({NarWriter.MaximumDepth} levels)");

    internal static NarException FileChanged(string name, long expected) =>
        new($"'{name}' changed while it was read: it no longer has {expected} bytes") { Hint = "try again when nothing writes there" };
}
