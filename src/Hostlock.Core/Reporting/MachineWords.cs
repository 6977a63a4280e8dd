using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Machines;
using Hostlock.Machines.Packages;
using Hostlock.Machines.Probing;

namespace Hostlock.Reporting;

/// <summary>Says in a few words what a machine runs, and gives the next command.</summary>
static class MachineWords
{
    /// <summary>The comparison of the lock that runs with the host's lock.</summary>
    public static string Of(PinState pins, DateTimeOffset now) => pins switch
    {
        PinState.InSync => "in sync",
        PinState.Behind(var changes, var since) =>
            $"behind {(Moment.Of(now).SecondsSince(since ?? Moment.Of(now)) is var age and >= 60 ? $"{Amounts.Span(age)}, " : "")}"
                + Count(changes, "change")
                + (since is null ? ", not committed" : ""),
        PinState.Ahead => "ahead",
        PinState.Unknown => "unknown lock",
        PinState.Unstamped => "carries no lock",
        PinState.NotCompared => "not compared",
        PinState.Foreign(null) => "runs no NixOS",
        PinState.Foreign(var host) => $"runs the system of {Visible.Name(host!)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The comparison of the system that runs with the one that the repository makes; empty if they are the same or
    /// unknown.</summary>
    public static string Of(ConfigurationState configuration) => configuration switch
    {
        ConfigurationState.NotAsked or ConfigurationState.Same => "",
        ConfigurationState.Differs => "other configuration",
        ConfigurationState.NotEvaluated => "not evaluated",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>All remarks about the answer of a machine, the lock first.</summary>
    public static IEnumerable<string> Of(MachineStatus status, DateTimeOffset now)
    {
        if (status.Pins is { } pins)
            yield return Of(pins, now);
        if (status.Reason is { } reason)
            yield return Visible.Name(reason);
        if (Of(status.Configuration) is { Length: > 0 } configuration)
            yield return configuration;
        foreach (var word in status.Pulled?.Words ?? [])
            yield return word;
        if (!status.Twins.IsEmpty)
            yield return $"same machine as {string.Join(' ', status.Twins)}";
        switch (status.Outcome)
        {
            case ProbeOutcome.Answered(_, _, var facts):
                foreach (var word in Of(facts))
                    yield return word;
                break;
            case ProbeOutcome.WrongMachine:
                yield return "wrong machine";
                break;
            case ProbeOutcome.Unreachable(_, var before, _):
                yield return before is { } seen
                    ? $"unreachable (seen {Amounts.Ago(Moment.Of(now).SecondsSince(seen.At))} on {Visible.Name(seen.Label)})"
                    : "unreachable (never seen)";
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The system that the next boot takes, if it is another one.</summary>
    public static string Next(MachineFacts facts) =>
        facts.NextGeneration is { } generation
            ? string.Create(CultureInfo.InvariantCulture, $"generation {generation.Number}")
            : facts.Next is { } next ? next.Name : "nothing";

    /// <summary>The parts that need a reboot: the kernel with its versions, else their names.</summary>
    public static string Reboot(MachineFacts facts)
    {
        var kernel = facts.NeedsReboot.FirstOrDefault(part => part.Name == "kernel");
        if (kernel is not { Booted: { } booted, Running: { } running })
            return string.Join(", ", facts.NeedsReboot.Select(part => part.Name));
        var (old, now) = (PackageName.Of(booted), PackageName.Of(running));
        return old.Name == now.Name && old.Version != now.Version ? $"{now.Name} {old.Version} → {now.Version}" : now.Name;
    }

    /// <summary>The command that does something about the state of a host; empty if nothing is to be done.</summary>
    /// <param name="status">The state.</param>
    /// <param name="commands">How commands are typed in the current folder.</param>
    public static string NextStep(MachineStatus status, TypedCommands commands)
    {
        var host = status.Host.Name;
        return commands.Here(status switch
        {
            { Outcome: ProbeOutcome.WrongMachine } => $"hostlock probe {host} --new-machine",
            { Facts: null or { IsSwitching: true } or { Trial: not null } } => $"hostlock probe {host}",
            { Pins: PinState.Foreign or PinState.NotCompared } => $"hostlock probe {host}",
            { Pins: PinState.Unknown or PinState.Ahead } => $"hostlock adopt {host}",
            { Pins: PinState.Unstamped, Host.IsStamped: false } => "stamp = true in hostlock.toml",
            { Pins: PinState.Behind or PinState.Unstamped } or { Configuration: ConfigurationState.Differs } =>
                Rebuild(status, commands),
            { Facts.IsPending: true } => $"hostlock probe {host}",
            { Facts.FailedUnits.IsEmpty: false } => On(status, "systemctl --failed"),
            { Facts.NeedsReboot.IsEmpty: false } => On(status, "systemctl reboot"),
            _ => "",
        });
    }

    static IEnumerable<string> Of(MachineFacts facts)
    {
        if (facts.IsSwitching)
            yield return "switching";
        if (facts.Trial is not null)
            yield return "on trial";
        if (facts.IsPending)
            yield return $"boots {Next(facts)}";
        if (!facts.NeedsReboot.IsEmpty)
            yield return $"needs reboot: {Reboot(facts)}";
        if (facts.FailedUnits is { IsEmpty: false } failed)
            yield return Count(failed.Length, "failed unit");
    }

    static string On(MachineStatus status, string command) =>
        status.Outcome.Address.Target is { } target ? $"ssh {ShellWord.Quote(target)} {command}" : command;

    // hostlock switches what NixOS makes; other systems have a program of their own, which knows no other machine.
    static string Rebuild(MachineStatus status, TypedCommands commands)
    {
        var (output, name) = status.Host.ConfigurationPaths[0].Split('.', 2) is [var first, var rest] ? (first, rest.Trim('"')) : ("", "");
        // Without a dot in front, nix would take a folder for a name of its registry.
        var folder = commands.Folder ?? ".";
        var reference = ShellWord.Quote($"{(folder[0] is '.' or '/' ? "" : "./")}{folder}#{name}");
        return (output, status.Outcome.Address.Target) switch
        {
            ("nixosConfigurations", _) => $"hostlock switch {status.Host.Name}",
            ("darwinConfigurations", null) => $"sudo darwin-rebuild switch --flake {reference}",
            ("homeConfigurations", null) => $"home-manager switch --flake {reference}",
            _ => $"hostlock probe {status.Host.Name}",
        };
    }

    static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
