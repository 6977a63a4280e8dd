using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>Reads records of changes, also those of the first format, which has the SHA-256 of contents as their names.</summary>
/// <remarks>
/// Contents are the number of earlier contents, or a text in Base64, or an object: the number of similar contents (like) and the parts,
/// each with the beginning and the length of a run of the similar contents, and the bytes that follow it.
/// </remarks>
static class RecordedChangeReader
{
    internal const int Version = 2;

    internal const string VersionKey = "version", WordsKey = "words", CommitKey = "commit", TimeKey = "time", FilesKey = "files",
        PathKey = "path", BeforeKey = "before", AfterKey = "after", LikeKey = "like", PartsKey = "parts", ContentsKey = "contents",
        HeadKey = "head", SidesBeforeKey = "sidesBefore", SidesAfterKey = "sidesAfter";

    const int FirstVersion = 1;
    const long MaximumBytes = 1024L * 1024 * 1024;

    /// <summary>True if a record is of a command of these words. The contents of its files, which may be megabytes, are not looked
    /// at.</summary>
    /// <param name="path">The path of the record.</param>
    /// <param name="words">The words.</param>
    public static bool HasWords(string path, IEnumerable<string> words)
    {
        try
        {
            var json = new Utf8JsonReader(RegularFile.Read(path, MaximumBytes));
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals(WordsKey))
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
    public static RecordedChange? TryRead(string path, int number)
    {
        try
        {
            return Read(RegularFile.Read(path, MaximumBytes), number, File.GetLastWriteTimeUtc(path));
        }
        catch (Exception why) when (
            why is PlatformException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException
                or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Reads the bytes of a record; null if it is of another release, or names a file outside of the flake.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="number">The number of the change.</param>
    /// <param name="when">When the record was written.</param>
    public static RecordedChange? Read(ReadOnlyMemory<byte> bytes, int number, DateTimeOffset when)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        Func<JsonElement, byte[]?> contentsOf;
        switch (root.GetProperty(VersionKey).GetInt32())
        {
            case FirstVersion:
                var named = root.GetProperty(ContentsKey).EnumerateObject()
                    .ToDictionary(text => text.Name, text => text.Value.GetBytesFromBase64(), StringComparer.Ordinal);
                contentsOf = element => element.GetString() is { } name ? named[name] : null;
                break;
            case Version:
                contentsOf = new Contents().Of;
                break;
            default:
                return null;
        }
        var commit = root.TryGetProperty(CommitKey, out var id) ? Revision.TryParse(id.GetString() ?? "") : null;
        var change = new RecordedChange(
            [.. root.GetProperty(WordsKey).EnumerateArray().Select(word => word.GetString() ?? "")],
            [
                .. root.GetProperty(FilesKey).EnumerateArray().Select(file => new RecordedFile(
                    file.GetProperty(PathKey).GetString() ?? "",
                    contentsOf(file.GetProperty(BeforeKey)),
                    contentsOf(file.GetProperty(AfterKey))) { Merge = MergeOf(file) }),
            ])
        {
            Number = number,
            Commit = commit,
            When = commit is null ? when : DateTimeOffset.FromUnixTimeSeconds(root.GetProperty(TimeKey).GetInt64()),
        };
        return change.Files.All(file => FlakePath.IsWithin(file.Path)) ? change : null;
    }

    static RecordedMerge? MergeOf(JsonElement file)
    {
        return file.TryGetProperty(HeadKey, out var head)
            ? new(
                IdOf(head) ?? throw new FormatException(),
                SidesOf(file.GetProperty(SidesBeforeKey)),
                file.TryGetProperty(SidesAfterKey, out var after) ? SidesOf(after) : null)
            : null;

        static IndexSides SidesOf(JsonElement sides) => sides.GetArrayLength() == 3
            ? new(IdOf(sides[0]), IdOf(sides[1]) ?? throw new FormatException(), IdOf(sides[2]) ?? throw new FormatException())
            : throw new FormatException();

        // git gets these ids as words, so each has to be one.
        static string? IdOf(JsonElement element) =>
            element.GetString() is not { } text ? null : Revision.TryParse(text)?.ToString() ?? throw new FormatException();
    }

    /// <summary>The contents that were read so far. A few bytes may name many, so their length is bounded.</summary>
    sealed class Contents
    {
        readonly List<byte[]> _known = [];
        long _left = MaximumBytes;

        public byte[]? Of(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Null)
                return null;
            if (element.ValueKind == JsonValueKind.Number)
                return _known[element.GetInt32()];
            var bytes = element.ValueKind == JsonValueKind.String
                ? element.GetBytesFromBase64()
                : ContentsDelta.Apply(
                    _known[element.GetProperty(LikeKey).GetInt32()],
                    PartsOf(element.GetProperty(PartsKey)),
                    Math.Min(_left, LockFileReader.MaximumBytes)) ?? throw new FormatException();
            _left -= bytes.Length;
            _known.Add(bytes);
            return bytes;
        }

        static List<DeltaPart> PartsOf(JsonElement list)
        {
            var parts = new List<DeltaPart>(list.GetArrayLength() / 3);
            for (var i = 0; i + 2 < list.GetArrayLength(); i += 3)
                parts.Add(new(list[i].GetInt32(), list[i + 1].GetInt32(), list[i + 2].GetBytesFromBase64()));
            return parts;
        }
    }
}
