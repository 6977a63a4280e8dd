using System.Text.Json;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>resolve</c>.</summary>
public static class ResolutionJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Member("hosts", By("HOST", Object(
        Member("lock", AnyText, "The lock, relative to the flake"),
        Member("written", YesOrNo, "True if it was written"),
        Member("merged", YesOrNo, "True if nothing is left to settle"),
        Member("settled", By("PATH", OneWord("ours", "theirs")), "The side that was taken, by input path"),
        Member("conflicts", By("PATH", SharedShapes.Sides), "The conflicts that are left, by input path"))), "The locks, by host"));

    /// <summary>Renders the inputs of each lock that were settled, and those that are left.</summary>
    /// <param name="resolutions">The locks.</param>
    /// <param name="isWritten">True if they were written.</param>
    public static string Render(IReadOnlyList<LockResolution> resolutions, bool isWritten) => JsonPage.Render(json =>
        json.WriteHosts(resolutions, resolution => resolution.Unmerged.Place, resolution =>
        {
            json.WriteString("lock", resolution.Unmerged.Place.RelativePath);
            json.WriteBoolean("written", isWritten);
            json.WriteBoolean("merged", resolution.IsWhole);
            json.WriteStartObject("settled");
            foreach (var input in resolution.Merge.Settled)
                json.WriteString(input.Conflict.Input.ToString(), input.Side == MergeSide.Ours ? "ours" : "theirs");
            json.WriteEndObject();
            json.WriteStartObject("conflicts");
            foreach (var conflict in resolution.Merge.Left)
            {
                json.WriteStartObject(conflict.Input.ToString());
                WriteSide(json, "ours", conflict.Ours);
                WriteSide(json, "theirs", conflict.Theirs);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }));

    static void WriteSide(Utf8JsonWriter json, string name, LockEdge? edge)
    {
        if (edge is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteEdge(edge);
        json.WriteEndObject();
    }
}
