using Hostlock.Flakes;
using Hostlock.Fleets;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>status</c>.</summary>
public static class StatusJson
{
    /// <summary>Writes it host by host.</summary>
    public static void Write(IReadOnlyList<LockStatus> locks, TextWriter output) => JsonPage.Write(output, json =>
    {
        var written = new Dictionary<FlakeRef, byte[]>(ReferenceEqualityComparer.Instance);
        json.WriteHosts(locks, status => status.Place, status =>
        {
            json.WriteString("lock", status.Place.RelativePath);
            json.WriteString("state", status.Lock is not null ? "locked" : status.Problem is null ? "missing" : "unreadable");
            json.WriteBoolean("unmerged", status.IsUnmerged);
            if (status.Problem is { } problem)
                json.WriteString("problem", problem.Message);
            json.WriteStartObject("inputs");
            foreach (var input in status.Inputs)
            {
                json.WriteStartObject(input.Name);
                json.WriteEdge(input.Edge, written);
                json.WriteNumber("secondsBehind", input.SecondsBehind);
                json.WriteFreeze(input.Freeze);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.Flush();
        });
    });
}
