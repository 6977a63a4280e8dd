using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Rollouts;

/// <summary>The plan of a rollout, settled before anything happens: every system of it is built.</summary>
/// <param name="Id">The name of the rollout: the day, and the beginning of the digest of its systems and its time.</param>
/// <param name="Action">The purpose.</param>
/// <param name="Rings">The rings, in their order.</param>
public sealed record RolloutPlan(string Id, RolloutAction Action, ImmutableArray<RingPlan> Rings)
{
    const int DigitsOfId = 8;

    /// <summary>Makes a plan of one ring, which takes one host after the other until one fails.</summary>
    /// <param name="id">The name of the rollout.</param>
    /// <param name="action">The purpose of the rollout.</param>
    /// <param name="hosts">The hosts, in their order.</param>
    public RolloutPlan(string id, RolloutAction action, ImmutableArray<HostPlan> hosts)
        : this(id, action, [new RingPlan("", RingRule.Default, hosts)])
    {
    }

    /// <summary>The groups of hosts that must not fail together.</summary>
    public ImmutableArray<GroupPlan> Groups { get; init; } = [];

    /// <summary>The place where the locks of the hosts come from; null if no locks go with the systems.</summary>
    public RolloutSource? Source { get; init; }

    /// <summary>The hosts of all rings, in their order.</summary>
    public IEnumerable<HostPlan> Hosts => Rings.SelectMany(ring => ring.Hosts);

    /// <summary>Makes a plan of one ring, which takes one host after the other until one fails.</summary>
    /// <param name="action">The purpose of the rollout.</param>
    /// <param name="hosts">The hosts, in their order.</param>
    /// <param name="now">The present time.</param>
    public static RolloutPlan Of(RolloutAction action, ImmutableArray<HostPlan> hosts, DateTimeOffset now) =>
        Of(action, [new RingPlan("", RingRule.Default, hosts)], now);

    /// <summary>Makes a plan.</summary>
    /// <param name="action">The purpose of the rollout.</param>
    /// <param name="rings">The rings, in their order.</param>
    /// <param name="now">The present time.</param>
    public static RolloutPlan Of(RolloutAction action, ImmutableArray<RingPlan> rings, DateTimeOffset now)
    {
        var hosts = rings.SelectMany(ring => ring.Hosts);
        // Two runs that bring the same are two rollouts, each with a journal and a mark on the machine of its own.
        var all = string.Create(
            CultureInfo.InvariantCulture,
            $"{now.UtcTicks}\n{string.Join('\n', hosts.Select(host => $"{host.Host} {host.Target} {host.Activation}"))}");
        var digest = ByteDigest.Sha256Hex(all)[..DigitsOfId];
        return new(string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd}-{digest}"), action, rings);
    }

    /// <summary>True if another plan brings the same systems to the same hosts, by the same rules.</summary>
    /// <param name="other">The other plan.</param>
    public bool BringsTheSame(RolloutPlan other) =>
        Action == other.Action
        && Rings.Length == other.Rings.Length
        && Rings.Zip(other.Rings).All(
            pair => pair.First.Name == pair.Second.Name && SameRule(pair.First.Rule, pair.Second.Rule)
                && pair.First.Hosts.Select(host => (host.Host, host.Target))
                    .SequenceEqual(pair.Second.Hosts.Select(host => (host.Host, host.Target))));

    // The days of a window are a list.
    static bool SameRule(RingRule one, RingRule other) =>
        one with { Window = null } == other with { Window = null } && one.Window?.ToString() == other.Window?.ToString();

    /// <summary>True if a text can be the id of a rollout: it becomes the name of a file, and a word of a shell.</summary>
    /// <param name="text">The text.</param>
    public static bool IsId(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

/// <summary>The purpose of a rollout.</summary>
public enum RolloutAction
{
    /// <summary>Hosts get the systems that their locks make.</summary>
    Switch,

    /// <summary>A host goes back to an earlier system, and its lock with it.</summary>
    Rollback,

    /// <summary>Rings of hosts get the systems of a tested lock, each ring once it is opened.</summary>
    Rollout,
}

/// <summary>The place where the locks of a rollout come from.</summary>
/// <param name="From">The host whose lock goes through the rings.</param>
/// <param name="Commit">The commit that has all locks, and of which the systems are made.</param>
/// <param name="Base">The commit that it was made from.</param>
public sealed record RolloutSource(HostName From, Revision Commit, Revision Base);

/// <summary>One host and the system that it is to get.</summary>
/// <param name="Host">The host.</param>
/// <param name="Target">The exact system.</param>
/// <param name="Activation">The way in which the host gets the system.</param>
/// <param name="Engine">The name of the engine that activates it.</param>
/// <param name="Trial">The silence after which the machine goes back by itself.</param>
/// <param name="IsChecked">False if the system is kept without a look at the machine and its gates.</param>
public sealed record HostPlan(HostName Host, StorePath Target, Activation Activation, string Engine, TimeSpan Trial, bool IsChecked)
{
    /// <summary>The SHA-256 of the lock that made the system, 64 digits, if no commit of the plan has it; null if one has it, or it is not
    /// known.</summary>
    public string? LockSha256 { get; init; }

    /// <summary>The hosts of the rollout that must have their outcomes before this one begins.</summary>
    public ImmutableArray<HostName> After { get; init; } = [];
}
