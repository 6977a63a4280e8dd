namespace Hostlock.Fleets;

/// <summary>
/// The name of a host, as under <c>nixosConfigurations</c>. It is safe as a part of a path and as an argument of a program. Names are
/// ordered by their bytes, as Nix orders attributes.
/// </summary>
public sealed record HostName : IComparable<HostName>
{
    /// <summary>The word for the root lock. No host may have this name.</summary>
    public const string Root = "root";

    const int MaximumLength = 253; // as a host name of DNS (RFC 1035, 2.3.4)

    readonly string _text;

    HostName(string text) => _text = text;

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name.</param>
    /// <param name="span">The place of the name, for the error; null for a word of the command line.</param>
    /// <exception cref="FleetException">The text has a character that a host name cannot have, or begins like an option or a hidden
    /// file.</exception>
    public static HostName Parse(string text, SourceSpan? span = null) => TryParse(text) ?? throw FleetException.NotAHostName(text, span);

    /// <summary>Reads a name; null if the text is none.</summary>
    public static HostName? TryParse(string text) =>
        text.Length is > 0 and <= MaximumLength && text != Root && char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new(text)
            : null;

    /// <summary>Compares two names by their bytes.</summary>
    public int CompareTo(HostName? other) => Utf8Order.Instance.Compare(_text, other?._text);

    /// <summary>Returns true if the left name comes first.</summary>
    public static bool operator <(HostName left, HostName right) => left.CompareTo(right) < 0;

    /// <summary>Returns true if the right name comes first.</summary>
    public static bool operator >(HostName left, HostName right) => left.CompareTo(right) > 0;

    /// <summary>Returns true if the left name comes first, or both are the same.</summary>
    public static bool operator <=(HostName left, HostName right) => left.CompareTo(right) <= 0;

    /// <summary>Returns true if the right name comes first, or both are the same.</summary>
    public static bool operator >=(HostName left, HostName right) => left.CompareTo(right) >= 0;

    /// <summary>The name, as it was read.</summary>
    public override string ToString() => _text;
}
