using Hostlock.Fleets.Changes;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>outdated</c>.</summary>
public static class OutdatedJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Member("hosts", By("HOST", Object(
        Member("lock", AnyText, "The lock, relative to the flake"),
        Member("state", OneWord("locked", "missing"), "Whether the host has a lock"),
        Member("inputs", By("NAME", Object(
            [
                Member("locked", AnyText.OrNull, "The locked revision"),
                Member("newest", AnyText.OrNull, "The newest revision of its reference"),
                Member("canMove", YesOrNo, "True if an update would move it"),
                Member("secondsBehind", AnyNumber, "How much older it is than the newest, in seconds").IfAny,
                Member("commitsBehind", Count, "How many commits it is behind").IfAny,
                Member("waiting", AnyText, "A newer revision that is too young yet").IfAny,
                .. SharedShapes.Freeze,
                Member("problem", AnyText, "Why it cannot be told").IfAny,
            ])), "The inputs that could move, by name"))), "The locks, by host"));

    /// <summary>Renders the inputs that could move.</summary>
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
