namespace Hostlock.Reporting.Pages;

/// <summary>An address of the web that a page may lead to. It is shown and followed as it is, so it has no password or token, and nothing
/// that <see cref="Visible"/> would change.</summary>
sealed record WebAddress
{
    readonly string _text;

    WebAddress(string text) => _text = text;

    /// <summary>Reads an address; null if the text is none of the web, or has a secret.</summary>
    /// <param name="text">The text; null for none.</param>
    public static WebAddress? TryParse(string? text) =>
        text is not null
        && (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal))
        && Visible.Line(text) == text
        && !text.Any(c => char.IsWhiteSpace(c) || c is '<' or '>' or '"' or '\\')
            ? new(text)
            : null;

    /// <summary>The address.</summary>
    public override string ToString() => _text;
}
