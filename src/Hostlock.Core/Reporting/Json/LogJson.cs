using Hostlock.Fleets;
using Hostlock.Fleets.History;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>log</c>.</summary>
public static class LogJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("host", AnyText, "The host, or root"),
        Member("commits", ListOf(Object(
            Member("commit", WholeRevision, "The commit"),
            Member("time", Time, "When it was made; missing if git cannot read it").IfAny,
            Member("subject", AnyText, "Its subject"),
            Member("promotedFrom", AnyText, "The host that the lock was promoted from, if it was").IfAny,
            SharedShapes.Changes.IfAny)), "The commits that changed the lock, the newest first"));

    /// <summary>The changes of a lock, the newest first.</summary>
    /// <param name="owner">The owner of the lock.</param>
    /// <param name="changes">The changes.</param>
    public static string Render(LockOwner owner, IReadOnlyList<CommittedChange> changes) => JsonPage.Render(json =>
    {
        json.WriteString("host", owner.ToString());
        json.WriteStartArray("commits");
        foreach (var (commit, diff) in changes)
        {
            json.WriteStartObject();
            json.WriteString("commit", commit.Id.ToString());
            if (commit.Time is { } time)
                json.WriteNumber("time", time.Seconds);
            json.WriteString("subject", commit.Subject);
            if (commit.PromotedFrom.Length > 0)
                json.WriteString("promotedFrom", commit.PromotedFrom);
            if (diff is not null)
                json.WriteChanges(diff);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
