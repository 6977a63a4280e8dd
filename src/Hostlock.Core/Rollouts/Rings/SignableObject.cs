using System.Text;
using Hostlock.Flakes;

namespace Hostlock.Rollouts.Rings;

/// <summary>A commit or an annotated tag as git stores it, split into the signed bytes and the signature.</summary>
/// <param name="Message">The message, without the signature.</param>
/// <param name="By">The name of its author, as the object states it: <c>Ada &lt;ada@example.org&gt;</c>. Anybody can write anything
/// there.</param>
/// <param name="Target">The commit that a tag points to; null for a commit, and for a tag of something else.</param>
/// <param name="Signed">The bytes that the signature is of.</param>
/// <param name="Signature">The signature, if ssh-keygen made one; null if nobody signed it, or another program did.</param>
/// <remarks>git's gpg-interface.c, parse_signature, and commit.c, parse_buffer_signed_by_header.</remarks>
sealed record SignableObject(string Message, string By, Revision? Target, ReadOnlyMemory<byte> Signed, string? Signature)
{
    const string Begin = "-----BEGIN SSH SIGNATURE-----", End = "-----END SSH SIGNATURE-----";

    // The headers of a commit that are signatures. No signature covers them.
    static readonly string[] SignatureHeaders = ["gpgsig", "gpgsig-sha256"];

    /// <summary>Reads a tag.</summary>
    /// <param name="contents">The object, as git stores it.</param>
    public static SignableObject OfTag(ReadOnlySpan<byte> contents)
    {
        var text = Encoding.Latin1.GetString(contents);
        // The signed bytes end where the last signature begins.
        var at = text.LastIndexOf($"\n{Begin}\n", StringComparison.Ordinal) + 1;
        var (signed, signature) = at > 0 ? (text[..at], text[at..]) : (text, null);
        var headers = HeadersOf(signed, out var message);
        var target = Find(headers, "type") == "commit" && Find(headers, "object") is { } id ? Revision.TryParse(id) : null;
        return new(Utf8(message), NameIn(Find(headers, "tagger")), target, Encoding.Latin1.GetBytes(signed), Whole(signature));
    }

    /// <summary>Reads a commit.</summary>
    /// <param name="contents">The object, as git stores it.</param>
    public static SignableObject OfCommit(ReadOnlySpan<byte> contents)
    {
        var headers = HeadersOf(Encoding.Latin1.GetString(contents), out var message);
        var signatures = headers.Where(header => header.Name == SignatureHeaders[0]).ToList();
        var signed = string.Concat(
            headers.Where(header => !SignatureHeaders.Contains(header.Name)).Select(header => $"{header.Name} {header.Lines}"));
        return new(
            Utf8(message), NameIn(Find(headers, "author")), null, Encoding.Latin1.GetBytes($"{signed}\n{message}"),
            signatures is [var only] ? Whole(only.Lines.Replace("\n ", "\n", StringComparison.Ordinal)) : null);
    }

    /// <summary>The values of a trailer: of the lines <c>NAME: VALUE</c> in the last paragraph of the message.</summary>
    /// <param name="name">The name of the trailer.</param>
    public IEnumerable<string> Trailers(string name)
    {
        var lines = Message.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        return lines.Reverse().TakeWhile(line => line.Trim().Length > 0)
            .Where(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(name.Length + 1)..].Trim());
    }

    // The headers, each with its lines as they stand, and the message behind the empty line.
    static List<(string Name, string Lines)> HeadersOf(string text, out string message)
    {
        var headers = new List<(string Name, string Lines)>();
        var at = 0;
        while (at < text.Length && text[at] != '\n')
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found + 1 : text.Length;
            var line = text[at..end];
            at = end;
            if (line[0] == ' ' && headers.Count > 0)
                headers[^1] = (headers[^1].Name, headers[^1].Lines + line);
            else if (line.Split(' ', 2) is [var name, var rest])
                headers.Add((name, rest));
        }
        message = at < text.Length ? text[(at + 1)..] : "";
        return headers;
    }

    static string? Find(List<(string Name, string Lines)> headers, string name) =>
        headers.FirstOrDefault(header => header.Name == name).Lines?.TrimEnd('\n');

    // Name <address> seconds zone.
    static string NameIn(string? person) =>
        Utf8(person is null ? "" : person.IndexOf('>', StringComparison.Ordinal) is >= 0 and var end ? person[..(end + 1)] : person);

    static string Utf8(string latin1) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));

    static string? Whole(string? signature) =>
        signature?.Trim() is { } trimmed
        && trimmed.StartsWith(Begin, StringComparison.Ordinal) && trimmed.EndsWith(End, StringComparison.Ordinal)
            ? $"{trimmed}\n"
            : null;
}
