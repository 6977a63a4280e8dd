using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>A file that a change has changed.</summary>
/// <param name="Path">Relative to the flake.</param>
/// <param name="Before">Its contents before; null if it did not exist.</param>
/// <param name="After">Its contents afterwards; null if it was deleted.</param>
public sealed record RecordedFile(string Path, byte[]? Before, byte[]? After);

/// <summary>A thing that hostlock did in a flake: a command, and the files that it changed.</summary>
/// <param name="Words">The words of the command, without the name of the program.</param>
/// <param name="Files">The files.</param>
public sealed record RecordedChange(ImmutableArray<string> Words, ImmutableArray<RecordedFile> Files)
{
    const int Version = 1;
    const long MaximumBytes = 1024L * 1024 * 1024;

    /// <summary>The number of the change: the later one has the greater number.</summary>
    public int Number { get; init; }

    /// <summary>When the change was made.</summary>
    public DateTimeOffset When { get; init; }

    /// <summary>The commit that the change is known from; null if the change was recorded when it was made.</summary>
    public Revision? Commit { get; init; }

    /// <summary>The paths of the files that were taken back since.</summary>
    public ImmutableHashSet<string> TakenBack { get; init; } = [];

    /// <summary>The files that were not taken back.</summary>
    public IEnumerable<RecordedFile> Standing => Files.Where(file => !TakenBack.Contains(file.Path));

    /// <summary>The words as they are typed, with the name of the program; the subject of the commit if it is known from one.</summary>
    public string Title => Commit is null ? $"hostlock {ShellWord.Join(Words)}" : string.Join(' ', Words);

    /// <summary>The change that a commit made, as far as it is known.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="files">The files that it changed.</param>
    internal static RecordedChange Of(FileCommit commit, IEnumerable<RecordedFile> files) => new([commit.Subject], [.. files])
    {
        Commit = commit.Id,
        When = commit.Time?.Date ?? DateTimeOffset.UnixEpoch,
    };

    /// <summary>True if two contents of a file are the same.</summary>
    /// <param name="one">The bytes; null for no file.</param>
    /// <param name="other">The bytes; null for no file.</param>
    public static bool IsSame(byte[]? one, byte[]? other) =>
        one is null || other is null ? one is null && other is null : ReferenceEquals(one, other) || one.AsSpan().SequenceEqual(other);

    /// <summary>The bytes of the record.</summary>
    internal byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            if (Commit is { } commit)
            {
                json.WriteString("commit", commit.ToString());
                json.WriteNumber("time", When.ToUnixTimeSeconds());
            }
            json.WriteStartArray("words");
            foreach (var word in Words)
                json.WriteStringValue(word);
            json.WriteEndArray();
            // Many hosts may get the same lock, so each text is written once.
            var sums = new Dictionary<byte[], string>(ReferenceEqualityComparer.Instance);
            json.WriteStartObject("contents");
            foreach (var contents in Files.SelectMany(file => new[] { file.Before, file.After }).OfType<byte[]>())
                sums.TryAdd(contents, FlakeRecords.SumOf(contents));
            foreach (var (contents, sum) in sums.DistinctBy(known => known.Value))
                json.WriteBase64String(sum, contents);
            json.WriteEndObject();
            json.WriteStartArray("files");
            foreach (var file in Files)
            {
                json.WriteStartObject();
                json.WriteString("path", file.Path);
                json.WriteString("before", file.Before is null ? null : sums[file.Before]);
                json.WriteString("after", file.After is null ? null : sums[file.After]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>True if a record is of a command of these words. The contents of its files, which may be megabytes, are not looked
    /// at.</summary>
    /// <param name="path">The path of the record.</param>
    /// <param name="words">The words.</param>
    internal static bool HasWords(string path, ImmutableArray<string> words)
    {
        try
        {
            var json = new Utf8JsonReader(RegularFile.Read(path, MaximumBytes));
            while (json.Read() && !(json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("contents"u8)))
            {
                if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("words"u8))
                    continue;
                var found = new List<string>();
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    if (json.TokenType == JsonTokenType.String)
                        found.Add(json.GetString()!);
                }
                return words.SequenceEqual(found);
            }
            return false;
        }
        catch (Exception why) when (why is PlatformException or JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads a record; null if it is damaged, of another release, or names a file outside of the flake.</summary>
    /// <param name="path">The path of the record.</param>
    /// <param name="number">The number of the change.</param>
    internal static RecordedChange? TryRead(string path, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.Read(path, MaximumBytes));
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            var contents = root.GetProperty("contents").EnumerateObject()
                .ToDictionary(text => text.Name, text => text.Value.GetBytesFromBase64(), StringComparer.Ordinal);
            var commit = root.TryGetProperty("commit", out var id) ? Revision.TryParse(id.GetString() ?? "") : null;
            var change = new RecordedChange(
                [.. root.GetProperty("words").EnumerateArray().Select(word => word.GetString() ?? "")],
                [
                    .. root.GetProperty("files").EnumerateArray().Select(file => new RecordedFile(
                        file.GetProperty("path").GetString() ?? "",
                        file.GetProperty("before").GetString() is { } before ? contents[before] : null,
                        file.GetProperty("after").GetString() is { } after ? contents[after] : null)),
                ])
            {
                Number = number,
                Commit = commit,
                When = commit is null
                    ? File.GetLastWriteTimeUtc(path)
                    : DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("time").GetInt64()),
            };
            return change.Files.All(file => FlakePath.IsWithin(file.Path)) ? change : null;
        }
        catch (Exception why) when (
            why is PlatformException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException
                or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
