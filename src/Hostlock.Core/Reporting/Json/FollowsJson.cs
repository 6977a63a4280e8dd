using Hostlock.Fleets;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>follows</c>.</summary>
public static class FollowsJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Member("hosts", By("HOST", By("INPUT", Object(
        Member("revisions", Count, "How many revisions of it the lock has"),
        Member("lines", By("PATH", AnyText), "The lines of flake.nix that would join them, by input path")))),
        "The inputs that a lock has more than once, by host"));

    /// <summary>The inputs that locks have more than once, and the lines that would join them.</summary>
    public static string Render(IReadOnlyList<RepeatedInputs> locks) =>
        JsonPage.Render(json => json.WriteHosts(locks, found => found.Place, found =>
        {
            foreach (var repetition in found.Repetitions)
            {
                json.WriteStartObject(repetition.Target);
                json.WriteNumber("revisions", repetition.Revisions);
                json.WriteStartObject("lines");
                foreach (var path in repetition.Others)
                    json.WriteString(path.ToString(), repetition.LineFor(path));
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }));
}
