using System.Globalization;
using System.Text;

namespace Hostlock;

/// <summary>
/// Text from outside made fit to be read: names, paths and addresses come from repositories, locks and servers that others write.
/// Characters that move the cursor, change colours or reverse the order of letters become an escape, <c>\u001b</c>, and secrets become
/// <c>***</c>.
/// </summary>
public static class Visible
{
    /// <summary>Most characters of a name that are shown; of a longer one the middle is left out.</summary>
    public const int MaximumName = 300;

    /// <summary>Most characters of a value in a sentence that are shown, such as a list of names, and of a word in a text.</summary>
    public const int MaximumWord = 1000;

    const string Hidden = "***";

    // The beginnings of tokens that forges give out. A token is longer than the name of a user.
    static readonly string[] Tokens = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"];

    const int LongestUser = 32;

    // Words that the name of a part of a query contains, or is, if its value is a secret.
    static readonly string[] SecretPieces =
        ["token", "secret", "passw", "passphrase", "signature", "credential", "apikey", "api_key", "api-key", "access_key", "accesskey"];

    static readonly string[] SecretNames = ["auth", "authorization", "key", "pass", "pwd", "sig", "jwt"];

    /// <summary>
    /// A name, a path or an address on one line: nothing in it ends the line, and it is not longer than <see cref="MaximumName"/>.
    /// </summary>
    public static string Name(string text) => Cut(OnOneLine(text), MaximumName);

    /// <summary>A value in a sentence, on one line and not longer than <see cref="MaximumWord"/>.</summary>
    public static string Value(string text) => Cut(OnOneLine(text), MaximumWord);

    /// <summary>A sentence or a command on one line, whose words are not longer than <see cref="MaximumWord"/>.</summary>
    public static string Line(string text) => WithoutLongWords(OnOneLine(text));

    /// <summary>
    /// A text of several lines, such as a message or the output of another program: line feeds and tabs stay, and words are not longer than
    /// <see cref="MaximumWord"/>.
    /// </summary>
    public static string Text(string text) => WithoutLongWords(Escape(WithoutSecrets(text), IsUnfit));

    /// <summary>
    /// A text with escapes for all that moves the cursor, reverses letters, or commands a CI that reads the lines of a program; the rest
    /// stays as it is. JSON has the same escapes, so a document keeps its meaning.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="marks">The sequences that stay: our own, which colour a text.</param>
    public static string Rendered(string text, IReadOnlyList<string> marks)
    {
        text = WithoutCommands(text);
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
    /// True for a character that is shown as an escape of six characters: controls, but for line feeds and tabs, what sets the direction of
    /// text, and what has no width.
    /// </summary>
    public static bool IsUnfit(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t'))
        || c is (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f') or '\u200b' or '\u200e' or '\u200f' or '\u061c' or '\u180e'
            or '\u2028' or '\u2029' or '\u00ad' or '\ufeff' or (>= '\ufff9' and <= '\ufffb');

    /// <summary>
    /// The text with the passwords and tokens of its addresses replaced: <c>https://ada:***@example.org/?token=***</c>. The name of a user
    /// stays, unless it is a token, which forges accept in its place.
    /// </summary>
    public static string WithoutSecrets(string text) => WithoutSecrets(text, IsEnd);

    /// <summary>
    /// One address, with its passwords and tokens replaced. Characters that no address may have, such as blanks and quotes, are taken for a
    /// part of it.
    /// </summary>
    public static string Address(string text) => WithoutSecrets(text, _ => false);

    /// <summary>True if the user of an address is a token: forges accept one in place of a name.</summary>
    public static bool IsToken(string user) =>
        user.Length > LongestUser || Array.Exists(Tokens, token => user.StartsWith(token, StringComparison.Ordinal));

    static string OnOneLine(string text) => Escape(WithoutSecrets(text), c => IsUnfit(c) || c is '\n' or '\t');

    static string Cut(string text, int most) => text.Length <= most ? text : $"{text[..(most / 2)]}…{text[^(most / 2)..]}";

    static string WithoutLongWords(string text)
    {
        if (text.Length <= MaximumWord)
            return text;
        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            shown.Append(Cut(text[at..end], MaximumWord));
            at = end;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                shown.Append(text[at++]);
        }
        return shown.ToString();
    }

    // GitHub takes a line for a command if it begins with '::', blanks aside, or has '##[' in it, an older form; Azure has '##vso['.
    static string WithoutCommands(string text)
    {
        if (!text.Contains("::", StringComparison.Ordinal) && !text.Contains("##", StringComparison.Ordinal))
            return text;
        var shown = new StringBuilder(text.Length + 8);
        var begins = true;
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            var isCommand = at + 1 < text.Length && text[at + 1] == c && (c switch
            {
                ':' => begins,
                '#' => text.AsSpan(at + 2).TrimStart(Letters) is ['[', ..],
                _ => false,
            });
            Append(shown, c, _ => isCommand);
            begins = c == '\n' || (begins && char.IsWhiteSpace(c));
        }
        return shown.ToString();
    }

    const string Letters = "abcdefghijklmnopqrstuvwxyz";

    static string WithoutSecrets(string text, Func<char, bool> isEnd) =>
        text.Contains(":/", StringComparison.Ordinal) ? WithoutSecretParts(WithoutPasswords(text, isEnd), isEnd) : text;

    static string WithoutPasswords(string text, Func<char, bool> isEnd)
    {
        var shown = new StringBuilder(text.Length);
        var at = 0;
        // An address that is taken for a path has one slash left.
        while (text.IndexOf(":/", at, StringComparison.Ordinal) is >= 0 and var colon)
        {
            var start = colon + 2;
            while (start < text.Length && text[start] == '/')
                start++;
            var end = start;
            while (end < text.Length && !isEnd(text[end]) && text[end] is not ('/' or '?' or '#'))
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
        if (IsToken(user))
            user = Hidden;
        return colon < 0 ? user : $"{user}:{Hidden}";
    }

    // An address that is no URL for Nix is encoded as if it were a path, with '%3F' for '?', '%26' for '&' and '%3D' for '='.
    static string WithoutSecretParts(string text, Func<char, bool> isEnd)
    {
        var shown = new StringBuilder(text.Length);
        var at = 0;
        while (text.AsSpan(at).IndexOfAny('?', '&', '%') is >= 0 and var mark)
        {
            var start = at + mark + 1;
            var isEncoded = text[start - 1] == '%';
            if (isEncoded && !IsCode(start, "3F", "26"))
            {
                shown.Append(text, at, start - at);
                at = start;
                continue;
            }
            start += isEncoded ? 2 : 0;
            var equals = start;
            while (equals < text.Length && !isEnd(text[equals]) && text[equals] is not ('=' or '?' or '&' or '#') && !IsMark(equals))
                equals++;
            var sign = equals == text.Length ? 0 : text[equals] == '=' ? 1 : text[equals] == '%' && IsCode(equals + 1, "3D") ? 3 : 0;
            var isSecret = sign > 0 && IsSecret(text[start..equals]);
            var end = isSecret ? equals + sign : equals;
            shown.Append(text, at, end - at);
            at = end;
            if (!isSecret)
                continue;
            shown.Append(Hidden);
            while (at < text.Length && !isEnd(text[at]) && text[at] is not ('&' or '#') && !(isEncoded && (text[at] == '?' || IsMark(at))))
                at++;
        }
        return shown.Append(text, at, text.Length - at).ToString();

        bool IsMark(int index) => text[index] == '%' && IsCode(index + 1, "3D", "3F", "26", "23");

        bool IsCode(int index, params ReadOnlySpan<string> codes)
        {
            foreach (var code in codes)
            {
                if (string.Compare(text, index, code, 0, 2, StringComparison.OrdinalIgnoreCase) == 0)
                    return true;
            }
            return false;
        }
    }

    static bool IsSecret(string name)
    {
        var plain = Uri.UnescapeDataString(name);
        return Array.Exists(SecretPieces, piece => plain.Contains(piece, StringComparison.OrdinalIgnoreCase))
            || Array.Exists(SecretNames, secret => plain.Equals(secret, StringComparison.OrdinalIgnoreCase));
    }

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
