using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Tests.Support;

/// <summary>Locks put together by hand. A revision is one digit forty times, to be read at a glance.</summary>
static class SmallLocks
{
    /// <summary>The revision of forty times one digit.</summary>
    public static string Id(int digit) => new((char)('0' + digit), 40);

    /// <summary>A lock with these inputs.</summary>
    public static LockFile Of(params IReadOnlyList<(string Name, LockEdge Edge)> inputs) => new(new LockNode(Inputs(inputs)));

    /// <summary>An input that is locked to a revision of a day, and has no hash.</summary>
    /// <param name="reference">What it asks for: <c>github:acme/a</c>, or a branch of it.</param>
    /// <param name="digit">The digit of its revision; null for a type that has none.</param>
    /// <param name="day">The day of its revision, counted as <see cref="FlakeWorld.Day"/> does.</param>
    /// <param name="inputs">The inputs beneath it.</param>
    public static LockEdge.Locked Locked(string reference, int? digit, int day, params IReadOnlyList<(string Name, LockEdge Edge)> inputs)
    {
        var original = FlakeRef.ParseInput(reference, wantsTree: true, null, null);
        var locked = original.Input.Without("ref").With("lastModified", Moment.Of(FlakeWorld.Day(day)));
        var pinned = digit is { } known ? locked.With("rev", Id(known)) : locked;
        return new(new LockedNode(new(pinned, ""), original, true, null, Inputs(inputs)));
    }

    /// <summary>A node with an attribute that Nix does not know.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">Its JSON.</param>
    public static LockedNode Saying(this LockedNode node, string name, string value) =>
        new(node.Locked, node.Original, node.IsFlake, node.Parent, node.Inputs) { Unknown = node.Unknown.With(name, new(value)) };

    /// <summary>An input that follows another.</summary>
    /// <param name="path">The path of the other; empty for the root flake.</param>
    public static LockEdge.Follows Follows(params IEnumerable<string> path) => new(InputPath.Of(path));

    /// <summary>The place of the lock that these hosts share, in a fleet that lies at <c>/f</c>.</summary>
    public static LockPlace Place(params IReadOnlyList<string> hosts) =>
        LockPlace.Of("/f", $"locks/{hosts[0]}.lock", [.. hosts.Select(Owner)]);

    /// <summary>A host, as the one whose lock it is.</summary>
    public static LockOwner Owner(string host) => new LockOwner.Host(HostName.Parse(host));

    static NameMap<LockEdge> Inputs(IReadOnlyList<(string Name, LockEdge Edge)> inputs) =>
        NameMap<LockEdge>.Of([.. inputs.Select(input => KeyValuePair.Create(input.Name, input.Edge))]);
}
