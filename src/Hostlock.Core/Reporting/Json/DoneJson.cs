using Hostlock.Fleets.Undoing;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>log</c> without a host.</summary>
public static class DoneJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape
    {
        get
        {
            JsonMember[] rest =
            [
                Member("takenBack", YesOrNo, "True if it was undone since"),
                Member("files", By("PATH", OneWord("made", "deleted", "changed")), "What became of files, by path"),
                Member("hosts", By("HOST", Object(SharedShapes.Changes)), "The locks that moved, by host"),
            ];
            JsonMember[] first =
            [
                Member("time", Time, "When it was done"),
                Member("commit", WholeRevision, "The commit that it made, if it made one").IfAny,
            ];
            return Document(Member("done", ListOf(EitherOf(
                Object([.. first, Member("command", Texts, "The words of the command"), .. rest]),
                Object([.. first, Member("subject", AnyText, "The subject of a commit that no command of this clone made"), .. rest]))),
                "What was done, the newest first"));
        }
    }

    /// <summary>Renders the things that were done, the newest first.</summary>
    /// <param name="things">The things.</param>
    public static string Render(IReadOnlyList<DoneThing> things) => JsonPage.Render(json =>
    {
        json.WriteStartArray("done");
        foreach (var thing in things)
        {
            json.WriteStartObject();
            json.WriteNumber("time", thing.Change.When.ToUnixTimeSeconds());
            if (thing.Commit is { } commit)
                json.WriteString("commit", commit.ToString());
            if (thing.Change.Commit is not null)
            {
                json.WriteString("subject", thing.Change.Title);
            }
            else
            {
                json.WriteStartArray("command");
                foreach (var word in thing.Change.Words)
                    json.WriteStringValue(word);
                json.WriteEndArray();
            }
            json.WriteBoolean("takenBack", thing.IsTakenBack);
            json.WriteStartObject("files");
            foreach (var file in thing.Change.Files)
                json.WriteString(file.Path, file.Before is null ? "made" : file.After is null ? "deleted" : "changed");
            json.WriteEndObject();
            json.WriteStartObject("hosts");
            foreach (var planned in thing.Locks)
            {
                foreach (var owner in planned.Place.Sharers)
                {
                    json.WriteStartObject(owner.ToString());
                    json.WriteChanges(planned.Diff);
                    json.WriteEndObject();
                }
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
