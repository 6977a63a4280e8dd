namespace Hostlock.Flakes;

/// <summary>The id of a commit: forty hexadecimal digits, read in either case and kept in lower case.</summary>
/// <remarks>
/// Nix 2.34.8, libfetchers/fetchers.hh, revRegex: a repository whose ids are SHA-256 has no revisions in the grammar of references.
/// What a lock states as <c>rev</c> may be anything, see <see cref="FlakeRef.Revision"/>.
/// </remarks>
public sealed record Revision
{
    const int Length = 40;

    /// <summary>The number of digits of a revision that are shown.</summary>
    public const int ShortLength = 7;

    readonly string _text;

    Revision(string text) => _text = text;

    /// <summary>
    /// Forty zeros, which stand for no commit: in a lock for a work tree without commits, and in the input of git for an entry to remove.
    /// </summary>
    public static readonly Revision None = new(new string('0', Length));

    /// <summary>Returns true if a text stands for no commit, because it has no digit but zeros.</summary>
    public static bool IsNone(string text) => !text.AsSpan().ContainsAnyExcept('0');

    /// <summary>Returns true if a text is a revision.</summary>
    public static bool Is(string text) => text.Length == Length && text.ContainsOnly(char.IsAsciiHexDigit);

    /// <summary>Returns true if a text may be the beginning of a revision: at least four digits, as git asks for, and less than
    /// all.</summary>
    public static bool IsBeginning(string text) => text.Length is >= 4 and < Length && text.ContainsOnly(char.IsAsciiHexDigit);

    /// <summary>Reads a revision; null if the text is none.</summary>
    public static Revision? TryParse(string text) => Is(text) ? new(text.ToLowerInvariant()) : null;

    /// <summary>Reads a text that is known to be a revision.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Revision Parse(string text) => TryParse(text) ?? throw new FormatException($"'{text}' is no revision");

    /// <summary>The first seven characters of a text that is a revision, or states that it is one.</summary>
    public static string Shorten(string text) => text[..Math.Min(ShortLength, text.Length)];

    /// <summary>The first seven digits.</summary>
    public string Shortened => Shorten(_text);

    /// <summary>The forty digits.</summary>
    public override string ToString() => _text;
}
