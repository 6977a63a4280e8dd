using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets.Adoption;

namespace Hostlock.Reporting;

/// <summary>Renders the plan of <c>init</c>: the hosts, the files, and the lines of flake.nix that change.</summary>
public static class InitText
{
    public static string Render(string flakeNix, InitPlan plan, Ink ink)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{plan.Hosts.Count} {(plan.Hosts.Count == 1 ? "host" : "hosts")}: {string.Join(' ', plan.Hosts.Keys)}\n\n");
        var width = plan.Files.Select(file => file.Path.Length).DefaultIfEmpty().Max();
        foreach (var file in plan.Files)
            text.Append(CultureInfo.InvariantCulture, $"  {(file.IsNew ? ink.Good("new   ") : ink.Warn("change"))}  {file.Path.PadRight(width)}  {file.What}\n");
        foreach (var file in plan.Files.Where(file => file.Edit is not null))
            text.Append(CultureInfo.InvariantCulture, $"\n{file.Path}\n{Hunks(flakeNix, file.Edit!, ink)}");
        foreach (var note in plan.Notes)
            text.Append(CultureInfo.InvariantCulture, $"\n{ink.Warn("note")}: {note}\n");
        return text.ToString();
    }

    // Renders only the lines that change, each as it was and as it will be: the function between them may have hundreds of lines.
    internal static string Hunks(string before, EditedText edit, Ink ink)
    {
        var text = new StringBuilder();
        var (old, now) = (before.Split('\n'), edit.Text.Split('\n'));
        // A change inserts words into lines and adds no line, so both texts have the same number of lines.
        for (var line = 0; line < Math.Min(old.Length, now.Length); line++)
        {
            if (old[line] == now[line])
                continue;
            text.Append(CultureInfo.InvariantCulture, $"  {line + 1,4} {ink.Bad("- " + old[line])}\n  {line + 1,4} {ink.Good("+ " + now[line])}\n");
        }
        return text.ToString();
    }
}
