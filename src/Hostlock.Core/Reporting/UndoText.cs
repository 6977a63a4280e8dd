using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Undoing;

namespace Hostlock.Reporting;

/// <summary>Renders an <c>undo</c> or a <c>redo</c>: the command, the files, and the moves in locks.</summary>
public static class UndoText
{
    /// <summary>Renders a plan.</summary>
    /// <param name="name">The name of the command, <c>undo</c> or <c>redo</c>.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="locks">The locks among its files.</param>
    /// <param name="isWritten">False if nothing was written.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(string name, UndoPlan plan, IReadOnlyList<PlannedLock> locks, bool isWritten, Ink ink)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{name}: {ink.Bold(Visible.Line(plan.Title))}");
        if (plan.When is { } when)
            text.Append(CultureInfo.InvariantCulture, $" of {when.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        text.Append('\n');
        var known = locks.Select(planned => planned.Place.RelativePath).ToHashSet(StringComparer.Ordinal);
        foreach (var file in plan.Files.Where(file => !known.Contains(file.Path)))
        {
            var what = file.After is null ? ink.Bad("remove") : file.Before is null ? ink.Good("new   ") : ink.Warn("change");
            text.Append(CultureInfo.InvariantCulture, $"  {what}  {Visible.Name(file.Path)}\n");
            if (file is { Before: { } before, After: { } after } && TextOf(before) is { } old && TextOf(after) is { } now)
                text.Append(LineDiffText.Render(old, now, ink));
        }
        // A lock that has our side in a conflict may stay as it is when our side is taken.
        var merged = plan.Files.Where(file => file.Merge is not null).ToDictionary(file => file.Path, StringComparer.Ordinal);
        text.Append(
            OutcomeText.Render(
                [.. locks.Where(planned => planned.IsChange || !merged.ContainsKey(planned.Place.RelativePath))], isWritten, ink));
        foreach (var file in merged.Values)
        {
            var what = plan.Step is UndoStep.TakeBack ? "git has its conflict again" : "git has it merged again";
            text.Append(CultureInfo.InvariantCulture, $"{Visible.Name(file.Path)}: {what}\n");
        }
        if (!isWritten && locks.Count == 0)
            text.Append(CultureInfo.InvariantCulture, $"{ink.Dim("not written")}\n");
        return text.ToString();
    }

    // Null if it is no text.
    static string? TextOf(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
}
