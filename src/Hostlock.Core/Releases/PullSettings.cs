using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Releases;

/// <summary>The settings of a machine that pulls, a part of its own system: <c>/etc/hostlock/pull.json</c>.</summary>
/// <param name="Fleet">The fleet that it belongs to.</param>
/// <param name="Host">The host that it is.</param>
/// <param name="Sources">The sources of releases; at least one.</param>
/// <param name="Signers">The file of those who may sign releases, absolute, as ssh-keygen(1) describes allowed_signers.</param>
public sealed record PullSettings(FleetName Fleet, HostName Host, ImmutableArray<ReleaseSource> Sources, string Signers)
{
    /// <summary>The usual file.</summary>
    public const string UsualPath = "/etc/hostlock/pull.json";

    /// <summary>The most bytes that the file may have.</summary>
    public const int MaximumBytes = 64 * 1024;

    const string UsualHostKey = "/etc/ssh/ssh_host_ed25519_key";

    static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 3 };

    static readonly string[] Keys = ["fleet", "host", "sources", "allowedSigners", "cache", "hostKey", "fleetFile"];

    /// <summary>The store that systems are copied from, as nix knows it; null if they come from the substituters of nix.conf.</summary>
    public string? Cache { get; init; }

    /// <summary>The ssh host key, which signs receipts.</summary>
    public string HostKey { get; init; } = UsualHostKey;

    /// <summary>A hostlock.toml, absolute, whose gates, trial and hold are those of this machine; null if there are none.</summary>
    public string? FleetFile { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HostlockException">It cannot be read, or makes no sense.</exception>
    public static PullSettings Open(string path) => Read(RegularFile.Read(path, MaximumBytes), path);

    /// <summary>Reads the contents of the file.</summary>
    /// <param name="bytes">Its contents.</param>
    /// <param name="path">Its path, for the error.</param>
    /// <exception cref="ReleaseException">It has an unknown or repeated key, lacks one, or a value is of no use.</exception>
    public static PullSettings Read(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            var lines = LinesOf(bytes.Span, path);
            using var document = JsonDocument.Parse(bytes, Bounded);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw ReleaseException.BadSettings(path, 1, "it begins no object");
            return new Values(document.RootElement, path, lines).Read();
        }
        catch (JsonException why)
        {
            throw ReleaseException.BadSettings(path, 1 + (int)(why.LineNumber ?? 0), "it is no JSON, or is nested too deeply");
        }
    }

    // The lines of the keys, which have to be known, and to differ.
    static Dictionary<string, int> LinesOf(ReadOnlySpan<byte> bytes, string path)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = Bounded.MaxDepth });
        while (reader.Read())
        {
            if (reader is not { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                continue;
            var line = 1 + bytes[..(int)reader.TokenStartIndex].Count((byte)'\n');
            var key = Encoding.UTF8.GetString(reader.ValueSpan);
            if (!Keys.Contains(key))
                throw ReleaseException.BadSettings(path, line, $"'{Visible.Name(key)}' means nothing");
            if (!lines.TryAdd(key, line))
                throw ReleaseException.BadSettings(path, line, $"'{key}' stands there twice");
        }
        return Keys[..4].FirstOrDefault(key => !lines.ContainsKey(key)) is { } missing
            ? throw ReleaseException.BadSettings(path, $"it lacks '{missing}'")
            : lines;
    }

    /// <summary>The values of the keys.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">The path of the file, for errors.</param>
    /// <param name="lines">The lines of the keys.</param>
    readonly struct Values(JsonElement json, string path, Dictionary<string, int> lines)
    {
        /// <exception cref="ReleaseException">A value is of no use.</exception>
        public PullSettings Read() => new(
            FleetName.TryParse(Given("fleet")) ?? throw Wrong("fleet", "is no name of a fleet"),
            HostName.TryParse(Given("host")) ?? throw Wrong("host", "is no name of a host"),
            Sources(),
            Absolute("allowedSigners") ?? throw Wrong("allowedSigners", "is no absolute path"))
        {
            Cache = Store("cache"),
            HostKey = Absolute("hostKey") ?? UsualHostKey,
            FleetFile = Absolute("fleetFile"),
        };

        ImmutableArray<ReleaseSource> Sources()
        {
            if (json.GetProperty("sources") is not { ValueKind: JsonValueKind.Array } sources || sources.GetArrayLength() == 0)
                throw Wrong("sources", "is no list of places");
            var read = ImmutableArray.CreateBuilder<ReleaseSource>();
            foreach (var source in sources.EnumerateArray())
            {
                var text = TextOf(source);
                read.Add(
                    (text is null ? null : ReleaseSource.TryParse(text))
                        ?? throw Wrong("sources", $"has '{Visible.Address(text ?? source.GetRawText())}', which is no place of releases"));
            }
            return read.ToImmutable();
        }

        string Given(string key) => Text(key) ?? throw Wrong(key, "is no text");

        string? Absolute(string key) =>
            Text(key) is not { } text ? null : text.StartsWith('/') ? text : throw Wrong(key, "is no absolute path");

        string? Store(string key) =>
            Text(key) is not { } text ? null
            : text.Contains("://", StringComparison.Ordinal) && !text.StartsWith('-') ? text
            : throw Wrong(key, "is no address of a store");

        // Null if the key is missing, or its value is null.
        string? Text(string key) => !json.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null
            ? null
            : TextOf(value) ?? throw Wrong(key, "is no text");

        static string? TextOf(JsonElement value)
        {
            try
            {
                return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                // Half of a pair of surrogates, which no text has.
                return null;
            }
        }

        ReleaseException Wrong(string key, string why) => ReleaseException.BadSettings(path, lines[key], $"'{key}' {why}");
    }
}
