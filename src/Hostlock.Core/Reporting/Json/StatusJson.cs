using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>status</c>.</summary>
public static class StatusJson
{
    /// <summary>Writes it host by host.</summary>
    /// <param name="locks">The state of the locks.</param>
    /// <param name="listed">What hostlock.toml lists, compared with flake.nix.</param>
    /// <param name="output">Where it is written.</param>
    public static void Write(IReadOnlyList<LockStatus> locks, ListedHosts listed, TextWriter output) => JsonPage.Write(output, json =>
    {
        foreach (var (key, hosts) in new[] { ("unlisted", listed.Unlisted.AddRange(listed.UnlistedFlakes.Keys)), ("gone", listed.Gone) })
        {
            json.WriteStartArray(key);
            foreach (var host in hosts)
                json.WriteStringValue(host.ToString());
            json.WriteEndArray();
        }
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
