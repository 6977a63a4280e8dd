using System.Text;

namespace Hostlock.Releases;

/// <summary>A signature of ssh-keygen. In a file it stands in armour of several lines; in a log it is one word of base64.</summary>
/// <remarks>OpenSSH, PROTOCOL.sshsig.</remarks>
public sealed record SshSignature
{
    /// <summary>The most bytes that a signature may have: those of keys in hardware and of RSA have some thousand.</summary>
    public const int MaximumBytes = 16 * 1024;

    const string Begin = "-----BEGIN SSH SIGNATURE-----", End = "-----END SSH SIGNATURE-----";
    const int LineLength = 70;

    // The first bytes of each: "SSHSIG".
    const string Magic = "U1NIU0lH";

    readonly string _base64;

    SshSignature(string base64) => _base64 = base64;

    /// <summary>Reads a signature in its armour; null if the text is anything else.</summary>
    /// <param name="text">The text, as ssh-keygen writes it.</param>
    public static SshSignature? TryReadArmour(string text)
    {
        if (text.Length > MaximumBytes)
            return null;
        var lines = text.ReplaceLineEndings("\n").Trim('\n').Split('\n');
        return lines is [Begin, .. var inner, End] ? TryParse(string.Concat(inner)) : null;
    }

    /// <summary>Reads a signature from its base64 without line feeds; null if the text is anything else.</summary>
    /// <param name="base64">The text.</param>
    public static SshSignature? TryParse(string base64) =>
        base64.Length <= MaximumBytes && base64.StartsWith(Magic, StringComparison.Ordinal)
        && Convert.TryFromBase64String(base64, new byte[base64.Length], out _) && !base64.Any(char.IsWhiteSpace)
            ? new(base64)
            : null;

    /// <summary>The signature in its armour, as ssh-keygen reads it.</summary>
    public string Armour()
    {
        var text = new StringBuilder($"{Begin}\n");
        foreach (var line in _base64.Chunk(LineLength))
            text.Append(line).Append('\n');
        return text.Append($"{End}\n").ToString();
    }

    /// <summary>The base64, without line feeds.</summary>
    public override string ToString() => _base64;
}
