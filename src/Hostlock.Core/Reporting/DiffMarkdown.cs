using System.Globalization;
using System.Text;
using Hostlock.Locks;
using Hostlock.Machines.Packages;

namespace Hostlock.Reporting;

/// <summary>Renders the difference of two locks as Markdown, for the text of a request: a table of the inputs, with the comparison of
/// upstream as a link.</summary>
public static class DiffMarkdown
{
    /// <summary>Renders the difference.</summary>
    /// <param name="before">The word of the user for the first lock.</param>
    /// <param name="after">The word of the user for the second lock.</param>
    /// <param name="diff">The difference.</param>
    /// <param name="closure">The packages that differ; null if they were not compared.</param>
    /// <param name="commits">The commits by which inputs moved, as text; empty if nobody asked.</param>
    /// <param name="asked">The inputs that are asked about; null for all.</param>
    public static string Render(
        string before, string after, LockDiff diff, PackageDiff? closure, string commits = "", InputSelection? asked = null)
    {
        if (diff.IsEmpty)
        {
            var what = asked is null or { IsAll: true } ? "lock" : string.Join(", ", asked.Named.Select(path => Code(path.ToString())));
            return $"{Code(before)} and {Code(after)} have the same {what}.\n";
        }
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Code(before)} → {Code(after)}: {BriefDiff.Summary(diff)}\n\n");
        text.Append("| input | before | after | |\n|:--|:--|:--|:--|\n");
        foreach (var change in diff.Changes)
        {
            var note = change.Moves && change is { Before: { } old, After: { } now } ? BriefDiff.Note(old, now, Ink.Plain) : "";
            var words = Plain(note.Length > 0 ? note : BriefDiff.Kind(change));
            var link = CompareLink.Between(change.Before, change.After) is { } address && address.All(IsOfAddress)
                ? $"[{words}]({address})"
                : words;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Code(change.Path.ToString())} | {Side(change, change.Before)} | {Side(change, change.After)} | {link} |\n");
        }
        // Titles may have any text, so they stand in a place where no character has a meaning.
        if (commits.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n```\n{commits.Replace('`', '\'').TrimStart('\n')}```\n");
        if (closure is not null)
            text.Append(CultureInfo.InvariantCulture, $"\n```\n{PackageText.Render(closure, Ink.Plain)}```\n");
        return text.ToString();
    }

    static string Side(LockChange change, LockEdge? edge) => edge switch
    {
        null => "",
        LockEdge.Locked(var node) when change is { Moves: false, IsDeclaredOtherwise: true } => Code(node.Original.ToString()),
        _ => Code(BriefDiff.Pin(edge)),
    };

    // Between backquotes nothing has a meaning but a backquote, and in a table a bar.
    static string Code(string text)
    {
        var plain = Visible.Name(text).Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal);
        return plain.Length == 0 ? "" : $"`{plain}`";
    }

    // Names of branches may have any text.
    static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text)
            _ = c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '&' or '#' or '@' or '!' or '~'
                ? plain.Append('\\').Append(c)
                : plain.Append(c);
        return plain.ToString();
    }

    static bool IsOfAddress(char c) => c is > ' ' and < '\x7f' and not ('(' or ')' or '<' or '>' or '|' or '"' or '\\');
}
