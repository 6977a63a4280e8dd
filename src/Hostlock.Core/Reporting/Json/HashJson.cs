using Hostlock.Flakes;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>hash</c>.</summary>
public static class HashJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("source", AnyText, "The word for the source"),
        Member("narHash", AnyText, "Its hash, in SRI form"),
        Member("lastModified", Time, "When it was changed last, if its type says so").IfAny);

    /// <summary>The hash of a source.</summary>
    /// <param name="source">The word for it.</param>
    /// <param name="narHash">Its hash, in SRI form.</param>
    /// <param name="lastModified">When it was changed last; null if its type does not say.</param>
    public static string Render(string source, string narHash, Moment? lastModified) => JsonPage.Render(json =>
    {
        json.WriteString("source", source);
        json.WriteString("narHash", narHash);
        if (lastModified is { } modified)
            json.WriteNumber("lastModified", modified.Seconds);
    });
}
