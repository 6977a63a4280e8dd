using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>diff</c>.</summary>
public static class DiffJson
{
    /// <summary>What differs between two locks.</summary>
    /// <param name="before">The word for the one.</param>
    /// <param name="after">The word for the other.</param>
    /// <param name="diff">What differs.</param>
    /// <param name="closure">What nix says of the systems of the two; null if it was not asked.</param>
    /// <param name="held">The inputs that a promotion from the one to the other leaves as they are; null if they are not locks of two
    /// hosts.</param>
    public static string Render(
        string before, string after, LockDiff diff, string? closure, IReadOnlyList<HeldInput>? held = null) => JsonPage.Render(json =>
    {
        json.WriteString("before", before);
        json.WriteString("after", after);
        json.WriteChanges(diff);
        if (held is not null)
            json.WriteHeld(held);
        if (closure is null)
            return;
        json.WriteStartArray("closure");
        foreach (var line in closure.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            json.WriteStringValue(line);
        json.WriteEndArray();
    });
}
