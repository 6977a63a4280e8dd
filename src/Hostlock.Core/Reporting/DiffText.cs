using System.Globalization;
using System.Text;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>
/// Renders the changes of a lock as Nix prints them: <c>• Updated input 'nixpkgs':</c>, the old, <c>→</c> the new, with dates.
/// </summary>
/// <remarks>Nix 2.34.8, libflake/lockfile.cc, LockFile::diff and describe.</remarks>
public static class DiffText
{
    /// <summary>Renders the difference of two locks that the user named, with the addresses at which upstream shows it.</summary>
    /// <param name="before">The word of the user for the first lock.</param>
    /// <param name="after">The word of the user for the second lock.</param>
    /// <param name="diff">The difference.</param>
    /// <param name="ink">How the text is made for its reader.</param>
    /// <param name="asked">The inputs that are asked about; null for all.</param>
    public static string Render(string before, string after, LockDiff diff, Ink ink, InputSelection? asked = null) =>
        diff.IsEmpty
            ? $"{before} and {after} have the same {(asked is null or { IsAll: true } ? "lock" : string.Join(", ", asked.Named))}\n"
        : ink.IsBrief
            ? $"{ink.Bold($"{before} → {after}")}: {BriefDiff.Summary(diff)}\n{BriefDiff.Render(diff, ink, showsAddresses: true)}"
        : $"{before} → {after}\n{Render(diff, hasLinks: true)}";

    /// <summary>
    /// Renders a difference; empty if nothing changed. It also tells of an <c>original</c> or another attribute that changed alone, which
    /// Nix leaves out or shows as two equal lines.
    /// </summary>
    /// <param name="diff">The difference.</param>
    /// <param name="hasLinks">If true, a line has the address at which upstream shows the difference.</param>
    public static string Render(LockDiff diff, bool hasLinks = false)
    {
        var text = new StringBuilder();
        foreach (var change in diff.Changes)
        {
            switch (change)
            {
                case { Before: null, After: { } after }:
                    text.Append(CultureInfo.InvariantCulture, $"• Added input '{Name(change.Path)}':\n    {Describe(after)}\n");
                    break;
                case { After: null }:
                    text.Append(CultureInfo.InvariantCulture, $"• Removed input '{Name(change.Path)}'\n");
                    break;
                case { Moves: true, Before: { } before, After: { } after }
                    when (Describe(before), Describe(after)) is var (was, now) && was != now:
                    text.Append(CultureInfo.InvariantCulture, $"• Updated input '{Name(change.Path)}':\n    {was}\n  → {now}\n");
                    if (hasLinks && CompareLink.Between(before, after) is { } link)
                        text.Append(CultureInfo.InvariantCulture, $"    {link}\n");
                    break;
                case { Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) }
                    when !before.Original.Equals(after.Original):
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $"• Input '{Name(change.Path)}' is now declared as '{Name(after.Original)}' "
                            + $"(it was '{Name(before.Original)}')\n");
                    break;
                default:
                    text.Append(Attributes(change));
                    break;
            }
        }
        return text.ToString();
    }

    // With equal revisions, both references read alike, so the lines name the difference.
    static string Attributes(LockChange change)
    {
        var attributes = change.Attributes.ToList();
        var names = Visible.Name(Listed([.. attributes.Select(attribute => attribute.Name)]));
        return $"• Updated input '{Name(change.Path)}' ({names} only):\n    {Values(attribute => attribute.Before)}\n"
            + $"  → {Values(attribute => attribute.After)}\n";

        string Values(Func<AttributeChange, string?> side) => Visible.Name(
            string.Join(", ", attributes.Select(attribute => side(attribute) is { } value
                ? $"{attribute.Name} {OnOneLine(value)}"
                : $"no {attribute.Name}")));
    }

    static string Listed(IReadOnlyList<string> names) =>
        names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    static string OnOneLine(string value) => string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Describes the target of an edge: the locked reference and its date, or the input that it follows.</summary>
    public static string Describe(LockEdge edge) => edge switch
    {
        LockEdge.Follows(var target) => $"follows '{Name(target)}'",
        LockEdge.Locked(var node) => $"'{Name(node.Locked)}'{(node.Locked.LastModified is { } modified ? $" ({modified})" : "")}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // Names and references of a lock may have any text.
    static string Name(object value) => Visible.Name(value.ToString()!);
}
