using System.Collections.Immutable;

namespace Hostlock.Fleets;

/// <summary>
/// The table <c>[rollout]</c> of hostlock.toml: how machines get their systems. A host may have settings for its own machine.
/// </summary>
public sealed record RolloutSettings
{
    /// <summary>The name of an engine that needs nothing but Nix and ssh.</summary>
    public const string Direct = "direct";

    /// <summary>The name of the engine that has nixos-rebuild activate systems.</summary>
    public const string NixosRebuild = "nixos-rebuild";

    /// <summary>The name of the engine that waits for an agent on the machine, which deploys what is pushed.</summary>
    public const string Comin = "comin";

    /// <summary>The placeholder of <see cref="AfterBuild"/>: all systems, each an argument.</summary>
    public const string Systems = "systems";

    /// <summary>The settings if the file gives none.</summary>
    public static readonly RolloutSettings Default = new();

    /// <summary>The engines that exist without a table <c>[engines.NAME]</c>.</summary>
    public static readonly string[] Engines = [Direct, NixosRebuild, Comin];

    /// <summary>The program that activates systems.</summary>
    public string Engine { get; init; } = Direct;

    /// <summary>The silence after which a machine on trial goes back by itself.</summary>
    public TimeSpan Trial { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>If true, a machine fetches from its own caches what it can, and only the rest is copied to it.</summary>
    public bool Substitutes { get; init; }

    /// <summary>The most systems that are evaluated at once.</summary>
    public int Jobs { get; init; } = 4;

    /// <summary>The memory that one of several evaluations by nix-eval-jobs may take, in MiB.</summary>
    public int Memory { get; init; } = 4096;

    /// <summary>
    /// A program and its arguments that is run once systems are built, before a machine is touched; empty if there is none.
    /// </summary>
    public ImmutableArray<string> AfterBuild { get; init; } = [];

    /// <summary>The way in which the locks of a ring get into the repository.</summary>
    public RingOpening Open { get; init; } = RingOpening.Commit;

    /// <summary>The place where the journals of rollouts are.</summary>
    public JournalPlace Journal { get; init; } = JournalPlace.Clone;

    /// <summary>The path, relative to the flake, of the list of those who may sign approvals of rings; null if approvals need no
    /// signature.</summary>
    public string? AllowedSigners { get; init; }

    /// <summary>A program, and its arguments, that gets each event of a rollout as JSON on its input; none means nobody is told.</summary>
    public ImmutableArray<string> Notify { get; init; } = [];

    /// <summary>The place where systems are built.</summary>
    public BuildPlace Build { get; init; } = new BuildPlace.Here();
}

/// <summary>The way in which the locks of a ring get into the repository when the ring begins.</summary>
public enum RingOpening
{
    /// <summary>They are written and committed.</summary>
    Commit,

    /// <summary>They are written, committed and pushed.</summary>
    Push,

    /// <summary>A branch with them is pushed, and the ring begins once somebody has merged it.</summary>
    Branch,

    /// <summary>They are written, and committed by nobody.</summary>
    None,
}

/// <summary>The place where the journals of rollouts are.</summary>
public enum JournalPlace
{
    /// <summary>In this clone alone.</summary>
    Clone,

    /// <summary>In the upstream repository too, for clones that are new each time.</summary>
    Git,
}

/// <summary>The place where the system of a host is built.</summary>
public abstract record BuildPlace
{
    BuildPlace()
    {
    }

    /// <summary>By the nix of this machine, which may have builders of its own.</summary>
    public sealed record Here : BuildPlace;

    /// <summary>On the machine of the host itself.</summary>
    public sealed record Target : BuildPlace;

    /// <summary>In another store.</summary>
    /// <param name="Store">The store as nix knows it, <c>ssh-ng://builder</c>.</param>
    public sealed record Elsewhere(string Store) : BuildPlace;
}
