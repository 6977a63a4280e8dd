using System.Globalization;
using System.Text;

namespace Hostlock;

/// <summary>
/// Text from outside made fit to be read: names, paths and addresses come from repositories, locks and servers that others write. What
/// would
/// move the cursor, change colours or reverse the order of letters comes out as an escape, <c>\u001b</c>, and what opens a door as
/// <c>***</c>.
/// </summary>
public static class Visible
{
    /// <summary>Most characters of a name that are shown; of a longer one the middle is left out.</summary>
    public const int MaximumName = 300;

    const string Hidden = "***";

    // How tokens begin that forges give out; a user's name is shorter than they are.
    static readonly string[] Tokens = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"];

    const int LongestUser = 32;

    // Parts of a query that let in whoever has them.
    static readonly string[] Secrets =
    [
        "token", "access_token", "private_token", "job_token", "auth_token", "api_key", "apikey", "password", "secret", "sig", "signature",
        "x-amz-signature", "x-amz-credential", "x-amz-security-token", "x-goog-signature", "x-goog-credential",
    ];

    /// <summary>
    /// A name, a path or an address on one line: nothing in it ends the line, and it is not longer than <see cref="MaximumName"/>.
    /// </summary>
    public static string Name(string text)
    {
        var shown = Escape(WithoutSecrets(text), c => IsUnfit(c) || c is '\n' or '\t');
        return shown.Length <= MaximumName ? shown : $"{shown[..(MaximumName / 2)]}…{shown[^(MaximumName / 2)..]}";
    }

    /// <summary>A text of several lines, such as a message or what another program says: line feeds and tabs stay.</summary>
    public static string Text(string text) => Escape(WithoutSecrets(text), IsUnfit);

    /// <summary>
    /// A text without what moves the cursor or reverses letters, with all else as it is; in JSON, whose escapes are the same, it still says
    /// the same.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="marks">What stays: sequences of our own that colour a text.</param>
    public static string Rendered(string text, IReadOnlyList<string> marks)
    {
        if (!Has(text, IsUnfit))
            return text;
        var rendered = new StringBuilder(text.Length + 8);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '\e' && marks.FirstOrDefault(mark => string.CompareOrdinal(text, at, mark, 0, mark.Length) == 0) is { } kept)
            {
                rendered.Append(kept);
                at += kept.Length;
            }
            else
            {
                Append(rendered, text[at++], IsUnfit);
            }
        }
        return rendered.ToString();
    }

    /// <summary>
    /// True for a character that is shown as an escape of six characters: controls, but for line feeds and tabs, and what sets the
    /// direction of text.
    /// </summary>
    public static bool IsUnfit(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t'))
        || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f' or '\u061c' or '\u2028' or '\u2029';

    /// <summary>
    /// The text with the passwords and tokens of its addresses replaced: <c>https://ada:***@example.org/?token=***</c>. The name of a user
    /// stays, if it
    /// is none of the tokens that forges take for one.
    /// </summary>
    public static string WithoutSecrets(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? WithoutSecretParts(WithoutPasswords(text)) : text;

    static string WithoutPasswords(string text)
    {
        var shown = new StringBuilder(text.Length);
        var at = 0;
        while (text.IndexOf("://", at, StringComparison.Ordinal) is >= 0 and var colon)
        {
            var start = colon + 3;
            var end = start;
            while (end < text.Length && !IsEnd(text[end]) && text[end] is not ('/' or '?' or '#'))
                end++;
            shown.Append(text, at, start - at);
            var authority = text[start..end];
            if (authority.LastIndexOf('@') is > 0 and var sign)
                authority = Login(authority[..sign]) + authority[sign..];
            shown.Append(authority);
            at = end;
        }
        return shown.Append(text, at, text.Length - at).ToString();
    }

    static string Login(string login)
    {
        var colon = login.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? login : login[..colon];
        if (user.Length > LongestUser || Array.Exists(Tokens, token => user.StartsWith(token, StringComparison.Ordinal)))
            user = Hidden;
        return colon < 0 ? user : $"{user}:{Hidden}";
    }

    static string WithoutSecretParts(string text)
    {
        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var c = text[at++];
            shown.Append(c);
            if (c is not ('?' or '&') || Array.Find(Secrets, name => IsPart(text, at, name)) is not { } secret)
                continue;
            shown.Append(text, at, secret.Length + 1).Append(Hidden);
            at += secret.Length + 1;
            while (at < text.Length && !IsEnd(text[at]) && text[at] is not ('&' or '#'))
                at++;
        }
        return shown.ToString();
    }

    static bool IsPart(string text, int at, string name) =>
        at + name.Length < text.Length && text[at + name.Length] == '='
        && string.Compare(text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0;

    static bool IsEnd(char c) => char.IsWhiteSpace(c) || c is '\'' or '"' or '<' or '>';

    static string Escape(string text, Func<char, bool> isUnfit)
    {
        if (!Has(text, isUnfit))
            return text;
        var shown = new StringBuilder(text.Length + 8);
        foreach (var c in text)
            Append(shown, c, isUnfit);
        return shown.ToString();
    }

    // Nearly every text is plain ASCII.
    static bool Has(string text, Func<char, bool> isUnfit)
    {
        for (var rest = text.AsSpan(); rest.IndexOfAnyExceptInRange(' ', '~') is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (isUnfit(rest[at]))
                return true;
        }
        return false;
    }

    static void Append(StringBuilder text, char c, Func<char, bool> isUnfit) =>
        _ = isUnfit(c) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : text.Append(c);
}
