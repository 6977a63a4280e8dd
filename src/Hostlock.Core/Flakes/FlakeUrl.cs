using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Hostlock.Flakes;

/// <summary>
/// A URL taken apart and put together as Nix does it: RFC 3986 to the letter, but for a space and a quote in the query. Names
/// and values are decoded; writing encodes them anew, so the text may differ from the one read.
/// </summary>
/// <remarks>Nix 2.34.8, libutil/url.cc.</remarks>
public sealed record FlakeUrl(
    string Scheme, FlakeUrl.Host? Authority, ImmutableArray<string> Path, ImmutableSortedDictionary<string, string> Query, string Fragment)
{
    const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    const string OfUser = Unreserved + "!$&'()*+,;=";
    const string OfPath = OfUser + ":@";

    // The characters that each part of a URL may have when it is read.
    static readonly AsciiSet InUser = AsciiSet.Of(OfUser);
    static readonly AsciiSet InPassword = AsciiSet.Of(OfUser + ":");
    static readonly AsciiSet InPath = AsciiSet.Of(OfPath);
    static readonly AsciiSet InQuery = AsciiSet.Of(OfPath + "/? \"");
    static readonly AsciiSet InFragment = AsciiSet.Of(OfPath + "/? \"^");

    // The characters that are written as they are; all others are encoded.
    static readonly AsciiSet PlainAnywhere = AsciiSet.Of(Unreserved);
    static readonly AsciiSet PlainInPath = AsciiSet.Of(Unreserved + ":@");
    static readonly AsciiSet PlainInQuery = AsciiSet.Of(Unreserved + ":@/?");

    static readonly ImmutableSortedDictionary<string, string> NoQuery =
        ImmutableSortedDictionary.Create<string, string>(Utf8Order.Instance);

    /// <summary>The part between <c>//</c> and the path.</summary>
    public sealed record Host(string? User, string? Password, string Name, bool IsIPv6, ushort? Port);

    /// <summary>The segments of the path that are not empty.</summary>
    public ImmutableArray<string> Segments => [.. Path.Where(segment => segment.Length > 0)];

    /// <summary>The path as one decoded text.</summary>
    public string PathText => string.Join('/', Path);

    /// <summary>Takes a URL apart; null if the text is no URL, and may be a path.</summary>
    /// <exception cref="FlakeException">The query is not ASCII; that is final.</exception>
    public static FlakeUrl? TryParse(string text, ICollection<Warning>? warnings = null)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0
            || !char.IsAsciiLetter(text[0])
            || !text.AsSpan(0, colon).ContainsOnly(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
            return null;
        var (scheme, rest) = (text[..colon], text[(colon + 1)..]);

        var fragment = "";
        if (rest.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash)
        {
            if (Decode(rest[(hash + 1)..], InFragment) is not { } decoded)
                return null;
            (fragment, rest) = (decoded, rest[..hash]);
        }
        var query = NoQuery;
        if (rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
        {
            query = ParseQuery(rest[(mark + 1)..], warnings);
            rest = rest[..mark];
        }

        Host? authority = null;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('/', 2);
            authority = ParseAuthority(end < 0 ? rest[2..] : rest[2..end]);
            if (authority is null || (IsFile(scheme) && authority is not { User: null, Name: "", Port: null }))
                return null;
            rest = end < 0 ? "" : rest[end..];
        }
        var path = ImmutableArray.CreateBuilder<string>();
        foreach (var segment in rest.Split('/'))
        {
            if (Decode(segment, InPath) is not { } decoded)
                return null;
            path.Add(decoded);
        }
        if (rest.Length == 0 && IsFile(scheme))
        {
            path.Clear();
            path.AddRange("", "");
        }
        return new(scheme, authority, path.ToImmutable(), query, fragment);
    }

    /// <summary>A query as names and values: the first of two with one name counts, and a piece without <c>=</c> is dropped.</summary>
    public static ImmutableSortedDictionary<string, string> ParseQuery(string text, ICollection<Warning>? warnings)
    {
        if (text.Length == 0)
            return NoQuery;
        var query = NoQuery.ToBuilder();
        foreach (var piece in text.Split('&'))
        {
            var equals = piece.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                warnings?.Add(new($"dubious URI query '{piece}' is missing equal sign '=', ignoring"));
                continue;
            }
            var (name, value) = (Decode(piece[..equals], InQuery), Decode(piece[(equals + 1)..], InQuery));
            if (name is null || value is null)
                throw FlakeException.InvalidQuery(piece);
            query.TryAdd(name, value);
        }
        return query.ToImmutable();
    }

    /// <summary>Encodes each character of a segment of a path that is neither unreserved nor <c>:</c> or <c>@</c>, as <c>%XX</c> in upper
    /// case.</summary>
    public static string EncodeSegment(string segment) => Encode(segment, PlainInPath);

    /// <summary>Writes parameters as they stand behind the question mark of a URL, encoded and in their order.</summary>
    /// <param name="query">The parameters, not encoded.</param>
    public static string WriteQuery(IReadOnlyDictionary<string, string> query) =>
        string.Join('&', query.Select(pair => $"{Encode(pair.Key, PlainInQuery)}={Encode(pair.Value, PlainInQuery)}"));

    /// <summary>The URL as text, encoded as Nix encodes it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Scheme).Append(':');
        if (Authority is { } authority)
        {
            text.Append("//");
            if (authority.User is { } user)
                text.Append(Encode(user, PlainAnywhere))
                    .Append(authority.Password is { } password ? $":{Encode(password, PlainAnywhere)}" : "").Append('@');
            text.Append(authority.IsIPv6 ? $"[{authority.Name}]" : Encode(authority.Name, PlainAnywhere));
            if (authority.Port is { } port)
                text.Append(CultureInfo.InvariantCulture, $":{port}");
        }
        text.AppendJoin('/', Path.Select(EncodeSegment));
        if (Query.Count > 0)
            text.Append('?').Append(WriteQuery(Query));
        if (Fragment.Length > 0)
            text.Append('#').Append(Encode(Fragment, PlainAnywhere));
        return text.ToString();
    }

    static bool IsFile(string scheme) => scheme == "file" || scheme.EndsWith("+file", StringComparison.Ordinal);

    static Host? ParseAuthority(string text)
    {
        string? user = null, password = null;
        if (text.LastIndexOf('@') is >= 0 and var at)
        {
            var colon = text.IndexOf(':', 0, at);
            user = Decode(text[..(colon < 0 ? at : colon)], InUser);
            password = colon < 0 ? null : Decode(text[(colon + 1)..at], InPassword);
            if (user is null || (colon >= 0 && password is null))
                return null;
            text = text[(at + 1)..];
        }
        var isIPv6 = text.StartsWith('[');
        var close = isIPv6 ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        if (close < 0)
            return null;
        ushort? port = null;
        if (text.IndexOf(':', close) is >= 0 and var before)
        {
            var digits = text[(before + 1)..];
            if (digits.Length > 0)
            {
                if (!ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                    return null;
                port = number;
            }
            text = text[..before];
        }
        if (!isIPv6)
            return Decode(text, InUser) is { } name ? new(user, password, name, false, port) : null;
        var address = text[1..^1];
        return address.ContainsOnly(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && text.EndsWith(']')
            ? new(user, password, address, true, port)
            : null;
    }

    static string Encode(string text, AsciiSet plain)
    {
        if (plain.ContainsAll(text))
            return text;
        const string digits = "0123456789ABCDEF";
        var encoded = new StringBuilder(text.Length + 8);
        foreach (var c in Encoding.UTF8.GetBytes(text))
        {
            if (plain.Contains((char)c))
                encoded.Append((char)c);
            else
                encoded.Append('%').Append(digits[c >> 4]).Append(digits[c & 15]);
        }
        return encoded.ToString();
    }

    // Null if a character may not stand here, if % is not followed by two digits, or if the bytes are not UTF-8.
    static string? Decode(string text, AsciiSet allowed)
    {
        if (allowed.ContainsAll(text))
            return text;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length
                    || !byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                    return null;
                bytes.Add(value);
                i += 2;
            }
            else if (allowed.Contains(text[i]))
            {
                bytes.Add((byte)text[i]);
            }
            else
            {
                return null;
            }
        }
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

static class Characters
{
    public static bool ContainsOnly(this ReadOnlySpan<char> text, Predicate<char> isAllowed)
    {
        foreach (var c in text)
        {
            if (!isAllowed(c))
                return false;
        }
        return true;
    }

    public static bool ContainsOnly(this string text, Predicate<char> isAllowed) => text.AsSpan().ContainsOnly(isAllowed);
}
