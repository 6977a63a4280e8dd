using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Locks;

namespace Hostlock.Reporting.Json;

/// <summary>
/// Writes the entries of inputs in the JSON of <c>status</c>. Most hosts of a fleet have the same ones, so an entry is rendered once and
/// then repeated.
/// </summary>
/// <param name="depth">How deep in the document the entries stand.</param>
sealed class WrittenEntries(int depth)
{
    // The texts of more are not kept: a fleet in which each host has its own would have them all in memory.
    const int Most = 10_000;

    readonly Dictionary<string, Dictionary<FlakeRef, Entry>> _byName = new(StringComparer.Ordinal);
    int _count;

    sealed record Entry(InputStatus Input, JsonEncodedText Name, byte[] Text);

    /// <summary>Writes an entry under the name of its input.</summary>
    /// <param name="json">Gets it.</param>
    /// <param name="input">The input.</param>
    public void Write(Utf8JsonWriter json, InputStatus input)
    {
        if (Known(input) is { } known)
        {
            json.WritePropertyName(known.Name);
            json.WriteRawValue(known.Text, skipInputValidation: true);
            return;
        }
        json.WritePropertyName(input.Name);
        WriteMembers(json, input);
    }

    // The entry as it was written before; null if it has to be written anew. A freeze belongs to one host; everything else is the same for
    // all hosts with the reference.
    Entry? Known(InputStatus input)
    {
        if (input is not { Edge: LockEdge.Locked(var node), Freeze: null } || node.Unknown.Count > 0)
            return null;
        if (!_byName.TryGetValue(input.Name, out var entries))
            _byName.Add(input.Name, entries = new(ReferenceEqualityComparer.Instance));
        if (entries.TryGetValue(node.Locked, out var known))
            return known.Input.SecondsBehind == input.SecondsBehind && known.Input.IsAhead == input.IsAhead
                && ReferenceEquals(((LockEdge.Locked)known.Input.Edge).Node.Original, node.Original) ? known : null;
        if (_count == Most)
            return null;
        _count++;
        return entries[node.Locked] = new(
            input, JsonEncodedText.Encode(input.Name, JsonPage.Options.Encoder), JsonPage.Text(depth, json => WriteMembers(json, input)));
    }

    static void WriteMembers(Utf8JsonWriter json, InputStatus input)
    {
        json.WriteStartObject();
        json.WriteEdge(input.Edge);
        json.WriteNumber("secondsBehind", input.SecondsBehind);
        json.WriteBoolean("ahead", input.IsAhead);
        json.WriteFreeze(input.Freeze);
        json.WriteEndObject();
    }
}
