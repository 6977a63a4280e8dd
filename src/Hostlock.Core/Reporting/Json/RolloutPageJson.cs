using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Rings;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>rollout --plan</c> and <c>rollout status</c>. What happens in a rollout is told by the events of its
/// journal.</summary>
public static class RolloutPageJson
{
    /// <summary>The shape of <c>rollout --plan</c>.</summary>
    public static JsonShape PlanShape => Document(
        Member("from", AnyText, "The host whose lock goes through the rings"),
        Member("leftOut", Texts, "Files that are in no commit, and so in no system"),
        Member("goesBack", By("HOST", AnyText), "With --allow-downgrade: what is older than what the machine runs"),
        Member("rings", ListOf(Object(
            [
                .. RolloutEventShape.Rule,
                Member("hosts", By("HOST", Object(
                    Member("target", Store, "The system that the host gets"),
                    SharedShapes.Changes.IfAny)), "The hosts of the ring"),
            ])), "The rings, in their order"));

    /// <summary>The shape of <c>rollout status</c>.</summary>
    public static JsonShape StatusShape => Document(
        Member("rollout", AnyText, "The id of the rollout"),
        Member("from", AnyText.OrNull, "The host whose lock goes through the rings; null for a switch"),
        Member("commit", WholeRevision.OrNull, "The commit that has all locks; null for a switch"),
        Member("halted", AnyText.OrNull, "Why it does not go on; null if it does"),
        Member("waits", ListOf(Object(
            Member("ring", AnyText, "The ring that waits").IfAny,
            Member("host", AnyText, "The host that waits").IfAny,
            Member("until", Time, "When it goes on by itself").IfAny,
            Member(
                "for", OneWord("soak", "window", "approval", "nothingTried", "reboot", "merge", "verdict", "agent"),
                "What it waits for"))), "What waits"),
        Member("rings", ListOf(Object(
            [
                .. RolloutEventShape.Rule,
                Member("open", YesOrNo, "True if its hosts may get the system"),
                AuditJson.Approval.IfAny,
                Member("hosts", By("HOST", Object(
                    Member("target", Store, "The system that the host gets"),
                    Member("outcome", WordsOf<HostOutcome>().OrNull, "What became of it; null if it is not over"),
                    Member("atRisk", YesOrNo, "True if it is between two systems"),
                    Member("underWay", WordsOf<Step>().OrNull, "The step that is under way"),
                    Member("reason", AnyText, "Why it does not run the system; missing if it does").IfAny,
                    Member("since", AnyText.OrNull, "When it ended so, in ISO 8601"),
                    Member("note", AnyText, "What happened, in words").IfAny)), "The hosts of the ring"),
            ])), "The rings, in their order"));

    /// <summary>The rings, the locks that change, and the systems.</summary>
    /// <param name="planned">The locks.</param>
    /// <param name="systems">The systems, by host.</param>
    public static string Render(PlannedLocks planned, IReadOnlyDictionary<HostName, StorePath> systems) => JsonPage.Render(json =>
    {
        json.WriteString("from", planned.Order.First.Name.ToString());
        json.WriteStartArray("leftOut");
        foreach (var file in planned.Uncommitted)
            json.WriteStringValue(file);
        json.WriteEndArray();
        json.WriteStartObject("goesBack");
        foreach (var (host, why) in planned.StepsBack)
            json.WriteString(host.ToString(), why);
        json.WriteEndObject();
        json.WriteStartArray("rings");
        foreach (var ring in planned.Order.Rings)
        {
            json.WriteStartObject();
            RolloutJson.Write(json, ring.Name, ring.Rule);
            json.WriteStartObject("hosts");
            foreach (var host in ring.Hosts)
            {
                json.WriteStartObject(host.Name.ToString());
                json.WriteString("target", systems[host.Name].ToString());
                var owner = new LockOwner.Host(host.Name);
                if (planned.Changed(ring).FirstOrDefault(change => change.Place.Sharers.Contains(owner)) is { } change)
                    json.WriteChanges(change.Diff);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>The state of a rollout.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="orders">The orders of the rules for it.</param>
    public static string Render(Rollout rollout, ImmutableArray<Order> orders) => JsonPage.Render(json =>
    {
        json.WriteString("rollout", rollout.Plan.Id);
        json.WriteString("from", rollout.Plan.Source?.From.ToString());
        json.WriteString("commit", rollout.Plan.Source?.Commit.ToString());
        json.WriteString("halted", RolloutRules.WhyHalted(rollout));
        json.WriteStartArray("waits");
        foreach (var order in orders)
            Write(json, order);
        json.WriteEndArray();
        json.WriteStartArray("rings");
        foreach (var ring in rollout.Plan.Rings)
        {
            json.WriteStartObject();
            RolloutJson.Write(json, ring.Name, ring.Rule);
            json.WriteBoolean("open", rollout.IsOpen(ring));
            if (rollout.ApprovedRings.TryGetValue(ring.Name, out var approval))
                AuditJson.Write(json, approval);
            json.WriteStartObject("hosts");
            foreach (var host in rollout.HostsOf(ring))
            {
                json.WriteStartObject(host.Plan.Host.ToString());
                json.WriteString("target", host.Plan.Target.ToString());
                json.WriteString("outcome", host.Outcome is { } outcome ? RolloutJson.Word(outcome) : null);
                json.WriteBoolean("atRisk", host.IsAtRisk);
                json.WriteString("underWay", host.UnderWay is { } step ? RolloutJson.Word(step) : null);
                if (RolloutReasons.Of(host, rollout, orders) is { } reason)
                    json.WriteString("reason", reason);
                json.WriteString("since", host.SettledAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                if (host.Note is { } note)
                    json.WriteString("note", note);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    static void Write(Utf8JsonWriter json, Order order)
    {
        switch (order)
        {
            case Order.Wait(var ring, var until, var reason):
                json.WriteStartObject();
                json.WriteString("ring", ring);
                json.WriteNumber("until", until.ToUnixTimeSeconds());
                json.WriteString("for", RolloutJson.Word(reason));
                json.WriteEndObject();
                break;
            case Order.AskToOpen(var ring, var reason):
                json.WriteStartObject();
                json.WriteString("ring", ring);
                json.WriteString("for", RolloutJson.Word(reason));
                json.WriteEndObject();
                break;
            case Order.Open(var ring):
                json.WriteStartObject();
                json.WriteString("ring", ring);
                json.WriteString("for", "merge");
                json.WriteEndObject();
                break;
            case Order.AskToKeep(var host):
                json.WriteStartObject();
                json.WriteString("host", host.ToString());
                json.WriteString("for", "verdict");
                json.WriteEndObject();
                break;
            case Order.AskForAgent(var host):
                json.WriteStartObject();
                json.WriteString("host", host.ToString());
                json.WriteString("for", "agent");
                json.WriteEndObject();
                break;
            default:
                break;
        }
    }
}
