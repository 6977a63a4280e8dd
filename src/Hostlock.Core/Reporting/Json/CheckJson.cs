using Hostlock.Fleets.Checks;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>check</c>.</summary>
public static class CheckJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Member("findings", ListOf(Object(
        Member("severity", OneWord("error", "warning"), "An error fails the check; a warning fails it only with --strict"),
        Member("code", AnyText, "The rule, as docs/checks.md lists it"),
        Member("message", AnyText, "What is wrong"),
        Member("host", AnyText, "The host, or root, if the finding is about one").IfAny,
        Member("input", AnyText, "The path of the input, if the finding is about one").IfAny,
        Member("file", AnyText, "The file, relative to the flake"),
        Member("line", Count, "The line of the file, from 1, if one can be named").IfAny,
        Member("fix", AnyText, "The command that puts it right, if there is one").IfAny)), "The findings, in the order of the rules"));

    /// <summary>Renders the findings.</summary>
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
