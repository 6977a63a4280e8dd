using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>The errors of locks and of locking.</summary>
public sealed class LockException : HostlockException
{
    LockException(Sentence message)
        : base(message.ToString())
    {
    }

    // Reading.
    internal static LockException Malformed(SourceSpan span, string why) =>
        new($"not a lock file: {why}") { Span = span };

    internal static LockException ConflictMarkers(SourceSpan span) =>
        new("the lock file has conflict markers of a merge")
        {
            Span = span,
            Hint = "'hostlock resolve HOST --ours' or --theirs settles a merge that is not committed yet; else 'hostlock restore HOST --to "
                + "COMMIT' puts an earlier lock back",
        };

    // Its bytes are not shown: they mean nothing to a person, and something to a terminal.
    internal static LockException NotReadable(string name) =>
        new($"'{name}' is not text: it is encrypted, or damaged") { Hint = Unlocking };

    // A lock of which each text is encrypted has another form than a lock.
    internal static LockException NoVersion(string name) => new($"'{name}' is not a lock file: it has no version") { Hint = Unlocking };

    const string Unlocking = "if the repository keeps it encrypted, unlock the repository first, as with 'git-crypt unlock'";

    internal static LockException UnsupportedVersion(SourceSpan span, string version) =>
        new($"lock file version {version} is not supported") { Span = span, Hint = "versions 5, 6 and 7 are supported" };

    internal static LockException MissingNode(SourceSpan span, string key) =>
        new($"the lock file refers to a node '{key}' that it does not have") { Span = span };

    internal static LockException NodeCycle(SourceSpan span, string key) =>
        new($"the lock file has a cycle through node '{key}'") { Span = span };

    internal static LockException MissingAttribute(SourceSpan span, string key, string attribute) =>
        new($"node '{key}' of the lock file has no '{attribute}'") { Span = span };

    internal static LockException WrongType(SourceSpan span, string what, string expected) =>
        new($"{what} of the lock file must be {expected}") { Span = span };

    internal static LockException TooDeep(SourceSpan span, int bound) =>
        new($"the inputs of the lock file are nested more than {bound} levels deep") { Span = span };

    internal static LockException TooDeep(InputPath input, int bound) =>
        new($"input '{input}' is nested more than {bound} levels deep, which is too deep for a lock file")
        {
            Hint = "let an input on the way follow one of the flake's own",
        };

    internal static LockException TooLarge(string name, long bound) =>
        new($"'{name}' is too large: at most {bound} bytes of a file are read");

    internal static LockException NotWritable(string text) =>
        new($"'{text}' is not valid Unicode and cannot be in a lock file");

    // Follows.
    internal static LockException FollowsNothing(InputPath input, InputPath target) =>
        new($"input '{input}' follows a non-existent input '{target}'");

    internal static LockException FollowCycle(IReadOnlyList<InputPath> path) =>
        new($"follow cycle detected: [{string.Join(" -> ", path)}]");

    // Resolving.
    internal static LockException CircularImport(FlakeRef reference) =>
        new($"found circular import of flake '{reference}'") { Hint = "let one of the two follow the other" };

    internal static LockException UnlockedInput(InputPath path, FlakeRef locked) =>
        new($"input '{path}' is not locked ('{locked}'), so the lock file is not written")
        {
            Hint = "commit the changes in the repository of that input first",
        };

    internal static LockException UnlockedEntry(InputPath path, FlakeRef locked) =>
        new($"the lock file has an unlocked input '{path}': {locked.Attributes}")
        {
            Hint = $"'hostlock update HOST -i {ShellWord.Quote(path.ToString())}' locks it anew",
        };

    internal static LockException FileMissing(string place) =>
        new($"path '{place}' does not exist");

    internal static LockException IsLink(string place) =>
        new($"path '{place}' is a symlink");

    internal static LockException NotAFile(string place) =>
        new($"path '{place}' is not a regular file");

    internal static LockException OutsideTree(InputPath input, string path) =>
        new($"the path '{path}' of input '{input}' leaves the source tree it is declared in");

    internal static LockException NotText(string place) =>
        new($"'{place}' is not UTF-8 text");

    internal static LockException TooManyInputs(int bound) =>
        new($"this flake has more than {bound} inputs, counting the inputs of inputs");

    internal static LockException InnerTooLarge(string input) =>
        new($"input '{input}' cannot have a lock of its own: with all that it follows, it has too many inputs");

    internal static LockException TooManyPaths(int bound) =>
        new($"the inputs of the lock files share nodes, and have more than {bound} paths")
        {
            Hint = "recreate a lock file of such an old form: delete it, then run 'hostlock lock HOST'",
        };
}
