using System.Text.Json;
using Hostlock.Fleets;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>status</c>.</summary>
public static class StatusJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("unlisted", Texts, "Hosts that flake.nix has and hostlock.toml does not have"),
        Member("gone", Texts, "Hosts that hostlock.toml has and flake.nix does not have"),
        Member("rings", By("RING", Object(
            Member("after", AnyText.OrNull, "The ring that it comes after; null for a first one"),
            Member("soak", Count, "How long the hosts before must have run the system, in seconds"),
            Member("hosts", Texts, "Its hosts"))), "The rings of hostlock.toml, by name"),
        Member("offTarget", By("HOST", AnyText), "Hosts that did not keep what the last rollout brings, as its journal says, and why"),
        Member("rolloutProblem", AnyText, "Why the last rollout cannot be read; offTarget is empty then").IfAny,
        Member("hosts", By("HOST", Object(
            Member("lock", AnyText, "The lock, relative to the flake"),
            Member("state", OneWord("locked", "missing", "unreadable"), "Whether it can be read"),
            Member("unmerged", YesOrNo, "True if git could not merge it"),
            Member("uncommitted", YesOrNo, "True if it differs from the one in HEAD"),
            Member("stale", Texts, "The inputs whose entries are not as declared"),
            Member("problem", AnyText, "Why it is unreadable").IfAny,
            Member("inputs", By("NAME", SharedShapes.Entry(
                [
                    Member("secondsBehind", AnyNumber, "How much older it is than the newest among the locks, in seconds"),
                    Member("ahead", YesOrNo, "True if another lock has an older revision of the same reference"),
                    .. SharedShapes.Freeze,
                ])), "Its inputs, by name"))), "The locks, by host"));

    /// <summary>Writes it host by host.</summary>
    /// <param name="state">The state of the flake.</param>
    /// <param name="reasons">By host, why it does not run what the last rollout brings.</param>
    /// <param name="unread">Why the last rollout cannot be read; null if it can, or there is none.</param>
    /// <param name="output">Where it is written.</param>
    public static void Write(
        FleetState state, IReadOnlyDictionary<HostName, string> reasons, HostlockException? unread, TextWriter output) =>
        JsonPage.Write(output, json =>
    {
        var listed = state.Listed;
        foreach (var (key, hosts) in new[] { ("unlisted", listed.Unlisted.AddRange(listed.UnlistedFlakes.Keys)), ("gone", listed.Gone) })
        {
            json.WriteStartArray(key);
            foreach (var host in hosts)
                json.WriteStringValue(host.ToString());
            json.WriteEndArray();
        }
        WriteRings(state.Fleet, json);
        json.WriteStartObject("offTarget");
        foreach (var (host, why) in reasons)
            json.WriteString(host.ToString(), why);
        json.WriteEndObject();
        if (unread is not null)
            json.WriteString("rolloutProblem", unread.Message);
        WrittenEntries? entries = null;
        json.WriteHosts(state.Locks, status => status.Place, status =>
        {
            json.WriteString("lock", status.Place.RelativePath);
            json.WriteString("state", status.Lock is not null ? "locked" : status.Problem is null ? "missing" : "unreadable");
            json.WriteBoolean("unmerged", status.IsUnmerged);
            json.WriteBoolean("uncommitted", status.IsUncommitted);
            json.WriteStartArray("stale");
            foreach (var input in status.Stale?.Inputs ?? [])
                json.WriteStringValue(input.Path.ToString());
            json.WriteEndArray();
            if (status.Problem is { } problem)
                json.WriteString("problem", problem.Message);
            json.WriteStartObject("inputs");
            entries ??= new(json.CurrentDepth);
            foreach (var input in status.Inputs)
                entries.Write(json, input);
            json.WriteEndObject();
            json.Flush();
        });
    });

    static void WriteRings(Fleet fleet, Utf8JsonWriter json)
    {
        json.WriteStartObject("rings");
        foreach (var ring in fleet.Rings)
        {
            json.WriteStartObject(ring.Name);
            json.WriteString("after", ring.After);
            json.WriteNumber("soak", (long)ring.Soak.TotalSeconds);
            json.WriteStartArray("hosts");
            foreach (var host in fleet.Hosts.Where(host => host.Ring == ring.Name))
                json.WriteStringValue(host.Name.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
