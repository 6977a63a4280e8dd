namespace Hostlock.Nar;

/// <summary>The errors of trees that no NAR can be made of.</summary>
public sealed class NarException : HostlockException
{
    const string TryAgain = "try again when nothing writes there";

    NarException(Sentence message)
        : base(message.ToString())
    {
    }

    internal static NarException TooDeep() => new($"the tree is nested deeper than a NAR allows ({NarWriter.MaximumDepth} levels)");

    internal static NarException NoName(string text) =>
        new($"'{text}' cannot be the name of a file: it has a zero byte, or half of a surrogate pair");

    internal static NarException NotText(string name) => new($"the name '{name}' is not UTF-8") { Hint = "rename it" };

    internal static NarException BadLink() => new("the tree has a link whose target is empty or holds a zero byte");

    internal static NarException FileChanged(string name, long expected) =>
        new($"'{name}' changed while it was read: it no longer has {expected} bytes") { Hint = TryAgain };

    internal static NarException Replaced(string path) =>
        new($"'{path}' was replaced or deleted while its tree was read") { Hint = TryAgain };
}
