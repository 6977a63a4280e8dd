using System.Collections.Immutable;
using Hostlock.Machines;

namespace Hostlock.Rollouts;

/// <summary>The part of a machine's answer about itself that a rollout needs and the journal keeps.</summary>
/// <param name="Running">The system that runs, a specialisation too; null if the machine runs none.</param>
/// <param name="System">The system that the configuration makes: the parent of a specialisation, else what runs.</param>
/// <param name="Next">The system that the profile has, which the next boot takes.</param>
/// <param name="MachineId">The id of the machine.</param>
/// <param name="BootId">A word that each boot changes.</param>
public sealed record HostFacts(StorePath? Running, StorePath? System, StorePath? Next, string MachineId, string BootId)
{
    /// <summary>True if a switch is under way.</summary>
    public bool IsSwitching { get; init; }

    /// <summary>True if the system that it is to get is in its store, whole.</summary>
    public bool HasTarget { get; init; }

    /// <summary>True if NixOS refuses to switch to the system that it is to get, which has to be booted then.</summary>
    public bool IsInhibited { get; init; }

    /// <summary>The id of the rollout whose trial is not over there; null if there is none.</summary>
    public string? Trial { get; init; }

    /// <summary>The id of the last rollout that the silence timer took back; null if there is none.</summary>
    public string? Fired { get; init; }

    /// <summary>The units that are failed, by name; null if it is not known.</summary>
    public ImmutableArray<string>? FailedUnits { get; init; }

    /// <summary>The parts of the running system that only a boot brings into use, in words; empty if there are none.</summary>
    public string Reboot { get; init; } = "";

    /// <summary>The number of the generation that the next boot takes; null if it is none that is kept.</summary>
    public int? Generation { get; init; }

    /// <summary>The way in which its user becomes root.</summary>
    public RootPower Power { get; init; }

    /// <summary>Takes the facts that a rollout needs from an answer.</summary>
    /// <param name="facts">The answer.</param>
    public static HostFacts Of(MachineFacts facts) => new(facts.Running, facts.System, facts.Next, facts.MachineId, facts.BootId)
    {
        IsSwitching = facts.IsSwitching,
        HasTarget = facts.HasWanted,
        IsInhibited = facts.IsInhibited,
        Trial = facts.Trial,
        Fired = facts.Fired,
        FailedUnits = facts.FailedUnits,
        Reboot = RebootWords.Of(facts.NeedsReboot),
        Generation = facts.NextGeneration?.Number,
        Power = facts.Power,
    };

    /// <summary>True if a machine runs a system, or a specialisation of it.</summary>
    public bool Runs(StorePath? system) => system is not null && (Running == system || System == system);
}
