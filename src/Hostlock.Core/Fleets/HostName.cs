namespace Hostlock.Fleets;

/// <summary>The name of a host, the one under <c>nixosConfigurations</c>. Safe as part of a path and as an argument of a program.</summary>
public readonly record struct HostName
{
    /// <summary>The word that means the root lock everywhere, and so no host.</summary>
    public const string Root = "root";

    const int MaximumLength = 253; // as a host name of DNS (RFC 1035, 2.3.4)

    readonly string? _text;

    HostName(string text) => _text = text;

    /// <exception cref="FleetException">It has a character that a host name has not, or starts like an option or a hidden file.</exception>
    public static HostName Parse(string text, SourceSpan? span = null) => TryParse(text) ?? throw FleetException.NotAHostName(text, span);

    public static HostName? TryParse(string text) =>
        text.Length is > 0 and <= MaximumLength && text != Root && char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new(text)
            : null;

    public override string ToString() => _text ?? "";
}
