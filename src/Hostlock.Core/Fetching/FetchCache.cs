using System.Buffers;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>
/// Keeps answers about pinned trees, which never change. All runs that use the cache at once write the same.
/// </summary>
/// <param name="folder">The folder of the files.</param>
public sealed class FetchCache(string folder)
{
    readonly CachedTexts _texts = new(Path.Combine(folder, "answers"), "hostlock answer 1", 32 * 1024 * 1024);

    /// <summary>The answer under a key; null if there is none.</summary>
    public CachedAnswer? Find(RefAttributes key)
    {
        var text = key.ToString();
        try
        {
            return _texts.Find(PathOf(text), text) is { } answer ? Parse(answer) : null;
        }
        catch (Exception why) when (why is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null; // an answer that makes no sense is asked for again
        }
    }

    /// <summary>Keeps an answer. If it cannot be written, nothing fails.</summary>
    public void Keep(RefAttributes key, CachedAnswer answer)
    {
        var text = key.ToString();
        _texts.Keep(PathOf(text), text, Write(answer));
    }

    static string PathOf(string key)
    {
        var name = CachedTexts.NameOf(key);
        return Path.Combine(name[..2], name[2..]);
    }

    static string Write(CachedAnswer answer)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, OwnJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("narHash", answer.NarHash);
            if (answer.LastModified is { } modified)
                json.WriteNumber("lastModified", modified.Seconds);
            if (answer.RevisionCount is { } count)
                json.WriteNumber("revCount", count);
            if (answer.IsComplete)
                json.WriteBoolean("complete", true);
            if (answer.Tag is not null)
                json.WriteString("tag", answer.Tag);
            if (answer.Link is not null)
                json.WriteString("link", answer.Link);
            json.WriteStartObject("files");
            foreach (var (path, contents) in answer.Files)
            {
                if (contents is null)
                    json.WriteNull(path.ToText());
                else
                    json.WriteBase64String(path.ToText(), contents);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    static CachedAnswer Parse(string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return new(
            root.GetProperty("narHash").GetString() ?? throw new FormatException(),
            root.TryGetProperty("lastModified", out var modified) ? new Moment(modified.GetUInt64()) : null,
            root.TryGetProperty("revCount", out var count) ? count.GetUInt64() : null,
            root.GetProperty("files").EnumerateObject().ToDictionary(
                file => TreePath.Parse(file.Name),
                file => file.Value.ValueKind == JsonValueKind.Null ? null : file.Value.GetBytesFromBase64()))
        {
            IsComplete = root.TryGetProperty("complete", out var complete) && complete.GetBoolean(),
            Tag = root.TryGetProperty("tag", out var tag) ? tag.GetString() : null,
            Link = root.TryGetProperty("link", out var link) ? link.GetString() : null,
        };
    }
}
