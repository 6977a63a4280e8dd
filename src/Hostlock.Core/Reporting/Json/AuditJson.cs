using System.Text.Json;
using Hostlock.Audits;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Rollouts.Journals;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>audit</c>.</summary>
public static class AuditJson
{
    /// <summary>What machines ran, by host, in its order.</summary>
    /// <param name="stays">The systems, those of a host together and in their order.</param>
    public static string Render(IEnumerable<AuditedStay> stays) => JsonPage.Render(json =>
    {
        json.WriteStartObject("hosts");
        foreach (var host in stays.GroupBy(stay => stay.Stay.Host))
        {
            json.WriteStartArray(host.Key.ToString());
            foreach (var stay in host)
            {
                json.WriteStartObject();
                Write(json, stay.Stay);
                if (stay.Lock is { } found)
                    Write(json, found);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    });

    static void Write(Utf8JsonWriter json, HostStay stay)
    {
        json.WriteString("system", stay.System.ToString());
        json.WriteNumber("from", stay.From.ToUnixTimeSeconds());
        if (stay.SeenLast is { } seen)
            json.WriteNumber("seenLast", seen.ToUnixTimeSeconds());
        if (stay.Until is { } until)
            json.WriteNumber("until", until.ToUnixTimeSeconds());
        switch (stay.Delivery)
        {
            case HostDelivery.ByRollout by:
                json.WriteStartObject("rollout");
                json.WriteString("id", by.Rollout.Plan.Id);
                json.WriteString("action", RolloutJson.Word(by.Rollout.Plan.Action));
                json.WriteString("ring", by.Ring.Name);
                if (by.BegunBy is { } person)
                    json.WriteString("begunBy", person);
                if (by.Approval is { } approval)
                {
                    json.WriteStartObject("approval");
                    json.WriteNumber("at", approval.At.ToUnixTimeSeconds());
                    json.WriteString("by", approval.By);
                    json.WriteString("proof", approval.Proof?.ToString());
                    json.WriteEndObject();
                }
                json.WriteStartObject("gates");
                foreach (var gate in by.Record.Gates)
                    json.WriteString(gate.Name, RolloutJson.Word(gate.Verdict));
                json.WriteEndObject();
                if (by.Record.Outcome is { } outcome)
                    json.WriteString("outcome", RolloutJson.Word(outcome));
                json.WriteEndObject();
                break;
            case HostDelivery.ByRelease(var receipt):
                json.WriteStartObject("release");
                json.WriteNumber("number", receipt.Release.Value);
                json.WriteString("fleet", receipt.Fleet.ToString());
                json.WriteString("boot", receipt.BootId);
                json.WriteNumber("at", receipt.At.Seconds);
                json.WriteStartObject("gates");
                foreach (var (gate, verdict) in receipt.Gates)
                    json.WriteString(gate, RolloutJson.Word(verdict));
                json.WriteEndObject();
                json.WriteString("outcome", RolloutJson.Word(receipt.Verdict));
                json.WriteEndObject();
                break;
            case null:
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
        if (stay.WentBackFrom is { } failed)
            json.WriteString("wentBackFrom", failed.System.ToString());
    }

    static void Write(Utf8JsonWriter json, AuditedLock found)
    {
        json.WriteStartObject("lock");
        json.WriteString("sha256", found.Sha256);
        if (found.Commit is { } commit)
        {
            json.WriteString("commit", commit.Id.ToString());
            json.WriteString("subject", commit.Subject);
        }
        if (found.Author is { } author)
            json.WriteString("author", author);
        if (found.Lock is { } file)
        {
            json.WriteStartObject("pins");
            foreach (var (name, edge) in file.Root.Inputs)
            {
                if (edge is not LockEdge.Locked({ Locked: var locked }))
                    continue;
                json.WriteStartObject(name);
                json.WriteString("rev", locked.Revision);
                if (locked.LastModified is { } date)
                    json.WriteNumber("lastModified", date.Seconds);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
