using System.Text.Json;
using Hostlock.Audits;
using Hostlock.Locks;
using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>audit</c>.</summary>
public static class AuditJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Member("hosts", By("HOST", ListOf(Object(
        Member("system", Store, "The system that it ran"),
        Member("from", Time, "When it was first seen to run it"),
        Member("seenLast", Time, "When it was last seen to run it, if that is known").IfAny,
        Member("until", Time, "When it ran another one; missing if it runs this one still").IfAny,
        Member("rollout", Object(
            Member("id", AnyText, "The id of the rollout"),
            Member("action", WordsOf<RolloutAction>(), "The command that began it"),
            Member("ring", AnyText, "The ring of the host"),
            Member("begunBy", AnyText, "Who began it, if that is known").IfAny,
            Approval.IfAny,
            Member("gates", By("NAME", WordsOf<Verdict>()), "What the gates said"),
            Member("outcome", WordsOf<HostOutcome>(), "What became of it, if it is over").IfAny), "The rollout that brought it").IfAny,
        Member("release", Object(
            Member("number", Count, "The number of the release"),
            Member("fleet", AnyText, "The fleet"),
            Member("boot", AnyText, "The id of the boot"),
            Member("at", Time, "When the machine said so"),
            Member("gates", By("NAME", WordsOf<Verdict>()), "What the gates said"),
            Member("outcome", WordsOf<ReceiptVerdict>(), "What became of it"),
            Member("cut", Time, "When it was cut, if this clone has the release").IfAny,
            Member("commit", WholeRevision, "The commit that it was cut of, if this clone has the release").IfAny,
            Member("signedBy", AnyText, "Who signed it, if this clone has the release").IfAny), "The release that brought it").IfAny,
        Member("wentBackFrom", Store, "The system that failed before it, if it went back").IfAny,
        Member("lock", Object(
            Member("sha256", AnyText, "The SHA-256 of the lock"),
            Member("commit", WholeRevision, "The commit that has it, if one is known").IfAny,
            Member("subject", AnyText, "The subject of the commit").IfAny,
            Member("author", AnyText, "Who wrote the commit, if that is known").IfAny,
            Member("pins", By("INPUT", Object(
                Member("rev", AnyText.OrNull, "The locked revision; null if its type has none"),
                Member("lastModified", Time, "Its date, if its type has one").IfAny)), "The locked inputs, if the lock is known").IfAny),
            "The lock that built it, if it is known").IfAny))), "What each host ran, in order"));

    /// <summary>The shape of an approval.</summary>
    internal static JsonMember Approval => Member("approval", Object(
        Member("at", Time, "When it was approved"),
        Member("by", AnyText.OrNull, "Who approved; null if that is not known"),
        Member("proof", WholeRevision.OrNull, "The commit or tag that says so; null if none does")),
        "The approval of the ring");

    /// <summary>Renders the systems that machines ran, by host, in their order.</summary>
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
                    Write(json, approval);
                json.WriteStartObject("gates");
                foreach (var gate in by.Record.Gates)
                    json.WriteString(gate.Name, RolloutJson.Word(gate.Verdict));
                json.WriteEndObject();
                if (by.Record.Outcome is { } outcome)
                    json.WriteString("outcome", RolloutJson.Word(outcome));
                json.WriteEndObject();
                break;
            case HostDelivery.ByRelease(var receipt, var release):
                json.WriteStartObject("release");
                json.WriteNumber("number", receipt.Release.Value);
                json.WriteString("fleet", receipt.Fleet.ToString());
                json.WriteString("boot", receipt.BootId);
                json.WriteNumber("at", receipt.At.Seconds);
                MachineJson.WriteGates(json, receipt);
                json.WriteString("outcome", RolloutJson.Word(receipt.Verdict));
                if (release is not null)
                {
                    json.WriteNumber("cut", release.Manifest.Issued.Seconds);
                    json.WriteString("commit", release.Manifest.Commit.ToString());
                    json.WriteString("signedBy", release.SignedBy);
                }
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

    /// <summary>Writes who approved a ring, as the member <c>approval</c> of an object.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="approval">The approval.</param>
    internal static void Write(Utf8JsonWriter json, RingApproval approval)
    {
        json.WriteStartObject("approval");
        json.WriteNumber("at", approval.At.ToUnixTimeSeconds());
        json.WriteString("by", approval.By);
        json.WriteString("proof", approval.Proof?.ToString());
        json.WriteEndObject();
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
