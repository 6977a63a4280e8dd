using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Reporting.Json;

/// <summary>
/// The common part of the JSON of all commands. One document a run, with <c>version</c> 1; objects are keyed by host and input names;
/// revisions are whole; times are seconds since the epoch; passwords and tokens in addresses are <c>***</c>. The shapes are in
/// docs/json.md.
/// </summary>
static class JsonPage
{
    /// <summary>The version of the form of all documents.</summary>
    internal const int Version = 1;

    internal static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A whole document.</summary>
    /// <param name="body">Writes the members after <c>version</c>.</param>
    public static string Render(Action<Utf8JsonWriter> body)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
            WriteDocument(json, body);
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    /// <summary>Writes a document as it is made, for one that would be large.</summary>
    /// <param name="output">Gets the text.</param>
    /// <param name="body">Writes the members after <c>version</c>, and flushes now and then.</param>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> body)
    {
        using (var text = new TextOfUtf8(output))
        using (var json = new Utf8JsonWriter(text, Options))
            WriteDocument(json, body);
        output.Write('\n');
    }

    static void WriteDocument(Utf8JsonWriter json, Action<Utf8JsonWriter> body)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        body(json);
        json.WriteEndObject();
    }

    /// <summary>The member <c>hosts</c>: an object for each item and each host that shares its lock.</summary>
    /// <param name="json">Gets it.</param>
    /// <param name="items">The items, in order.</param>
    /// <param name="placeOf">The lock of an item.</param>
    /// <param name="body">Writes the members of one host's object.</param>
    public static void WriteHosts<T>(this Utf8JsonWriter json, IEnumerable<T> items, Func<T, LockPlace> placeOf, Action<T> body)
    {
        json.WriteStartObject("hosts");
        foreach (var item in items)
        {
            foreach (var owner in placeOf(item).Sharers)
            {
                json.WriteStartObject(owner.ToString());
                body(item);
                json.WriteEndObject();
            }
        }
        json.WriteEndObject();
    }

    /// <summary>The members <c>frozen</c> and <c>frozenUntil</c>.</summary>
    public static void WriteFreeze(this Utf8JsonWriter json, Freeze? freeze)
    {
        json.WriteBoolean("frozen", freeze is not null);
        if (freeze?.Until is { } until)
            json.WriteString("frozenUntil", until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    /// <summary>The member <c>changes</c>: what differs, by input path.</summary>
    public static void WriteChanges(this Utf8JsonWriter json, LockDiff diff)
    {
        json.WriteStartObject("changes");
        foreach (var change in diff.Changes)
        {
            json.WriteStartObject(change.Path.ToString());
            json.WriteString("kind", change switch
            {
                { Before: null } => "added",
                { After: null } => "removed",
                { Moves: true } => "updated",
                { IsDeclaredOtherwise: true } => "redeclared",
                _ => "attributes",
            });
            WriteSide("before", change.Before);
            WriteSide("after", change.After);
            json.WriteEndObject();
        }
        json.WriteEndObject();

        void WriteSide(string name, LockEdge? edge)
        {
            if (edge is null)
                return;
            json.WriteStartObject(name);
            json.WriteEdge(edge);
            json.WriteEndObject();
        }
    }

    /// <summary>The member <c>held</c>: the inputs that a rule leaves as they are, and the rule in words.</summary>
    public static void WriteHeld(this Utf8JsonWriter json, IEnumerable<HeldInput> held)
    {
        json.WriteStartObject("held");
        foreach (var input in held)
            json.WriteString(input.Path.ToString(), input.Rule.ToString());
        json.WriteEndObject();
    }

    /// <summary>The members of an entry: <c>locked</c>, <c>original</c> and what Nix does not know, or <c>follows</c>.</summary>
    /// <param name="json">Gets them.</param>
    /// <param name="edge">The entry.</param>
    public static void WriteEdge(this Utf8JsonWriter json, LockEdge edge)
    {
        if (edge is LockEdge.Follows(var target))
        {
            json.WriteString("follows", target.ToString());
            return;
        }
        var node = ((LockEdge.Locked)edge).Node;
        json.WritePropertyName("locked");
        WriteReference(json, node.Locked);
        json.WritePropertyName("original");
        WriteReference(json, node.Original);
        if (node.Unknown.Count == 0)
            return;
        json.WriteStartObject("unknown");
        foreach (var (name, value) in node.Unknown)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Text);
        }
        json.WriteEndObject();
    }

    /// <summary>The text of a value that stands so deep in a document.</summary>
    /// <param name="depth">How many objects and lists it stands in.</param>
    /// <param name="value">Writes the value.</param>
    public static byte[] Text(int depth, Action<Utf8JsonWriter> value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
            value(json);
        var text = Encoding.UTF8.GetString(bytes.WrittenSpan)
            .Replace("\n", $"\n{new string(' ', 2 * depth)}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    static void WriteReference(Utf8JsonWriter json, FlakeRef reference)
    {
        json.WriteStartObject();
        foreach (var (attribute, value) in reference.Attributes)
        {
            switch (value)
            {
                case RefValue.Text(var text):
                    json.WriteString(attribute, Visible.Address(text));
                    break;
                case RefValue.Number(var number):
                    json.WriteNumber(attribute, number);
                    break;
                case RefValue.Truth(var truth):
                    json.WriteBoolean(attribute, truth);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        json.WriteEndObject();
    }
}
