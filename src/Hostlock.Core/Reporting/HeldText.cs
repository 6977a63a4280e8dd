using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Reporting;

/// <summary>Renders the inputs that a rule left as they are, in the style of Nix's blocks.</summary>
public static class HeldText
{
    /// <summary>A line for each input: it was kept, or left out if the lock does not have it.</summary>
    /// <param name="held">The inputs, and the rules.</param>
    /// <param name="file">The lock that does not get them.</param>
    public static string Render(IEnumerable<HeldInput> held, LockFile file) => string.Concat(held.Select(input =>
        $"• {(file.EdgeAt(input.Path) is null ? "Left out" : "Kept")} input '{Visible.Name(input.Path.ToString())}' "
            + $"({Visible.Name(input.Rule.ToString())})\n"));

    /// <summary>The inputs in which two locks still differ after a promotion from one to the other; empty if there are none.</summary>
    /// <param name="from">The word of the user for the first lock.</param>
    /// <param name="to">The word of the user for the second lock.</param>
    /// <param name="held">The inputs, and the rules.</param>
    /// <param name="file">The second lock.</param>
    public static string Render(string from, string to, IReadOnlyList<HeldInput> held, LockFile file) =>
        held.Count == 0 ? "" : $"\n'hostlock promote {from} {to}' leaves these as they are:\n{Render(held, file)}";
}
