using System.Globalization;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;

namespace Hostlock.Reporting;

/// <summary>Renders the plan of <c>eject</c>: the files, the changed lines of flake.nix, and the inputs that move for each host.</summary>
public static class EjectText
{
    /// <summary>Renders the work of an eject, file by file.</summary>
    public static string Render(string flakeNix, EjectPlan plan, Ink ink)
    {
        var text = new StringBuilder();
        var width = plan.Changed.Select(file => Visible.Name(file.Path).Length).DefaultIfEmpty().Max();
        foreach (var file in plan.Changed)
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {(file.IsNew ? ink.Good("new   ") : ink.Warn("change"))}  {Visible.Name(file.Path).PadRight(width)}  {file.What}\n");
        foreach (var path in plan.Removed)
            text.Append(CultureInfo.InvariantCulture, $"  {ink.Bad("remove")}  {Visible.Name(path)}\n");
        foreach (var file in plan.Changed.Where(file => file.Edit is not null))
            text.Append(CultureInfo.InvariantCulture, $"\n{Visible.Name(file.Path)}\n{InitText.Hunks(flakeNix, file.Edit!, ink)}");
        text.Append(plan.Moves.Length > 0 ? "\n" : "");
        var groups = Alike.Group(
            plan.Moves, move => [new LockOwner.Host(move.Host)], move => string.Join(' ', move.Inputs.Select(Visible.Name)));
        foreach (var (hosts, inputs) in groups)
            text.Append(
                inputs.Length == 0 ? $"{ink.Bold(hosts)}: nothing moves\n" : $"{ink.Bold(hosts)}: {ink.Warn("moves in")} {inputs}\n");
        foreach (var note in plan.Notes)
            text.Append(CultureInfo.InvariantCulture, $"\n{ink.Warn("note")}: {note}\n");
        return text.ToString();
    }

    /// <summary>Renders the state after the plan is carried out.</summary>
    public static string Done(EjectPlan plan)
    {
        if (plan.IsWhole)
            return "done: this flake is one like any other; 'git add -A' records it\n";
        var back = plan.Moves.IsEmpty
            ? null
            : $"{string.Join(' ', plan.Moves.Select(move => move.Host))} {(plan.Moves.Length == 1 ? "is" : "are")} built by flake.lock "
                + $"from now on";
        var taken = plan.Taken.IsEmpty ? null : $"hostlock.toml no longer has {string.Join(' ', plan.Taken)}";
        return $"done: {string.Join("; ", new[] { back, taken }.OfType<string>())}; 'git add -A' records it\n";
    }
}
