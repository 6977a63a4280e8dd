using System.Globalization;
using System.Text;
using Hostlock.Fleets;

namespace Hostlock.Reporting;

/// <summary>Renders the remaining work of a command that was broken off.</summary>
public static class UndertakingText
{
    /// <summary>Renders the files that change or go.</summary>
    public static string Render(Undertaking undertaking, Ink ink)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"'hostlock {ShellWord.Join(undertaking.Words)}' was broken off; this finishes it\n");
        foreach (var file in undertaking.Left)
        {
            var what = file.After is null ? ink.Bad("remove") : file.Before is null ? ink.Good("new   ") : ink.Warn("change");
            text.Append(CultureInfo.InvariantCulture, $"  {what}  {Visible.Name(file.Path)}\n");
        }
        return text.ToString();
    }
}
