using System.Globalization;
using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>An input that goes back in time: from a newer revision to an older one of what is asked for still.</summary>
static class Downgrade
{
    public const string Hint = "pass --allow-downgrade if that is what you want";

    public static bool Is(LockChange change) =>
        change is { Path.Length: 1, Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) }
        && before.Original.Equals(after.Original)
        && before.Locked.LastModified is { } earlier && after.Locked.LastModified is { } later && later < earlier;

    public static string Describe(LockChange change) =>
        $"'{change.Path}' would go back in time, from {DayOf(change.Before)} to {DayOf(change.After)}";

    static string DayOf(LockEdge? edge) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(((LockEdge.Locked)edge!).Node.Locked.LastModified!.Value, 253402300799))
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
