namespace Hostlock;

/// <summary>
/// The base of every error the user can act on. Each floor has one sealed class below it, in whose file every message of
/// that floor is a named factory.
/// </summary>
public abstract class HostlockException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Where in the user's text the error is, if it is in a text at all.</summary>
    public SourceSpan? Span { get; init; }

    /// <summary>What to do next, as a phrase without a full stop.</summary>
    public string? Hint { get; init; }

    /// <summary>True when the world outside failed (network, git, ssh) and the request itself made sense.</summary>
    public bool IsOutside { get; init; }

    /// <summary>What was being done when it failed, innermost first: <c>while updating the flake input 'a/b'</c>.</summary>
    public IReadOnlyList<string> Trail => _trail;

    readonly List<string> _trail = [];

    /// <summary>Adds a line to <see cref="Trail"/> on the way up and returns the exception.</summary>
    public HostlockException While(string doing)
    {
        _trail.Add(doing);
        return this;
    }
}
