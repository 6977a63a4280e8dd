using System.Text;

namespace Hostlock.Flakes;

/// <summary>One change of a text: other text takes the place of a stretch of it.</summary>
/// <param name="Start">The offset in the old text, in UTF-16 units.</param>
/// <param name="Length">The length of the old text that goes; 0 for an insertion.</param>
/// <param name="Replacement">The new text; empty for a deletion.</param>
public sealed record TextChange(int Start, int Length, string Replacement)
{
    /// <summary>Applies changes to a text. The new text has the name of the old one.</summary>
    /// <param name="old">The old text.</param>
    /// <param name="changes">The changes, in the order of the old text.</param>
    internal static SourceText Apply(SourceText old, params ReadOnlySpan<TextChange> changes)
    {
        var text = new StringBuilder(old.Text.Length);
        var at = 0;
        foreach (var change in changes)
        {
            text.Append(old.Text, at, change.Start - at).Append(change.Replacement);
            at = change.Start + change.Length;
        }
        return new(old.Name, text.Append(old.Text, at, old.Text.Length - at).ToString());
    }
}
