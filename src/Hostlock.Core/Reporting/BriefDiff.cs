using System.Globalization;
using System.Text;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>
/// Renders the changes of a lock for a person at a terminal: how many there are, and a line for each, with short revisions, their dates,
/// and the comparison of upstream as a link. Changes beneath an input that moves itself are only counted.
/// </summary>
static class BriefDiff
{
    /// <summary>The number of inputs that changed, by the kind of change: <c>2 updated, 1 added</c>.</summary>
    /// <param name="diff">The changes, at least one.</param>
    public static string Summary(LockDiff diff)
    {
        var kinds = Shown(diff).GroupBy(each => Kind(each.Change)).ToDictionary(kind => kind.Key, kind => kind.Count());
        return string.Join(
            ", ",
            ((string[])["updated", "added", "removed", "declared otherwise", "described otherwise"])
                .Where(kinds.ContainsKey)
                .Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kinds[kind]} {kind}")));
    }

    /// <summary>A line for each input.</summary>
    /// <param name="diff">The changes.</param>
    /// <param name="ink">The colours and links.</param>
    /// <param name="showsAddresses">If true, the address of the comparison is beneath a line whose words cannot be a link.</param>
    public static string Render(LockDiff diff, Ink ink, bool showsAddresses = false)
    {
        var shown = Shown(diff);
        var (name, from, to) = (0, 0, 0);
        foreach (var (change, _) in shown.Where(each => each.Change.Moves))
        {
            name = Math.Max(name, Name(change).Length);
            if (change is { Before: { } before, After: { } after })
                (from, to) = (Math.Max(from, Pin(before).Length), Math.Max(to, Pin(after).Length));
        }
        var text = new StringBuilder();
        foreach (var (change, beneath) in shown.OrderBy(each => Place(each.Change)))
        {
            var more = beneath == 0 ? "" : ink.Dim(string.Create(CultureInfo.InvariantCulture, $"  (and {beneath} beneath it)"));
            switch (change)
            {
                case { Before: null, After: { } added }:
                    text.Append($"  {ink.Good("+")} {Name(change).PadRight(name)}  {Pin(added)}{more}\n");
                    break;
                case { After: null }:
                    break;
                case { Moves: true, Before: { } before, After: { } after }:
                    var address = CompareLink.Between(before, after);
                    var move = $"{Pin(before).PadRight(from)} → {Pin(after)}";
                    var note = Note(before, after, ink);
                    var gap = note.Length > 0 ? new string(' ', to - Pin(after).Length + 2) : "";
                    text.Append($"  • {Name(change).PadRight(name)}  {ink.Link(move, address)}{gap}{note}{more}\n");
                    if (showsAddresses && !ink.HasLinks && address is not null)
                        text.Append($"      {address}\n");
                    break;
                default:
                    text.Append(DiffText.Render(new LockDiff([change])));
                    break;
            }
        }
        var removed = shown.Where(each => each.Change.After is null).Select(each => Name(each.Change)).ToList();
        if (removed.Count > 0)
            text.Append($"  {ink.Bad("-")} {string.Join(' ', removed)}\n");
        return text.ToString();

        // nixpkgs first, and added inputs after moved ones.
        static int Place(LockChange change) => change switch
        {
            { Before: null } => 2,
            _ when change.Path.ToString() == DriftMatrix.Nixpkgs => 0,
            _ => 1,
        };
    }

    /// <summary>The time by which an input is newer or older than it was, and its branch if that is another one; empty for
    /// neither.</summary>
    public static string Note(LockEdge before, LockEdge after, Ink ink)
    {
        if ((before, after) is not (LockEdge.Locked(var old), LockEdge.Locked(var now)))
            return "";
        var words = new List<string>();
        if (old.Locked.LastModified is { } earlier && now.Locked.LastModified is { } later && earlier != later)
            words.Add(
                later > earlier
                    ? $"{Amounts.Span(later.SecondsSince(earlier))} newer"
                    : ink.Warn($"{Amounts.Span(earlier.SecondsSince(later))} older"));
        if (!old.Original.Equals(now.Original))
            words.Add($"{BranchText.Of(old.Original, now.Original)} → {BranchText.Of(now.Original, old.Original)}");
        return string.Join(", ", words);
    }

    /// <summary>The revision that an entry pins, with its date: <c>073ff61 2026-02-01</c>.</summary>
    public static string Pin(LockEdge edge) => edge switch
    {
        LockEdge.Follows(var target) => $"follows {Visible.Name(target.ToString())}",
        LockEdge.Locked(var node) when node.Locked.Revision is not null && node.Locked.LastModified is { } modified =>
            $"{PinText.Short(node.Locked)} {modified}",
        LockEdge.Locked(var node) => PinText.Short(node.Locked),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The kind of a change in a word or two.</summary>
    public static string Kind(LockChange change) => change switch
    {
        { Before: null } => "added",
        { After: null } => "removed",
        { Moves: true } => "updated",
        { IsDeclaredOtherwise: true } => "declared otherwise",
        _ => "described otherwise",
    };

    // The changes that are shown, each with the number of changes beneath it that are left out.
    static List<(LockChange Change, int Beneath)> Shown(LockDiff diff)
    {
        var shown = new List<(LockChange Change, int Beneath)>();
        // A path comes right before those beneath it.
        foreach (var change in diff.Changes)
        {
            if (shown is [.., var (last, beneath)] && last.Moves && change.Path.StartsWith(last.Path))
                shown[^1] = (last, beneath + 1);
            else
                shown.Add((change, 0));
        }
        return shown;
    }

    static string Name(LockChange change) => Visible.Name(change.Path.ToString());
}
