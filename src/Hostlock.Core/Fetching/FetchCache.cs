using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// Keeps answers about pinned trees, which never change, in one small file each. A file that is damaged, foreign or of another version is
/// ignored. Several runs may use the cache at once: files are replaced whole, and all runs write the same.
/// </summary>
/// <param name="folder">The folder of the files.</param>
public sealed class FetchCache(string folder)
{
    const string Version = "hostlock answer 1";
    const int MaximumBytes = 32 * 1024 * 1024;

    /// <summary>The answer under a key; null if there is none.</summary>
    public CachedAnswer? Find(RefAttributes key)
    {
        try
        {
            var path = PathOf(key);
            if (!File.Exists(path) || new FileInfo(path).Length > MaximumBytes)
                return null;
            var text = File.ReadAllText(path);
            var lines = text.Split('\n', 3);
            return lines is [Version, var sum, var body] && sum == Sum(key, body) ? Parse(body) : null;
        }
        catch (Exception why) when (
            why is IOException or UnauthorizedAccessException
                or JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null; // an answer that cannot be read is asked for again
        }
    }

    /// <summary>Keeps an answer. If it cannot be written, nothing fails.</summary>
    public void Keep(RefAttributes key, CachedAnswer answer)
    {
        try
        {
            var path = PathOf(key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var body = Write(answer);
            AtomicFile.Replace(path, Encoding.UTF8.GetBytes($"{Version}\n{Sum(key, body)}\n{body}"), isDurable: false);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or PlatformException)
        {
            // The next run asks again.
        }
    }

    string PathOf(RefAttributes key)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())));
        return Path.Combine(folder, "answers", name[..2], name[2..]);
    }

    // The key is part of the checksum, so that an answer in the file of another key is noticed.
    static string Sum(RefAttributes key, string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\n{body}")));

    static string Write(CachedAnswer answer)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
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
