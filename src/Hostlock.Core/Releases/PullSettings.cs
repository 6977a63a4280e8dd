using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Releases;

/// <summary>What a machine that pulls is told, as a part of its own system: <c>/etc/hostlock/pull.json</c>.</summary>
/// <param name="Fleet">The fleet that it belongs to.</param>
/// <param name="Host">The host that it is.</param>
/// <param name="Sources">Where it looks for releases; at least one.</param>
/// <param name="Signers">The file of those who may sign releases, absolute, as ssh-keygen(1) describes allowed_signers.</param>
public sealed record PullSettings(FleetName Fleet, HostName Host, ImmutableArray<ReleaseSource> Sources, string Signers)
{
    /// <summary>The usual file.</summary>
    public const string UsualPath = "/etc/hostlock/pull.json";

    /// <summary>The most bytes that the file may have.</summary>
    public const int MaximumBytes = 64 * 1024;

    const string UsualHostKey = "/etc/ssh/ssh_host_ed25519_key";

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
    /// <exception cref="ReleaseException">It has a key that means nothing, lacks one, or a value is of no use.</exception>
    public static PullSettings Read(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 3 });
            var json = document.RootElement;
            if (json.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Keys.Contains(name)) is { } other)
                throw ReleaseException.BadSettings(path, $"it has '{other}', which means nothing");
            if (Keys[..4].FirstOrDefault(key => !json.TryGetProperty(key, out _)) is { } missing)
                throw ReleaseException.BadSettings(path, $"it lacks '{missing}'");
            ImmutableArray<ReleaseSource> sources =
            [
                .. json.GetProperty("sources").EnumerateArray().Select(
                    source => ReleaseSource.TryParse(source.GetString() ?? "")
                        ?? throw ReleaseException.BadSettings(path, $"'{source}' is no place of releases")),
            ];
            return sources.IsEmpty
                ? throw ReleaseException.BadSettings(path, "'sources' is empty")
                : new(
                    FleetName.Parse(ReleaseWords.Text(json, "fleet")), HostName.Parse(ReleaseWords.Text(json, "host")), sources,
                    Absolute("allowedSigners")!)
                {
                    Cache = Text("cache") is { } cache ? Store(cache) : null,
                    HostKey = Absolute("hostKey") ?? UsualHostKey,
                    FleetFile = Absolute("fleetFile"),
                };

            string? Text(string key) =>
                json.TryGetProperty(key, out var text) && text.ValueKind != JsonValueKind.Null ? text.GetString() : null;

            string? Absolute(string key) => Text(key) is not { } text ? null
                : text.StartsWith('/') ? text : throw ReleaseException.BadSettings(path, $"'{key}' is no absolute path");

            string Store(string text) =>
                text.Contains("://", StringComparison.Ordinal) && !text.StartsWith('-')
                    ? text
                    : throw ReleaseException.BadSettings(path, "'cache' is no address of a store");
        }
        catch (Exception why) when (why is JsonException or InvalidOperationException)
        {
            throw ReleaseException.BadSettings(path, "it is no JSON of the form that it should have");
        }
    }
}
