using System.Collections.Immutable;
using System.Text;

namespace Hostlock.Flakes;

/// <summary>One change of a text: what stands at an offset gives way to something else.</summary>
/// <param name="Start">The offset in the old text, in UTF-16 units.</param>
/// <param name="Length">How much of the old text goes; 0 for an insertion.</param>
/// <param name="Replacement">What comes instead; empty for a deletion.</param>
public sealed record TextChange(int Start, int Length, string Replacement);

/// <summary>A text changed in some places, and the changes, in the order of the text.</summary>
/// <param name="Text">The new text.</param>
/// <param name="Changes">What was changed, by places in the old text.</param>
public sealed record EditedText(string Text, ImmutableArray<TextChange> Changes)
{
    internal static EditedText Of(string old, params ImmutableArray<TextChange> changes)
    {
        var text = new StringBuilder(old.Length);
        var at = 0;
        foreach (var change in changes)
        {
            text.Append(old, at, change.Start - at).Append(change.Replacement);
            at = change.Start + change.Length;
        }
        return new EditedText(text.Append(old, at, old.Length - at).ToString(), changes);
    }
}
