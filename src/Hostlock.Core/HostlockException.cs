namespace Hostlock;

/// <summary>
/// The base of every error the user can act on. Each floor has one sealed class derived from it, and every message of the floor is a named
/// factory in the file of that class.
/// </summary>
public abstract class HostlockException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The place of the error in the user's text; null if it is in no text.</summary>
    public SourceSpan? Span { get; init; }

    /// <summary>The next thing that the user can do, as a phrase without a full stop; null if there is nothing to say.</summary>
    public string? Hint { get; init; }

    /// <summary>True if the world outside failed (network, git, ssh), and the request itself made sense.</summary>
    public bool IsOutside { get; init; }

    /// <summary>True if a file or a folder of this machine cannot be read. No other run fares better until a person mends that.</summary>
    public bool IsUnread { get; init; }

    /// <summary>True if a server or repository did not answer, or no longer has what it had: an earlier answer may stand in.</summary>
    public bool IsUnanswered { get; init; }

    /// <summary>The steps that were under way when it failed, innermost first: <c>while updating the flake input 'a/b'</c>.</summary>
    public IReadOnlyList<string> Trail => _trail;

    IReadOnlyList<string> _trail = [];

    /// <summary>The same failure with one more line of <see cref="Trail"/>, on the way up.</summary>
    /// <param name="doing">The step that was under way.</param>
    public HostlockException While(Sentence doing)
    {
        // Several callers may have asked for one thing that failed, and each has a trail of its own.
        var told = (HostlockException)MemberwiseClone();
        told._trail = [.. _trail, doing.ToString()];
        return told;
    }
}
