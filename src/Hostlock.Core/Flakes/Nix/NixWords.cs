namespace Hostlock.Flakes.Nix;

/// <summary>Writes names and texts as the Nix language has them.</summary>
static class NixWords
{
    /// <summary>True if a name can stand in formals, and in a path without quotes.</summary>
    /// <param name="name">The name.</param>
    public static bool IsIdentifier(string name) => InputPath.IsReferable(name) && NixLexer.KindOf(name) == NixTokenKind.Identifier;

    /// <summary>A name as an attribute, in quotes if it needs them.</summary>
    /// <param name="name">The name.</param>
    public static string Attribute(string name) => IsIdentifier(name) ? name : Text(name);

    /// <summary>A text in quotes.</summary>
    /// <param name="text">The text.</param>
    public static string Text(string text) =>
        '"'
        + text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("${", "\\${", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal)
        + '"';
}
