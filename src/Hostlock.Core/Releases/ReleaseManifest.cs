using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Releases;

/// <summary>The system that a release gives to one host.</summary>
/// <param name="System">The exact system.</param>
/// <param name="LockSha256">The SHA-256 of the lock that makes it, 64 digits, as in a stamp.</param>
/// <param name="Ring">The ring of the host when the release was cut; null if it was in none.</param>
public sealed record ReleasedSystem(StorePath System, string LockSha256, string? Ring);

/// <summary>
/// A release: the systems that hosts of a fleet may run now. It is one line of JSON in exactly one form, so that the same release always
/// has the same bytes, and its signature is made of these bytes. A host that it does not name gets nothing by it.
/// </summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="Number">Its number, above all earlier ones of the fleet.</param>
/// <param name="Issued">When it was cut.</param>
/// <param name="Expires">When it expires. No machine begins with it after that.</param>
/// <param name="Commit">The commit that HEAD was at when it was cut.</param>
/// <param name="Hosts">The system of each host, by the text of its name: the order of the texts is that of the bytes of a release.</param>
public sealed record ReleaseManifest(
    FleetName Fleet, ReleaseNumber Number, Moment Issued, Moment Expires, Revision Commit, NameMap<ReleasedSystem> Hosts)
{
    /// <summary>The most bytes that a release may have. A release of 1,000 hosts has 171,000.</summary>
    public const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>The purpose of a signature of a release, so that no signature for another purpose counts.</summary>
    public const string Namespace = "hostlock-release";

    const int Version = 1;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it: one line with sorted keys, and a line feed.</summary>
    public byte[] Write()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("commit", Commit.ToString());
            json.WriteNumber("expires", Expires.Seconds);
            json.WriteString("fleet", Fleet.ToString());
            json.WriteStartObject("hosts");
            foreach (var (host, released) in Hosts)
            {
                json.WriteStartObject(host);
                json.WriteString("lock", released.LockSha256);
                if (released.Ring is { } ring)
                    json.WriteString("ring", ring);
                json.WriteString("system", released.System.ToString());
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteNumber("issued", Issued.Seconds);
            json.WriteNumber("number", Number.Value);
            json.WriteNumber("version", Version);
            json.WriteEndObject();
        }
        return [.. bytes.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads the form of <see cref="Write"/>.</summary>
    /// <param name="bytes">The bytes, which may be anybody's.</param>
    /// <exception cref="ReleaseException">They are no release, or not in the one form that a release has.</exception>
    public static ReleaseManifest Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaximumBytes)
            throw ReleaseException.TooLarge(MaximumBytes);
        ReleaseManifest read;
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 4 });
            var json = document.RootElement;
            if (json.GetProperty("version").GetInt32() is var version and not Version)
                throw ReleaseException.OfAnotherVersion(version);
            read = new(
                FleetName.TryParse(ReleaseWords.Text(json, "fleet")) ?? throw new FormatException(),
                ReleaseNumber.TryOf(json.GetProperty("number").GetInt64()) ?? throw new FormatException(),
                MomentOf(json.GetProperty("issued")),
                MomentOf(json.GetProperty("expires")),
                Revision.TryParse(ReleaseWords.Text(json, "commit")) ?? throw new FormatException(),
                NameMap<ReleasedSystem>.Of([.. json.GetProperty("hosts").EnumerateObject().Select(Host)]));
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw ReleaseException.NotARelease();
        }
        // Another form has unknown or repeated keys, or is not ours.
        return bytes.Span.SequenceEqual(read.Write()) ? read : throw ReleaseException.NotCanonical();
    }

    /// <summary>The SHA-256 of the bytes of <see cref="Write"/>, 64 digits.</summary>
    public string Digest => ByteDigest.Sha256Hex(Write());

    /// <summary>The system that a host gets; null if the release does not name the host.</summary>
    /// <param name="host">The host.</param>
    public ReleasedSystem? For(HostName host) => Hosts.TryGetValue(host.ToString(), out var released) ? released : null;

    static KeyValuePair<string, ReleasedSystem> Host(JsonProperty member) => new(
        HostName.TryParse(member.Name)?.ToString() ?? throw new FormatException(),
        new(
            StorePath.TryParse(ReleaseWords.Text(member.Value, "system")) ?? throw new FormatException(),
            ReleaseWords.Sha256(member.Value, "lock"),
            member.Value.TryGetProperty("ring", out var ring)
                ? HostName.TryParse(ring.GetString() ?? "")?.ToString() ?? throw new FormatException()
                : null));

    static Moment MomentOf(JsonElement json) =>
        new Moment(json.GetUInt64()) is var moment && moment <= Moment.LastDated ? moment : throw new FormatException();
}
