using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Machines.Packages;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>diff</c>.</summary>
public static class DiffJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("before", AnyText, "The word for the earlier lock"),
        Member("after", AnyText, "The word for the later lock"),
        SharedShapes.Changes,
        (SharedShapes.Held with
        {
            Meaning = "Between two hosts: inputs that a promotion from one to the other leaves as they are, and the rule",
        }).IfAny,
        Member("closure", Object([.. SharedShapes.Packages]), "With --closure: the packages of the two systems").IfAny);

    /// <summary>Renders the differences of two locks.</summary>
    /// <param name="before">The word for the one.</param>
    /// <param name="after">The word for the other.</param>
    /// <param name="diff">The differences.</param>
    /// <param name="closure">The packages that differ between the systems of the two; null if they were not compared.</param>
    /// <param name="held">The inputs that a promotion from the one to the other leaves as they are; null if they are not locks of two
    /// hosts.</param>
    public static string Render(
        string before, string after, LockDiff diff, PackageDiff? closure, IReadOnlyList<HeldInput>? held = null) => JsonPage.Render(json =>
    {
        json.WriteString("before", before);
        json.WriteString("after", after);
        json.WriteChanges(diff);
        if (held is not null)
            json.WriteHeld(held);
        if (closure is null)
            return;
        json.WriteStartObject("closure");
        json.WritePackages(closure);
        json.WriteEndObject();
    });
}
