using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>follows</c>.</summary>
public static class FollowsJson
{
    /// <summary>The inputs that locks have more than once, and the lines that would join them.</summary>
    public static string Render(IReadOnlyList<(LockPlace Place, IReadOnlyList<Repetition> Repetitions)> locks) =>
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
