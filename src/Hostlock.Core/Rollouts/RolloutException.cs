using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>The errors of switching machines.</summary>
public sealed class RolloutException : HostlockException
{
    RolloutException(Sentence message)
        : base(message.ToString())
    {
    }

    /// <summary>True if the answer is no, although nothing is wrong; this gives exit code 1.</summary>
    public bool IsRefusal { get; private init; }

    /// <summary>True if another run is at work; this gives exit code 6.</summary>
    public bool IsBusy { get; private init; }

    // Journals.
    internal static RolloutException NotWritten(string path, int line) =>
        new($"line {line} of '{path}' is not what hostlock wrote")
        {
            Hint = "no machine was touched; move the file away to begin anew, the machines are asked what they run",
        };

    internal static RolloutException NotRead(string path, int line) =>
        new($"line {line} of '{path}' is of another release of hostlock")
        {
            Hint = "finish with that release, or move the file away: the machines are asked what they run",
        };

    internal static RolloutException Busy(string flake) =>
        new($"another hostlock is switching machines of '{flake}'") { IsBusy = true, Hint = "wait for it to finish, then try again" };

    /// <summary>A switch was to be resumed, and there is none.</summary>
    public static RolloutException NothingToResume() =>
        new("no switch was broken off or waits") { IsRefusal = true, Hint = "hostlock switch HOST" };

    /// <summary>Hosts are named in a line that resumes a switch.</summary>
    public static RolloutException ResumesAll() =>
        new("a switch that is resumed has its hosts already") { Hint = "hostlock switch --resume" };

    // Requests.
    /// <summary>A host that is no NixOS is to be switched.</summary>
    public static RolloutException NotNixos(HostName host, string configuration) =>
        new($"{host} is '{configuration}', and only systems of nixosConfigurations can be switched to")
        {
            Hint = "switch it with its own program, darwin-rebuild or home-manager",
        };

    /// <summary>Machines would be changed, and nobody can be asked.</summary>
    public static RolloutException NotConfirmed() =>
        new("machines would be changed, and nobody can be asked") { Hint = "pass --yes to switch them, or --dry-run to look" };

    /// <summary>The user of a machine cannot become root.</summary>
    public static RolloutException NotRoot(HostName host, string target, bool isHere) =>
        new($"the user of {host} ({target}) cannot become root without a password")
        {
            IsOutside = true,
            Hint = isHere
                ? "run 'sudo -v' first, or switch from a terminal"
                : $"give [hosts.{host}] a target = \"root@{target}\", or let sudo ask for no password there",
        };

    /// <summary>A machine would get inputs that are older than those that it runs.</summary>
    public static RolloutException GoesBack(HostName host, string what) =>
        new($"{host}: {what}") { IsRefusal = true, Hint = "pass --allow-downgrade if that is what you want" };

    /// <summary>Several options exclude each other.</summary>
    public static RolloutException Excludes(string one, string other) => new($"{one} and {other} exclude each other");

    internal static RolloutException NotPushed(HostName host, string why, string mend) =>
        new($"{host} deploys by itself what is pushed, and {why}") { IsRefusal = true, Hint = mend };

    /// <summary>What is told of a host whose engine hostlock.toml does not describe any more.</summary>
    internal static RolloutException NoEngine(string name) =>
        new($"hostlock.toml has no engine '{name}' any more") { Hint = $"describe it: [engines.{name}]" };

    // Building.
    internal static RolloutException BuildFailed(HostName host, string said) =>
        new($"{host} cannot be built: {said:lines}") { IsOutside = true, Hint = "no machine was touched" };

    internal static RolloutException NotAllBuilt(IEnumerable<HostName> hosts, string said) =>
        new($"not all of {string.Join(", ", hosts)} can be built: {said:lines}")
        {
            IsOutside = true,
            Hint = "no machine was touched",
        };

    internal static RolloutException AfterBuildFailed(string program, string said) =>
        new($"'{program}' of after-build failed: {said}") { IsOutside = true, Hint = "no machine was touched" };

    internal static RolloutException NotBuilt(HostName host, string said) =>
        new($"what nix says it built for {host} is no system: '{said}'") { IsOutside = true };

    // Going back.
    /// <summary>A machine has no system to go back to.</summary>
    public static RolloutException NothingBefore(HostName host) =>
        new($"{host} keeps no system with another lock than the one that it runs")
        {
            IsRefusal = true,
            Hint = $"hostlock probe {host} lists its generations; name one with --to generation:N",
        };

    /// <summary>A machine does not keep the system of a version.</summary>
    public static RolloutException NotKept(HostName host, string version) =>
        new($"no generation of {host} has the lock of '{version}'")
        {
            IsRefusal = true,
            Hint = $"put the lock back and build it: hostlock restore {host} --to {ShellWord.Quote(version)} && hostlock switch {host}",
        };
}
