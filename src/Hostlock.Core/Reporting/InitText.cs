using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets.Adoption;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the plan of <c>init</c>: the hosts, the files, and the lines of flake.nix that change.</summary>
public static class InitText
{
    /// <summary>Renders the work of an init, file by file.</summary>
    public static string Render(string flakeNix, InitPlan plan, Ink ink)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{plan.Hosts.Count} {(plan.Hosts.Count == 1 ? "host" : "hosts")}: {string.Join(' ', plan.Hosts.Keys)}\n\n");
        var width = plan.Files.Select(file => Visible.Name(file.Path).Length).DefaultIfEmpty().Max();
        foreach (var file in plan.Files)
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {(file.IsNew ? ink.Good("new   ") : ink.Warn("change"))}  {Visible.Name(file.Path).PadRight(width)}  {file.What}\n");
        foreach (var file in plan.Files.Where(file => file.Edit is not null))
            text.Append(CultureInfo.InvariantCulture, $"\n{Visible.Name(file.Path)}\n{Hunks(flakeNix, file.Edit!, ink)}");
        foreach (var note in plan.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{ink.Warn("note")}: {note.Text}\n");
            foreach (var change in note.Changes)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {Visible.Name(change.Path.ToString())}  {Pin(change.Before)} → {Pin(change.After)}{Direction(change)}\n");
        }
        return text.ToString();
    }

    /// <summary>Renders the state after the plan is carried out: the hosts that are built by locks of their own, and whether anything
    /// moves.</summary>
    public static string Done(InitPlan plan)
    {
        var text = new StringBuilder("done: ");
        text.Append(plan.Hosts.Count switch
        {
            0 => "the files of hostlock are in place",
            _ when plan.AreAll => "each host is built by its own lock from now on",
            1 => $"{plan.Hosts.Keys.First()} is built by its own lock from now on",
            _ => $"{string.Join(' ', plan.Hosts.Keys)} are built by their own locks from now on",
        });
        if (plan.Moving.IsEmpty && plan.Unlocked.IsEmpty)
            return text.Append(", and nothing has moved yet\n").ToString();
        if (!plan.Moving.IsEmpty)
            text.Append(
                CultureInfo.InvariantCulture,
                $"; {string.Join(' ', plan.Moving)} {(plan.Moving.Length == 1 ? "moves" : "move")} with the next build");
        if (!plan.Unlocked.IsEmpty)
            text.Append(
                CultureInfo.InvariantCulture,
                $"; {string.Join(' ', plan.Unlocked)} {(plan.Unlocked.Length == 1 ? "has" : "have")} no lock yet");
        return text.Append('\n').ToString();
    }

    // The branch, the revision and the day of the pin of an input.
    static string Pin(LockEdge? edge) => edge switch
    {
        null => "nothing",
        LockEdge.Follows(var target) => $"follows '{Visible.Name(target.ToString())}'",
        LockEdge.Locked(var node) => Visible.Name(string.Join(' ', Words(node))),
        _ => throw new UnreachableException(),
    };

    static IEnumerable<string> Words(LockedNode node)
    {
        if (node.Original.Ref is { } branch)
            yield return branch;
        if (node.Locked.Revision is { } revision)
            yield return Revision.Shorten(revision);
        else
            yield return node.Locked.ToString();
        if (node.Locked.LastModified is { } modified)
            yield return modified.ToString();
    }

    static string Direction(LockChange change) =>
        change is { Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) }
            && before.Locked.LastModified is { } earlier && after.Locked.LastModified is { } later && earlier != later
            ? $" ({(earlier < later ? "newer" : "older")})"
            : "";

    // Renders only the lines that change, each as it was and as it will be: the function between them may have hundreds of lines.
    internal static string Hunks(string before, SourceText edit, Ink ink)
    {
        var text = new StringBuilder();
        var (old, now) = (before.Split('\n'), edit.Text.Split('\n'));
        // A change inserts words into lines and adds no line, so both texts have the same number of lines.
        for (var line = 0; line < Math.Min(old.Length, now.Length); line++)
        {
            if (old[line] == now[line])
                continue;
            text.Append(
                CultureInfo.InvariantCulture, $"  {line + 1,4} {ink.Bad("- " + old[line])}\n  {line + 1,4} {ink.Good("+ " + now[line])}\n");
        }
        return text.ToString();
    }
}
