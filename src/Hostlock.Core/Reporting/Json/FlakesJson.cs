using System.Text.Json;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of a command that speaks of several flakes: the document of each, by name.</summary>
public static class FlakesJson
{
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
