using System.Text.Json;

namespace Hostlock.Releases;

/// <summary>Reads the words of releases and receipts. Any other word is a <see cref="FormatException"/>.</summary>
static class ReleaseWords
{
    const int Sha256Digits = 64;

    /// <summary>The text of a member, which has to exist.</summary>
    /// <param name="json">The object.</param>
    /// <param name="name">The name of the member.</param>
    /// <exception cref="FormatException">It is no text.</exception>
    /// <exception cref="KeyNotFoundException">It does not exist.</exception>
    public static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException();

    /// <summary>A member that is a SHA-256 in 64 small hexadecimal digits.</summary>
    /// <param name="json">The object.</param>
    /// <param name="name">The name of the member.</param>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="KeyNotFoundException">It does not exist.</exception>
    public static string Sha256(JsonElement json, string name) =>
        Text(json, name) is { Length: Sha256Digits } digits && IsHex(digits) ? digits : throw new FormatException();

    /// <summary>True if a text has no characters but small hexadecimal digits.</summary>
    /// <param name="text">The text.</param>
    public static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);
}
