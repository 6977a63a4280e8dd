namespace Hostlock.Reporting;

/// <summary>
/// Makes a text for its reader: colours it for a terminal or leaves it plain, makes links of addresses, and says whether revisions are told
/// in brief. Colour never carries meaning alone.
/// </summary>
/// <param name="isColoured">True if texts are coloured.</param>
/// <param name="hasLinks">True if the terminal shows links behind words.</param>
public sealed class Ink(bool isColoured, bool hasLinks = false)
{
    /// <summary>Gets the ink that adds nothing.</summary>
    public static readonly Ink Plain = new(false);

    // More links than anybody follows on one screen.
    const int MostLinks = 500;

    const int LongestLink = 1000;

    const string End = "\e[0m";

    // A link ends with a link to nothing. (OSC 8: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda)
    const string EndOfLink = "\e]8;;\e\\";

    readonly List<string> _marks =
    [
        .. isColoured ? [End, Begin("32"), Begin("31"), Begin("33"), Begin("2"), Begin("1")] : Array.Empty<string>(),
        .. hasLinks ? [EndOfLink] : Array.Empty<string>(),
    ];

    readonly HashSet<string> _links = new(StringComparer.Ordinal);

    /// <summary>All sequences that this ink has written or may write; none if it is plain. A link is among them once it is made.</summary>
    public IReadOnlyList<string> Marks => _marks;

    /// <summary>True if changes are told in brief, as a person at a terminal reads them; false for the blocks that Nix prints.</summary>
    public bool IsBrief { get; init; }

    /// <summary>True if addresses are links behind words, so that they are not written out.</summary>
    public bool HasLinks => hasLinks;

    /// <summary>Colours a success.</summary>
    public string Good(string text) => Wrap(text, "32");

    /// <summary>Colours a failure.</summary>
    public string Bad(string text) => Wrap(text, "31");

    /// <summary>Colours text that needs a look.</summary>
    public string Warn(string text) => Wrap(text, "33");

    /// <summary>Colours text that may be skipped.</summary>
    public string Dim(string text) => Wrap(text, "2");

    /// <summary>Makes a text stand out.</summary>
    public string Bold(string text) => Wrap(text, "1");

    /// <summary>Makes a text a link; it stays as it is without an address, on terminals without links, and if the address has characters
    /// that may not stand in one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address; null for none.</param>
    public string Link(string text, string? address)
    {
        if (!hasLinks || address is null || text.Length == 0 || address.Length > LongestLink || !address.All(c => c is > ' ' and < '\x7f'))
            return text;
        var begin = $"\e]8;;{Visible.WithoutSecrets(address)}\e\\";
        if (!_links.Contains(begin))
        {
            if (_links.Count == MostLinks)
                return text;
            _links.Add(begin);
            _marks.Add(begin);
        }
        return $"{begin}{text}{EndOfLink}";
    }

    string Wrap(string text, string code) => isColoured && text.Length > 0 ? $"{Begin(code)}{text}{End}" : text;

    static string Begin(string code) => $"\e[{code}m";
}
