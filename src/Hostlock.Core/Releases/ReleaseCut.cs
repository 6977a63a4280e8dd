using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Releases;

/// <summary>The new systems of a release. Other hosts keep those of the release before.</summary>
/// <param name="Systems">The systems of the hosts that it is cut for, each with its lock.</param>
/// <param name="Commit">The commit from which they are made.</param>
/// <param name="Issued">The present time.</param>
/// <param name="Lifetime">The time in which machines may begin with the release.</param>
public sealed record ReleaseCut(
    IReadOnlyDictionary<HostName, (StorePath System, string LockSha256)> Systems, Revision Commit, Moment Issued, TimeSpan Lifetime)
{
    /// <summary>The longest time that machines may begin with a release.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(366);

    /// <summary>Reads how long machines may begin with a release.</summary>
    /// <param name="text">The time, such as <c>14d</c>.</param>
    /// <exception cref="HostlockException">It is no time, or a release may not last as long.</exception>
    public static TimeSpan LifetimeOf(string text) =>
        Durations.Parse(text) is var lifetime && lifetime > TimeSpan.Zero && lifetime <= LongestLifetime
            ? lifetime
            : throw ReleaseException.NoLifetime(text);

    /// <summary>The name of the fleet that a release is for.</summary>
    /// <param name="named">The name that somebody gave; null for that of the release before.</param>
    /// <param name="last">The release before; null if there is none.</param>
    /// <exception cref="ReleaseException">Nothing names the fleet, or the release before is of another one.</exception>
    public static FleetName FleetOf(FleetName? named, ReleaseManifest? last)
    {
        var fleet = named ?? last?.Fleet ?? throw ReleaseException.NeedsFleet();
        return last is null || last.Fleet == fleet
            ? fleet
            : throw ReleaseException.OfAnotherFleet(fleet.ToString(), last.Fleet.ToString());
    }

    /// <summary>Makes the release. Hosts that it is not cut for keep the systems of the release before, so that a machine that was asleep
    /// still gets its own. A host that is held, or gone from the fleet, is not named.</summary>
    /// <param name="last">The release before; null if this is the first.</param>
    /// <param name="fleet">The name of the fleet.</param>
    /// <param name="number">Its number.</param>
    /// <param name="hosts">The hosts of the fleet that may be changed.</param>
    public ReleaseManifest After(ReleaseManifest? last, FleetName fleet, ReleaseNumber number, IEnumerable<Host> hosts)
    {
        var released = new List<KeyValuePair<string, ReleasedSystem>>();
        foreach (var host in hosts)
        {
            if (Systems.TryGetValue(host.Name, out var cut))
                released.Add(new(host.Name.ToString(), new(cut.System, cut.LockSha256, host.Ring)));
            else if (last?.For(host.Name) is { } before)
                released.Add(new(host.Name.ToString(), before));
        }
        return new(
            fleet, number, Issued, new(Issued.Seconds + (ulong)Lifetime.TotalSeconds), Commit, NameMap<ReleasedSystem>.Of(released));
    }
}
