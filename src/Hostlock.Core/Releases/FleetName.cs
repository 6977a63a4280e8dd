namespace Hostlock.Releases;

/// <summary>The name of a fleet, by which a machine knows a release of its own fleet from one of another: <c>home</c>.</summary>
public sealed record FleetName
{
    const int MaximumLength = 64;

    readonly string _text;

    FleetName(string text) => _text = text;

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name.</param>
    /// <exception cref="ReleaseException">The text has a character that a name cannot have, or is too long.</exception>
    public static FleetName Parse(string text) => TryParse(text) ?? throw ReleaseException.NotAFleetName(text);

    /// <summary>Reads a name; null if the text is none.</summary>
    /// <param name="text">The name.</param>
    public static FleetName? TryParse(string text) =>
        text.Length is > 0 and <= MaximumLength && char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new(text)
            : null;

    /// <summary>The name, as it was read.</summary>
    public override string ToString() => _text;
}
