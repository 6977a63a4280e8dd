using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hostlock.Locks;

/// <summary>A growing UTF-8 text with nlohmann's way of quoting: <c>"</c>, <c>\</c> and what is below a space, nothing else.</summary>
/// <param name="capacity">The number of bytes for which there is room at once.</param>
sealed class JsonText(int capacity = 256)
{
    // The indent of a member of a node, and how much deeper each object or list is.
    const int MemberIndent = 6, Step = 2;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '"', '\\']);

    readonly ArrayBufferWriter<byte> _bytes = new(capacity);

    /// <summary>The text of the value that a reader is at, as the value of a member of a node. The reader is left at its end.</summary>
    /// <exception cref="InvalidOperationException">A text in it is not valid Unicode.</exception>
    public static string OfMember(ref Utf8JsonReader json)
    {
        var text = new JsonText();
        text.Value(ref json, MemberIndent);
        return Encoding.UTF8.GetString(text._bytes.WrittenSpan);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Quoted(string text)
    {
        Raw("\""u8);
        var rest = text.AsSpan();
        while (rest.IndexOfAny(Escaped) is >= 0 and var at)
        {
            Plain(rest[..at]);
            Escape(rest[at]);
            rest = rest[(at + 1)..];
        }
        Plain(rest);
        Raw("\""u8);
    }

    void Value(ref Utf8JsonReader json, int indent)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                Object(ref json, indent + Step);
                break;
            case JsonTokenType.StartArray:
                List(ref json, indent + Step);
                break;
            case JsonTokenType.String:
                Quoted(json.GetString()!);
                break;
            default:
                // Numbers stay as they are written: nobody knows how exact they have to be.
                Raw(json.ValueSpan);
                break;
        }
    }

    void Object(ref Utf8JsonReader json, int indent)
    {
        // Members are sorted, and of two with one name the later one counts, as in nlohmann's objects.
        var members = new SortedDictionary<string, byte[]>(Utf8Order.Instance);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            var value = new JsonText();
            value.Value(ref json, indent);
            members[name] = value.ToArray();
        }
        Raw("{"u8);
        var isFirst = true;
        foreach (var (name, value) in members)
        {
            Line(ref isFirst, indent);
            Quoted(name);
            Raw(": "u8);
            Raw(value);
        }
        Close(isFirst, indent, "}"u8);
    }

    void List(ref Utf8JsonReader json, int indent)
    {
        Raw("["u8);
        var isFirst = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Line(ref isFirst, indent);
            Value(ref json, indent);
        }
        Close(isFirst, indent, "]"u8);
    }

    void Line(ref bool isFirst, int indent)
    {
        Raw(isFirst ? "\n"u8 : ",\n"u8);
        isFirst = false;
        Indent(indent);
    }

    void Close(bool isEmpty, int indent, ReadOnlySpan<byte> bracket)
    {
        if (!isEmpty)
        {
            Raw("\n"u8);
            Indent(indent - Step);
        }
        Raw(bracket);
    }

    void Indent(int spaces)
    {
        _bytes.GetSpan(spaces)[..spaces].Fill((byte)' ');
        _bytes.Advance(spaces);
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    void Plain(ReadOnlySpan<char> text)
    {
        try
        {
            Strict.GetBytes(text, _bytes);
        }
        catch (EncoderFallbackException)
        {
            throw LockException.NotWritable(text.ToString());
        }
    }

    void Escape(char c)
    {
        switch (c)
        {
            case '"':
                Raw("\\\""u8);
                break;
            case '\\':
                Raw("\\\\"u8);
                break;
            case '\b':
                Raw("\\b"u8);
                break;
            case '\t':
                Raw("\\t"u8);
                break;
            case '\n':
                Raw("\\n"u8);
                break;
            case '\f':
                Raw("\\f"u8);
                break;
            case '\r':
                Raw("\\r"u8);
                break;
            default:
                Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));
                break;
        }
    }
}
