using System.Collections.Immutable;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Machines;
using Hostlock.Rollouts;

namespace Hostlock.Reporting.Pages;

/// <summary>All that a page about a fleet says, as values. A page in a file, and one for a browser, need these and no others.</summary>
/// <param name="Name">The name of the flake's folder.</param>
/// <param name="MadeAt">When the values were gathered; ages are measured by it.</param>
/// <param name="Fleet">The hosts and their rings.</param>
/// <param name="Locks">The state of the locks.</param>
/// <param name="Findings">The findings of <c>check</c>.</param>
/// <param name="History">The moves of the locks that git has.</param>
public sealed record FleetPage(
    string Name, DateTimeOffset MadeAt, Fleet Fleet, IReadOnlyList<LockStatus> Locks, IReadOnlyList<Finding> Findings, FleetHistory History)
{
    /// <summary>The commit of the flake's files; null if the flake is in no repository.</summary>
    public RepositoryState? Repository { get; init; }

    /// <summary>The inputs that are not in line with the declarations, by the path of their lock.</summary>
    public NameMap<ImmutableArray<string>> Stale { get; init; } = NameMap<ImmutableArray<string>>.Empty;

    /// <summary>The inputs of the root that are flakes of hosts: nothing can be joined beneath them.</summary>
    public IReadOnlySet<string> InputsOfHosts { get; init; } = new HashSet<string>();

    /// <summary>The promotions that would bring the newest entries to the locks that are behind.</summary>
    public IReadOnlyList<PendingPromotion> Promotions { get; init; } = [];

    /// <summary>The state of the machines; null if they were not asked.</summary>
    public IReadOnlyList<MachineStatus>? Machines { get; init; }

    /// <summary>The rollout that is under way; null if none is.</summary>
    public RolloutUnderWay? Rollout { get; init; }

    /// <summary>The reason why it is not known whether a rollout is under way; null if it is.</summary>
    public HostlockException? RolloutUnread { get; init; }

    /// <summary>The version of hostlock.</summary>
    public string Version { get; init; } = "";
}

/// <summary>A rollout that has not come to its end.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Orders">The orders of the rules for it.</param>
public sealed record RolloutUnderWay(Rollout Rollout, ImmutableArray<Order> Orders);
