using System.Globalization;
using Hostlock.Fleets;

namespace Hostlock.Machines;

/// <summary>The errors of machines: of reaching them, and of what they say.</summary>
public sealed class MachineException : HostlockException
{
    MachineException(Sentence message)
        : base(message.ToString())
    {
    }

    /// <summary>True if the answer is no, although nothing is wrong; this gives exit code 1.</summary>
    public bool IsRefusal { get; private init; }

    // Closures.
    internal static MachineException NoClosure(StorePath system, string machine, string said) =>
        new($"cannot ask {machine} what '{system}' needs: {LastLine(said)}") { IsOutside = true };

    internal static MachineException NotAClosure(StorePath system, string machine) =>
        new($"what {machine} says of '{system}' is not what 'nix path-info --size' prints") { IsOutside = true };

    internal static MachineException NotASystem(string machine, string path) =>
        new($"'{path}' of {machine} is no system of a Nix store") { IsOutside = true };

    // ssh prints what a machine greets with before it prints its own complaint.
    static string LastLine(string said) =>
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last]
            ? last
            : "it says nothing";
}
