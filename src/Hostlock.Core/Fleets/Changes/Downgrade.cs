using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// An input that goes back in time: from a newer revision to an older one of what is asked for still, or to one that does not descend from
/// it, because its branch was rewritten.
/// </summary>
static class Downgrade
{
    public const string Hint = "pass --allow-downgrade if that is what you want";

    /// <summary>True where the dates say so.</summary>
    public static bool Is(LockChange change) =>
        Moved(change) is var (before, after)
        && before.LastModified is { } earlier && after.LastModified is { } later && later < earlier;

    /// <summary>The first input of a diff that goes back, in words; null where none does. What can be asked of upstream at little cost is asked.</summary>
    public static async Task<string?> FindAsync(LockDiff diff, IFlakeSource source, CancellationToken cancellationToken)
    {
        if (diff.Changes.FirstOrDefault(Is) is { } back)
            return Describe(back);
        var asked = diff.Changes
            .Select(change => (Change: change, Moved: Moved(change)))
            .Where(each => each.Moved is not null)
            .Select(each => (each.Change, Distance: source.DistanceAsync(each.Moved!.Value.Before, each.Moved.Value.After, cancellationToken)))
            .ToList();
        foreach (var (change, distance) in asked)
        {
            if (await distance is { IsDescendant: false })
                return $"'{change.Path}' would move to {Short(change.After)}, which does not come after {Short(change.Before)}: its branch was rewritten";
        }
        return null;
    }

    public static string Describe(LockChange change, string verb = "would go") =>
        $"'{change.Path}' {verb} back in time, from {DayOf(change.Before)} to {DayOf(change.After)}";

    static (FlakeRef Before, FlakeRef After)? Moved(LockChange change) =>
        change is { Path.Length: 1, Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) } && before.Original.Equals(after.Original)
            ? (before.Locked, after.Locked)
            : null;

    static string? Short(LockEdge? edge) => ((LockEdge.Locked)edge!).Node.Locked.ShortRevision;

    static Moment DayOf(LockEdge? edge) => ((LockEdge.Locked)edge!).Node.Locked.LastModified!.Value;
}
