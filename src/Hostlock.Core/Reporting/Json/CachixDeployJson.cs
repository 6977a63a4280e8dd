using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hostlock.Releases;

namespace Hostlock.Reporting.Json;

/// <summary>The file <c>deploy.json</c> of Cachix Deploy, by which its agents get the systems of one ring.</summary>
/// <remarks>docs.cachix.org, "Deploying to agents": an agent has the name of a host here, and gets the store path beside it. An agent that
/// the file does not name gets nothing.</remarks>
public static class CachixDeployJson
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "deploy.json";

    static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Renders it, with the hosts in their order by name.</summary>
    /// <param name="cut">The systems of the hosts of the ring.</param>
    public static string Render(ReleaseCut cut)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("agents");
            foreach (var (host, released) in cut.Systems.OrderBy(each => each.Key))
                json.WriteString(host.ToString(), released.System.ToString());
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }
}
