using System.Text.Json;

namespace Hostlock.Fleets;

/// <summary>
/// Writes the record of a change, file by file, so that the contents of all files need not be in memory at once. Contents are written as
/// their differences from those of the file before.
/// </summary>
sealed class RecordedChangeWriter : IDisposable
{
    readonly MemoryStream _bytes = new();
    readonly Utf8JsonWriter _json;
    // Many hosts may get the same lock.
    readonly Dictionary<ReadOnlyMemory<byte>, int> _given = [];
    (ReadOnlyMemory<byte> Bytes, int Number)? _before, _last;
    int _count;

    /// <summary>Begins the record of a change.</summary>
    /// <param name="words">The words of the command.</param>
    /// <param name="commit">The commit that the change is known from, and its time; null if the change is recorded as it is
    /// made.</param>
    public RecordedChangeWriter(IEnumerable<string> words, (string Id, DateTimeOffset Time)? commit = null)
    {
        _json = new(_bytes, OwnJson.Options);
        _json.WriteStartObject();
        _json.WriteNumber(RecordedChangeReader.VersionKey, RecordedChangeReader.Version);
        if (commit is var (id, time))
        {
            _json.WriteString(RecordedChangeReader.CommitKey, id);
            _json.WriteNumber(RecordedChangeReader.TimeKey, time.ToUnixTimeSeconds());
        }
        _json.WriteStartArray(RecordedChangeReader.WordsKey);
        foreach (var word in words)
            _json.WriteStringValue(word);
        _json.WriteEndArray();
        _json.WriteStartArray(RecordedChangeReader.FilesKey);
    }

    /// <summary>True if no file was added.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Adds a file.</summary>
    /// <param name="path">The path, relative to the flake.</param>
    /// <param name="before">The contents before; null if the file did not exist.</param>
    /// <param name="after">The contents afterwards; null if the file is deleted.</param>
    /// <param name="merge">The merge of git's that is settled in the file; null if there is none.</param>
    public void Add(string path, ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after, RecordedMerge? merge = null)
    {
        IsEmpty = false;
        _json.WriteStartObject();
        _json.WriteString(RecordedChangeReader.PathKey, path);
        _json.WritePropertyName(RecordedChangeReader.BeforeKey);
        if (before is { } old)
            _before = Write(old, _before ?? _last);
        else
            _json.WriteNullValue();
        _json.WritePropertyName(RecordedChangeReader.AfterKey);
        if (after is not { } made)
            _json.WriteNullValue();
        else if (_given.TryGetValue(made, out var number))
            _json.WriteNumberValue(number);
        else
            _given[made] = Write(made, before is null ? _last : _before).Number;
        if (merge is not null)
        {
            _json.WriteString(RecordedChangeReader.HeadKey, merge.Head);
            Write(RecordedChangeReader.SidesBeforeKey, merge.Before);
            if (merge.After is { } sides)
                Write(RecordedChangeReader.SidesAfterKey, sides);
        }
        _json.WriteEndObject();
    }

    void Write(string key, IndexSides sides)
    {
        _json.WriteStartArray(key);
        _json.WriteStringValue(sides.Common);
        _json.WriteStringValue(sides.Ours);
        _json.WriteStringValue(sides.Theirs);
        _json.WriteEndArray();
    }

    /// <summary>The bytes of the record. Nothing is added any more.</summary>
    public byte[] Finish()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return _bytes.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    (ReadOnlyMemory<byte> Bytes, int Number) Write(ReadOnlyMemory<byte> contents, (ReadOnlyMemory<byte> Bytes, int Number)? like)
    {
        if (like is var (known, same) && known.Span.SequenceEqual(contents.Span))
        {
            _json.WriteNumberValue(same);
            return (contents, same);
        }
        if (like is var (other, number))
        {
            _json.WriteStartObject();
            _json.WriteNumber(RecordedChangeReader.LikeKey, number);
            _json.WriteStartArray(RecordedChangeReader.PartsKey);
            foreach (var part in ContentsDelta.Between(other.Span, contents))
            {
                _json.WriteNumberValue(part.From);
                _json.WriteNumberValue(part.Length);
                _json.WriteBase64StringValue(part.Own.Span);
            }
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteBase64StringValue(contents.Span);
        }
        _last = (contents, _count);
        return (contents, _count++);
    }
}
