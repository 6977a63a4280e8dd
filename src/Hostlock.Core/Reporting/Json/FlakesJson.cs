using System.Text.Json;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of a command about several flakes: the document of each, by name.</summary>
public static class FlakesJson
{
    /// <summary>The shape of the JSON of a command that may be about several flakes.</summary>
    /// <param name="one">The shape for one flake.</param>
    public static JsonShape ShapeOf(JsonShape one)
    {
        var document = new Named("document", one);
        return EitherOf(
            document,
            Document(
                Member(
                    "flakes",
                    By("NAME", EitherOf(
                        document,
                        Document(
                            Member("error", AnyText, "Why the command failed there").IfAny,
                            Member("fix", AnyText, "What to do about it").IfAny))),
                    "If the repository has several flakes: the document of each, by its folder")));
    }

    /// <summary>The documents in one.</summary>
    /// <param name="documents">The name of each flake, and its document.</param>
    public static string Render(IReadOnlyList<(string Flake, string Json)> documents) => JsonPage.Render(json =>
    {
        json.WriteStartObject("flakes");
        foreach (var (flake, document) in documents)
        {
            json.WritePropertyName(flake);
            using var parsed = JsonDocument.Parse(document);
            parsed.RootElement.WriteTo(json);
        }
        json.WriteEndObject();
    });

    /// <summary>The document of a flake that has none of its own.</summary>
    /// <param name="failure">Why the command failed there; null if it had nothing to say.</param>
    public static string Failure(HostlockException? failure) => JsonPage.Render(json =>
    {
        if (failure is null)
            return;
        json.WriteString("error", Visible.Text(failure.Message));
        if (failure.Hint is { } hint)
            json.WriteString("fix", hint);
    });
}
