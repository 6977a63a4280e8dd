using Hostlock.Fleets;
using Hostlock.Fleets.History;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>log</c>.</summary>
public static class LogJson
{
    /// <summary>The changes of a lock, the newest first.</summary>
    /// <param name="owner">Whose lock it is.</param>
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
