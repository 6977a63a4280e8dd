using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Fleets.Changes;

/// <summary>
/// Recognises inputs that go back in time: to an older revision of the same reference, or to one that does not descend from the locked one,
/// because the branch was rewritten.
/// </summary>
public static class Downgrade
{
    /// <summary>True if the dates show that an input goes back.</summary>
    /// <param name="change">The change of the input.</param>
    public static bool Is(LockChange change) =>
        Moved(change) is var (before, after)
        && before.LastModified is { } earlier && after.LastModified is { } later && later < earlier;

    /// <summary>True if more inputs go back than forward, by their dates: the second lock of the diff is the older one.</summary>
    /// <param name="diff">The differences of two locks.</param>
    public static bool IsMostly(LockDiff diff) =>
        diff.Changes.Count(Is) > diff.Changes.Count(change => Is(change with { Before = change.After, After = change.Before }));

    /// <summary>
    /// The first input of a diff that goes back, in words; null if none does. Upstream is asked only if that costs little.
    /// </summary>
    /// <param name="diff">The differences between the present lock and the new one.</param>
    /// <param name="source">Is asked how two revisions are related.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<string?> FindAsync(LockDiff diff, IFlakeSource source, CancellationToken cancellationToken)
    {
        if (diff.Changes.FirstOrDefault(Is) is { } back)
            return Describe(back);
        var asked = diff.Changes
            .Select(change => (Change: change, Moved: Moved(change)))
            .Where(each => each.Moved is not null)
            .Select(
                each => (each.Change, Distance: source.DistanceAsync(each.Moved!.Value.Before, each.Moved.Value.After, cancellationToken)))
            .ToList();
        foreach (var (change, distance) in asked)
        {
            if (await distance is not { IsDescendant: false })
                continue;
            var (before, after) = Moved(change)!.Value;
            return await source.DistanceAsync(after, before, cancellationToken) is { IsDescendant: true }
                ? $"'{change.Path}' would go back to {after.ShortRevision}, which comes before {before.ShortRevision}"
                : $"'{change.Path}' would move to {after.ShortRevision}, which does not descend from {before.ShortRevision}: "
                    + "its branch was rewritten, or it is on another one";
        }
        return null;
    }

    /// <summary>A change that goes back, in words.</summary>
    /// <param name="change">The change of the input.</param>
    /// <param name="verb">The verb of the sentence, before "back in time".</param>
    public static string Describe(LockChange change, string verb = "would go") =>
        $"'{change.Path}' {verb} back in time, from {DayOf(change.Before)} to {DayOf(change.After)}";

    static (FlakeRef Before, FlakeRef After)? Moved(LockChange change) =>
        change is { Path.Length: 1, Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) }
            && before.Original.Equals(after.Original)
            ? (before.Locked, after.Locked)
            : null;

    static Moment DayOf(LockEdge? edge) => ((LockEdge.Locked)edge!).Node.Locked.LastModified!.Value;
}
