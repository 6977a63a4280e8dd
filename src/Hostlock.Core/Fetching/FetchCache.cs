using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>What is known of a pinned tree: enough to lock it, and not the tree.</summary>
/// <param name="NarHash">The hash of the whole tree.</param>
/// <param name="LastModified">Seconds since the epoch, or null.</param>
/// <param name="RevisionCount">The number of commits, for git.</param>
/// <param name="Files">The contents of files that were asked for, by path; null for what is not there.</param>
public sealed record CachedAnswer(string NarHash, ulong? LastModified, ulong? RevisionCount, IReadOnlyDictionary<string, byte[]?> Files)
{
    /// <summary>True where <see cref="Files"/> has every flake.nix and flake.lock of the tree.</summary>
    public bool IsComplete { get; init; }

    /// <summary>For a download at an address that may change: the ETag it came with, to ask whether it has.</summary>
    public string? Tag { get; init; }

    /// <summary>For such a download: the immutable link it came with.</summary>
    public string? Link { get; init; }
}

/// <summary>
/// Answers about pinned trees, which never change, one small file each. A file that is damaged, foreign or of another version
/// counts as not there. Several runs may use it at once: files are replaced whole, and all write the same.
/// </summary>
public sealed class FetchCache(string folder)
{
    const string Version = "hostlock answer 1";
    const int MaximumBytes = 32 * 1024 * 1024;

    /// <summary>The answer under a key, or null.</summary>
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
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null; // an answer that cannot be read is asked for again
        }
    }

    /// <summary>Keeps an answer. A cache that cannot be written is no reason to fail.</summary>
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

    // The key is part of the sum, so that an answer under another's name is noticed.
    static string Sum(RefAttributes key, string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\n{body}")));

    static string Write(CachedAnswer answer)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("narHash", answer.NarHash);
            if (answer.LastModified is { } modified)
                json.WriteNumber("lastModified", modified);
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
                    json.WriteNull(path);
                else
                    json.WriteBase64String(path, contents);
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
            root.TryGetProperty("lastModified", out var modified) ? modified.GetUInt64() : null,
            root.TryGetProperty("revCount", out var count) ? count.GetUInt64() : null,
            root.GetProperty("files").EnumerateObject().ToDictionary(
                file => file.Name, file => file.Value.ValueKind == JsonValueKind.Null ? null : file.Value.GetBytesFromBase64()))
        {
            IsComplete = root.TryGetProperty("complete", out var complete) && complete.GetBoolean(),
            Tag = root.TryGetProperty("tag", out var tag) ? tag.GetString() : null,
            Link = root.TryGetProperty("link", out var link) ? link.GetString() : null,
        };
    }
}

/// <summary>
/// The files of a pinned tree, remembered: what was asked for once (flake.nix, flake.lock, or that there is none) is answered from
/// the cache, and the tree itself is opened only for what was not.
/// </summary>
sealed class RememberedFiles(FetchCache cache, RefAttributes key, CachedAnswer answer, Func<CancellationToken, Task<TreeFiles>> open) : TreeFiles
{
    readonly Lock _gate = new();
    CachedAnswer _answer = answer;
    Task<TreeFiles>? _tree;

    public override async ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken)
    {
        Task<TreeFiles> opening;
        lock (_gate)
        {
            if (_answer.Files.TryGetValue(path, out var contents))
                return contents is null ? null : new TreeItem.File(contents);
            if (_answer.IsComplete && IsWorthKeeping(path))
                return null;
            opening = _tree ??= open(cancellationToken);
        }
        var item = await (await opening).FindAsync(path, cancellationToken);
        if ((item is null or TreeItem.File) && IsWorthKeeping(path))
            Keep(path, (item as TreeItem.File)?.Contents.ToArray());
        return item;
    }

    void Keep(string path, byte[]? contents)
    {
        CachedAnswer more;
        lock (_gate)
            more = _answer = _answer with { Files = new Dictionary<string, byte[]?>(_answer.Files) { [path] = contents } };
        cache.Keep(key, more);
    }

    static bool IsWorthKeeping(string path) => path.AsSpan(path.LastIndexOf('/') + 1) is "flake.nix" or "flake.lock";
}
