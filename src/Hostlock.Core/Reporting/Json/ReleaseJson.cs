using Hostlock.Releases;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>release</c>.</summary>
public static class ReleaseJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("fleet", AnyText, "The fleet"),
        Member("number", Count, "The number of the release"),
        Member("issued", Time, "When it was cut"),
        Member("expires", Time, "When it expires"),
        Member("commit", WholeRevision, "The commit that HEAD pointed to"),
        Member("hosts", By("HOST", Object(
            Member("system", Store, "The system"),
            Member("lock", AnyText, "The SHA-256 of its lock"),
            Member("ring", AnyText.OrNull, "The ring of the host"))), "What each host gets"));

    /// <summary>Renders the systems that a release gives to hosts.</summary>
    /// <param name="release">The release.</param>
    public static string Render(ReleaseManifest release) => JsonPage.Render(json =>
    {
        json.WriteString("fleet", release.Fleet.ToString());
        json.WriteNumber("number", release.Number.Value);
        json.WriteNumber("issued", release.Issued.Seconds);
        json.WriteNumber("expires", release.Expires.Seconds);
        json.WriteString("commit", release.Commit.ToString());
        json.WriteStartObject("hosts");
        foreach (var (host, released) in release.Hosts)
        {
            json.WriteStartObject(host);
            json.WriteString("system", released.System.ToString());
            json.WriteString("lock", released.LockSha256);
            json.WriteString("ring", released.Ring);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });
}
