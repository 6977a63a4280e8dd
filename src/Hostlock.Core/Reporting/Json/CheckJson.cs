using Hostlock.Fleets.Checks;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>check</c>.</summary>
public static class CheckJson
{
    /// <summary>What was found.</summary>
    public static string Render(IReadOnlyList<Finding> findings) => JsonPage.Render(json =>
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("severity", finding.Severity == Severity.Error ? "error" : "warning");
            json.WriteString("code", finding.Code);
            json.WriteString("message", finding.Problem.Message);
            if (finding.Problem.Owner is { } owner)
                json.WriteString("host", owner.ToString());
            if (finding.Problem.Input is { } input)
                json.WriteString("input", input);
            json.WriteString("file", finding.Problem.File);
            if (finding.Problem.Line is { } line)
                json.WriteNumber("line", line);
            if (finding.Problem.Fix is { } fix)
                json.WriteString("fix", fix);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
