using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs that a rule left as they are, in the style of Nix's blocks.</summary>
static class HeldText
{
    public static string Render(IEnumerable<HeldInput> held) => string.Concat(held.Select(input => $"• Kept input '{Visible.Name(input.Path.ToString())}' ({Visible.Name(input.Rule.ToString())})\n"));
}
