using System.Collections.Immutable;
using System.Text.Json;

namespace Hostlock.Flakes;

/// <summary>One line of a registry.</summary>
public sealed record RegistryEntry(FlakeRef From, FlakeRef To, bool IsExact);

/// <summary>A registry: names of flakes, and the references that they stand for.</summary>
/// <remarks>Nix 2.34.8, libfetchers/registry.cc; the file is described in nix3-registry(1).</remarks>
public sealed record FlakeRegistry(ImmutableArray<RegistryEntry> Entries)
{
    /// <summary>A registry without entries.</summary>
    public static readonly FlakeRegistry Empty = new([]);

    const int Version = 2;

    /// <summary>Reads a registry file. A file that makes no sense counts as empty, with a warning, as for Nix.</summary>
    public static FlakeRegistry Read(string name, string json, ICollection<Warning> warnings)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var version = document.RootElement.GetProperty("version").GetInt32();
            if (version != Version)
            {
                warnings.Add(new($"cannot read flake registry '{name}': it has unsupported version {version}"));
                return Empty;
            }
            return new([.. document.RootElement.GetProperty("flakes").EnumerateArray().Select(Entry)]);
        }
        catch (Exception why) when (
            why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or FlakeException)
        {
            warnings.Add(new($"cannot read flake registry '{name}': {why.Message}"));
            return Empty;
        }
    }

    /// <summary>The entry for a reference, with the branch and revision that the reference carries; null if the registry has
    /// none.</summary>
    public FlakeRef? Find(FlakeRef reference)
    {
        var plain = reference.Input.Without("ref").Without("rev");
        foreach (var (from, to, isExact) in Entries)
        {
            if (from.Input.Equals(reference.Input))
                return to;
            if (!isExact && from.Input.Equals(plain))
                return to.Apply(from.Ref is null ? reference.Ref : null, from.Revision is null ? reference.Revision : null);
        }
        return null;
    }

    static RegistryEntry Entry(JsonElement entry) => new(
        Reference(entry.GetProperty("from")),
        Reference(entry.GetProperty("to")),
        entry.TryGetProperty("exact", out var exact) && exact.GetBoolean());

    static FlakeRef Reference(JsonElement attributes) => FlakeRef.FromLock(RefAttributes.Of(
        attributes.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value.ValueKind switch
        {
            JsonValueKind.String => (RefValue)member.Value.GetString()!,
            JsonValueKind.Number => member.Value.GetUInt64(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new FormatException($"'{member.Name}' is no text, number or Boolean"),
        }))));
}
