using System.Globalization;
using Hostlock.Fleets;

namespace Hostlock.Machines;

/// <summary>The errors of reaching machines, and of their answers.</summary>
public sealed class MachineException : HostlockException
{
    MachineException(Sentence message)
        : base(message.ToString())
    {
    }

    /// <summary>True if the answer is no, although nothing is wrong; this gives exit code 1.</summary>
    public bool IsRefusal { get; private init; }

    // Evaluations.
    internal static MachineException NotEvaluated(HostName host, string said) =>
        new($"{host} cannot be evaluated: {NixComplaint.Of(said):lines}") { IsOutside = true };

    // Closures.
    internal static MachineException NoClosure(StorePath system, string machine, string said) =>
        new($"cannot ask {machine} what '{system}' needs: {LastLine(said)}") { IsOutside = true };

    internal static MachineException NotAClosure(StorePath system, string machine) =>
        new($"the answer of {machine} about '{system}' is not in the form of 'nix path-info --size'") { IsOutside = true };

    internal static MachineException NotASystem(string machine, string path) =>
        new($"'{path}' of {machine} is no system of a Nix store") { IsOutside = true };

    // Probes.
    internal static MachineException Unreachable(HostName host, string target, string said, bool isNamed) =>
        new($"cannot reach {host} ({target}): {LastLine(said)}")
        {
            IsOutside = true,
            Hint = isNamed ? FleetException.ToReach(host) : $"this has to work: ssh -o BatchMode=yes {ShellWord.Quote(target)} true",
        };

    internal static MachineException CannotAsk(HostName host, string target, string why) =>
        new($"cannot ask {host} ({target}): {why}") { IsOutside = true };

    internal static MachineException NoAnswer(HostName host, string said) =>
        new($"{host} does not answer the probe{(said.Trim().Length == 0 ? "" : $": {LastLine(said)}")}")
        {
            IsOutside = true,
            Hint = "its user needs a shell that can run 'sh'",
        };

    internal static MachineException AnswerCutShort(HostName host) =>
        new($"the answer of {host} breaks off") { IsOutside = true };

    internal static MachineException AnswerTooLong(HostName host, long bound) =>
        new($"the answer of {host} has more than {bound} bytes") { IsOutside = true };

    internal static MachineException StrangeLine(HostName host, string line) =>
        new($"the answer of {host} has a line that the probe does not print: '{line}'")
        {
            IsOutside = true,
            Hint = "a program that its shell starts at login prints into the answer",
        };

    internal static MachineException StrangeValue(HostName host, string key) =>
        new($"the answer of {host} makes no sense: '{key}'") { IsOutside = true };

    internal static MachineException WrongMachine(HostName host, string target) =>
        new($"the machine that answers for {host} ({target}) is not the one that answered before")
        {
            IsRefusal = true,
            Hint = $"if it is {host} all the same: hostlock probe {host} --new-machine",
        };

    // Adopting the lock that a machine runs.
    internal static MachineException SwitchUnderWay(HostName host) =>
        new($"a switch is under way on {host}, so what it runs may change at any moment")
        {
            IsRefusal = true,
            Hint = "wait for it to end, then try again",
        };

    internal static MachineException RunsNothing(HostName host) =>
        new($"{host} runs no system of Nix") { IsRefusal = true, Hint = $"hostlock probe {host}" };

    internal static MachineException RunsAnother(HostName host, string other) =>
        new($"{host} runs a system that was built for '{other}'") { IsRefusal = true, Hint = $"hostlock probe {host}" };

    internal static MachineException SharesLock(HostName host, IEnumerable<string> others) =>
        new($"the lock of {host} is also that of {string.Join(", ", others)}, and {host} cannot prove what they run")
        {
            IsRefusal = true,
            Hint = $"give {host} a lock of its own, or take this one for all of them: hostlock restore {host} --to running",
        };

    internal static MachineException NotProved(HostName host, string system, int commits, int failures) =>
        new($"{host} runs '{system}', which carries no lock that can be checked, and {Tried(commits, failures)}")
        {
            IsRefusal = true,
            Hint = "set stamp = true in hostlock.toml; systems built from then on carry their lock",
        };

    static string Tried(int commits, int failures)
    {
        if (commits == 0)
            return "no commit can be compared with it";
        var unknown = failures > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({failures} of them cannot be evaluated)") : "";
        return string.Create(CultureInfo.InvariantCulture, $"none of the {commits} commits that were tried makes it{unknown}");
    }

    // ssh prints the greeting of a machine before its own complaint.
    static string LastLine(string said) =>
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last]
            ? last
            : "it says nothing";
}
