using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Hostlock.Reporting.Json;

/// <summary>Writes the shape of a JSON as its JSON Schema.</summary>
/// <remarks>json-schema.org, draft 2020-12.</remarks>
public static class JsonSchema
{
    const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>Renders a schema.</summary>
    /// <param name="title">What it is the schema of.</param>
    /// <param name="shape">The shape.</param>
    public static string Render(string title, JsonShape shape)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, JsonPage.Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", Dialect);
            json.WriteString("title", title);
            // Named shapes within a named shape are found while that is written.
            var named = new SortedDictionary<string, JsonShape>(StringComparer.Ordinal);
            WriteMembers(json, shape, named);
            var written = new HashSet<string>(StringComparer.Ordinal);
            if (named.Count > 0)
            {
                json.WriteStartObject("$defs");
                while (named.FirstOrDefault(each => !written.Contains(each.Key)) is { Key: { } name, Value: { } definition })
                {
                    written.Add(name);
                    json.WriteStartObject(name);
                    WriteMembers(json, definition, named);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    static void Write(Utf8JsonWriter json, JsonShape shape, SortedDictionary<string, JsonShape> named, string? meaning = null)
    {
        json.WriteStartObject();
        if (meaning is not null)
            json.WriteString("description", meaning);
        WriteMembers(json, shape, named);
        json.WriteEndObject();
    }

    static void WriteMembers(Utf8JsonWriter json, JsonShape shape, SortedDictionary<string, JsonShape> named)
    {
        switch (shape)
        {
            case JsonShape.Text(var pattern):
                json.WriteString("type", "string");
                if (pattern is not null)
                    json.WriteString("pattern", pattern);
                break;
            case JsonShape.Number(var least, var most):
                json.WriteString("type", "integer");
                if (least is { } minimum)
                    json.WriteNumber("minimum", minimum);
                if (most is { } maximum)
                    json.WriteNumber("maximum", maximum);
                break;
            case JsonShape.Truth:
                json.WriteString("type", "boolean");
                break;
            case JsonShape.Null:
                json.WriteString("type", "null");
                break;
            case JsonShape.Any:
                break;
            case JsonShape.Choice(var words):
                json.WriteStartArray("enum");
                foreach (var word in words)
                    json.WriteStringValue(word);
                json.WriteEndArray();
                break;
            case JsonShape.List(var items):
                json.WriteString("type", "array");
                json.WritePropertyName("items");
                Write(json, items, named);
                break;
            case JsonShape.Map(_, var values):
                json.WriteString("type", "object");
                json.WritePropertyName("additionalProperties");
                Write(json, values, named);
                break;
            case JsonShape.OneOf(var shapes):
                json.WriteStartArray("anyOf");
                foreach (var each in shapes)
                    Write(json, each, named);
                json.WriteEndArray();
                break;
            case JsonShape.Named(var name, var inner):
                named[name] = inner;
                json.WriteString("$ref", $"#/$defs/{name}");
                break;
            case JsonShape.Record(var members):
                json.WriteString("type", "object");
                json.WriteStartObject("properties");
                foreach (var member in members)
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Shape, named, member.Meaning);
                }
                json.WriteEndObject();
                json.WriteStartArray("required");
                foreach (var member in members.Where(member => !member.IsOptional))
                    json.WriteStringValue(member.Name);
                json.WriteEndArray();
                json.WriteBoolean("additionalProperties", false);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
