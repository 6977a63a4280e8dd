using Hostlock.Fleets.Changes;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>outdated</c>.</summary>
public static class OutdatedJson
{
    /// <summary>What could move.</summary>
    public static string Render(IReadOnlyList<OutdatedLock> locks) =>
        JsonPage.Render(json => json.WriteHosts(locks, outdated => outdated.Place, outdated =>
    {
        json.WriteString("lock", outdated.Place.RelativePath);
        json.WriteString("state", outdated.HasLock ? "locked" : "missing");
        json.WriteStartObject("inputs");
        foreach (var input in outdated.Inputs)
        {
            json.WriteStartObject(input.Name);
            json.WriteString("locked", input.Locked.Revision);
            json.WriteString("newest", input.Newest?.Id.ToString());
            json.WriteBoolean("canMove", input.CanMove);
            if (input.SecondsBehind is { } seconds)
                json.WriteNumber("secondsBehind", seconds);
            if (input.CommitsBehind is { } commits)
                json.WriteNumber("commitsBehind", commits);
            if (input.Waiting is { } waiting)
                json.WriteString("waiting", waiting.Id.ToString());
            json.WriteFreeze(input.Freeze);
            if (input.Problem is { } problem)
                json.WriteString("problem", problem.Message);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }));
}
