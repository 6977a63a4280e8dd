using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>Some files of a change that were taken back.</summary>
/// <param name="Change">The number of the change.</param>
/// <param name="Newest">The number of the newest change at that time. If a newer one has come since, nothing is put back any more.</param>
/// <param name="Files">The paths of the files.</param>
public sealed record TakenBackFiles(int Change, int Newest, ImmutableArray<string> Files);

/// <summary>
/// The things that hostlock did in a flake, for <c>undo</c>, <c>redo</c> and <c>log</c>. Each is recorded before its first file is written,
/// so a change that was broken off half-way can be taken back too. The record lies in the folder of git of the work tree.
/// </summary>
/// <remarks>The record alone decides nothing: a file is only taken back if it still has the bytes that the change left.</remarks>
public sealed class ChangeRecord
{
    /// <summary>The most changes that are kept, and the most bytes that their contents may have together. The newest change always
    /// counts.</summary>
    public const int MostChanges = 100, MostBytes = 64 * 1024 * 1024;

    const string Name = "hostlock-changes", Extension = ".json", TakenBackName = "taken-back";
    // Changes that are found in git's history later are older than the first recorded one. Numbers go up and down by one from the first, so
    // they never come near the ends of eight digits.
    const int FirstNumber = 50_000_000, FurthestNumber = 49_000_000, OddNumber = 48_000_000;

    const int Version = 1, MaximumText = 16 * 1024 * 1024;

    readonly string _path;

    ChangeRecord(string path) => _path = path;

    /// <summary>The record of a flake; null if the flake is in no repository.</summary>
    /// <param name="folder">The flake.</param>
    public static ChangeRecord? Of(FleetFolder folder) =>
        FlakeRecords.PathOf(folder, Name) is { } path ? new(path) : null;

    /// <summary>Records a change before its first file is written, as <see cref="EntryOf"/> says.</summary>
    /// <param name="folder">The flake, which the caller has reserved.</param>
    /// <param name="words">The words of the command.</param>
    /// <param name="files">As for <see cref="EntryOf"/>.</param>
    /// <param name="merges">As for <see cref="EntryOf"/>.</param>
    /// <exception cref="HostlockException">A file cannot be read, or the record cannot be written.</exception>
    public static void Begin(
        FleetFolder folder, IEnumerable<string> words,
        IEnumerable<(string Path, ReadOnlyMemory<byte>? After)> files, IReadOnlyDictionary<string, RecordedMerge>? merges = null)
    {
        if (EntryOf(folder, words, files, merges) is { } entry)
            RecordEntry.WriteAll([entry]);
    }

    /// <summary>
    /// The entry of a change, for those who write it together with the files of the change. If the last change is one of the same words
    /// that was broken off half-way, the two become one. Null if no file changes, if the entry is there already, or if the flake is in no
    /// repository.
    /// </summary>
    /// <param name="folder">The flake, which the caller has reserved.</param>
    /// <param name="words">The words of the command.</param>
    /// <param name="files">The paths of the files, relative to the flake, and their new contents; null for a file that is deleted.</param>
    /// <param name="merges">The merges of git's that are settled, by the paths of the files; null for none.</param>
    /// <exception cref="HostlockException">A file cannot be read, or the folder of the record cannot be made.</exception>
    public static RecordEntry? EntryOf(
        FleetFolder folder, IEnumerable<string> words,
        IEnumerable<(string Path, ReadOnlyMemory<byte>? After)> files, IReadOnlyDictionary<string, RecordedMerge>? merges = null)
    {
        if (Of(folder) is not { } record)
            return null;
        using var written = new RecordedChangeWriter(words);
        var present = new PresentFiles(folder);
        foreach (var (path, after) in files)
        {
            var before = present.Read(path);
            var merge = merges?.GetValueOrDefault(path);
            if (merge is not null || (before is null ? after is not null : after is not { } made || !made.Span.SequenceEqual(before)))
                written.Add(
                    // A link that leads nowhere yet stays as it is, and the file that it leads to is made.
                    before is null ? folder.Files.WrittenPath(path) : path,
                    before is null ? (ReadOnlyMemory<byte>?)null : before, after, merge);
        }
        if (written.IsEmpty)
            return null;
        var bytes = written.Finish();
        var numbers = record.Numbers();
        // If no file has changed since such a record was written, the record is for this change.
        if (numbers.Count > 0 && record.Has(numbers[^1], bytes) && record.TakenBack().All(taken => taken.Change != numbers[^1]))
            return null;
        var last = numbers.Count > 0 && RecordedChangeReader.HasWords(record.PathOf(numbers[^1]), words)
            ? record.Read(numbers[^1])
            : null;
        return last is not null && (IsHalf(present, last) || IsOfTheSameMerge(last, merges))
            ? record.EntryAt(last.Number, Joined(last, RecordedChangeReader.Read(bytes, last.Number, last.When)!).ToBytes())
            : record.NewestEntry(bytes);
    }

    /// <summary>All changes that are kept, the newest first. A record may be far smaller than its contents, so the contents are bounded
    /// here.</summary>
    public IEnumerable<RecordedChange> Changes()
    {
        var bytes = 0L;
        foreach (var change in Enumerable.Reverse(Numbers()).Select(Read).OfType<RecordedChange>())
        {
            var isNewest = bytes == 0;
            bytes += change.Bytes;
            if (bytes > MostBytes && !isNewest)
                yield break;
            yield return change;
        }
    }

    /// <summary>The files that were taken back and can be put back, the last first.</summary>
    public IReadOnlyList<TakenBackFiles> Undone()
    {
        var newest = Numbers().LastOrDefault();
        return [.. Enumerable.Reverse(TakenBack()).TakeWhile(taken => taken.Newest == newest)];
    }

    // Null if the entry is there already.
    RecordEntry? EntryAt(int number, byte[] change)
    {
        AtomicFile.CreateFolder(_path);
        return Has(number, change) ? null : new(PathOf(number), change);
    }

    // The entry of a change that is to be the newest. Once it is on the disk, the oldest ones go if they are too many beside it.
    RecordEntry NewestEntry(byte[] change)
    {
        AtomicFile.CreateFolder(_path);
        var (numbers, kept, bytes) = (NumbersWithRoom(), 1, (long)change.Length);
        var outlived = new List<string>();
        foreach (var path in Enumerable.Reverse(numbers).Select(PathOf))
        {
            bytes += new FileInfo(path).Length;
            if (++kept > MostChanges || bytes > MostBytes)
                outlived.Add(path);
        }
        return new(PathOf(numbers is [.., var newest] ? newest + 1 : FirstNumber), change) { Outlived = outlived };
    }

    /// <summary>Adds a change as the oldest: it was found in git's history.</summary>
    /// <param name="change">The change; its number does not count.</param>
    /// <returns>The change with its number.</returns>
    /// <exception cref="PlatformException">It cannot be written.</exception>
    internal RecordedChange AddEarlier(RecordedChange change)
    {
        var numbers = NumbersWithRoom();
        change = change with { Number = numbers.Count > 0 ? numbers[0] - 1 : FirstNumber };
        Write(change.Number, change.ToBytes());
        return change;
    }

    /// <summary>Records that some files of a change were taken back. If that is recorded already, nothing is done.</summary>
    /// <param name="change">The number of the change.</param>
    /// <param name="files">The paths of the files.</param>
    /// <exception cref="PlatformException">It cannot be written.</exception>
    internal void TakeBack(int change, ImmutableArray<string> files)
    {
        var taken = TakenBack();
        if (files.All(file => taken.Any(known => known.Change == change && known.Files.Contains(file))))
            return;
        WriteTakenBack([.. taken, new(change, Numbers().LastOrDefault(), files)]);
    }

    /// <summary>Records that the files of the last undo were put back. If that is recorded already, nothing is done.</summary>
    /// <param name="change">The number of the change.</param>
    /// <param name="files">The paths of the files.</param>
    /// <exception cref="PlatformException">It cannot be written.</exception>
    internal void PutBack(int change, ImmutableArray<string> files)
    {
        var taken = TakenBack();
        if (taken is [.., var last] && last.Change == change && last.Files.SequenceEqual(files))
            WriteTakenBack(taken.RemoveAt(taken.Length - 1));
    }

    static bool IsHalf(PresentFiles present, RecordedChange change)
    {
        var isBegun = false;
        // A file that stays as it is cannot tell.
        foreach (var file in change.Standing.Where(file => !RecordedChange.IsSame(file.Before, file.After)))
        {
            var now = present.Read(file.Path);
            if (RecordedChange.IsSame(now, file.Before))
                isBegun = true;
            else if (!RecordedChange.IsSame(now, file.After))
                return false;
        }
        return isBegun;
    }

    // A run that was broken off, and may have had git settle some of the files, is done again.
    static bool IsOfTheSameMerge(RecordedChange last, IReadOnlyDictionary<string, RecordedMerge>? merges) =>
        merges is { Count: > 0 } && merges.All(merge => last.Standing.Any(file => file.Path == merge.Key && file.Merge == merge.Value));

    // The two changes as one. A file that both have goes from its contents before the first to those after the second.
    static RecordedChange Joined(RecordedChange first, RecordedChange second)
    {
        var later = second.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var known = first.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return first with
        {
            Files =
            [
                .. first.Files.Select(file => later.TryGetValue(file.Path, out var last) ? file with { After = last.After } : file),
                .. second.Files.Where(file => !known.Contains(file.Path)),
            ],
        };
    }

    string PathOf(int number) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{number:D8}{Extension}"));

    /// <summary>The time at which something was last taken back or put back.</summary>
    internal DateTimeOffset TakenBackAt => File.GetLastWriteTimeUtc(TakenBackPath);

    // The numbers of the changes, with a free number at both ends. A file with a number beyond these was not written by hostlock.
    List<int> NumbersWithRoom()
    {
        var numbers = Numbers();
        if (numbers.Count == 0 || (IsOurs(numbers[0] - 1) && IsOurs(numbers[^1] + 1)))
            return numbers;
        foreach (var odd in numbers.Where(number => Math.Abs(number - FirstNumber) > OddNumber))
            AtomicFile.Delete(PathOf(odd));
        return Numbers();
    }

    static bool IsOurs(int number) => Math.Abs(number - FirstNumber) <= FurthestNumber;

    // The oldest first.
    List<int> Numbers() =>
        Directory.Exists(_path)
            ?
            [
                .. Directory.EnumerateFiles(_path, $"*{Extension}").Select(Path.GetFileNameWithoutExtension)
                .Where(name => name is { Length: 8 } && name.All(char.IsAsciiDigit))
                .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
                .Where(IsOurs)
                .Order(),
            ]
            : [];

    RecordedChange? Read(int number)
    {
        if (RecordedChangeReader.TryRead(PathOf(number), number) is not { } change)
            return null;
        return change with
        {
            TakenBack = [.. TakenBack().Where(taken => taken.Change == number).SelectMany(taken => taken.Files)],
        };
    }

    void Write(int number, byte[] change)
    {
        if (EntryAt(number, change) is { } entry)
            RecordEntry.WriteAll([entry]);
    }

    bool Has(int number, byte[] change) =>
        new FileInfo(PathOf(number)) is { Exists: true } file && file.Length == change.Length
        && RegularFile.Read(PathOf(number), change.Length).AsSpan().SequenceEqual(change);

    string TakenBackPath => Path.Combine(_path, $"{TakenBackName}{Extension}");

    ImmutableArray<TakenBackFiles> TakenBack()
    {
        try
        {
            if (RegularFile.TextIfReadable(TakenBackPath, MaximumText) is not { } text)
                return [];
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.GetProperty("version").GetInt32() != Version
                ? []
                :
                [
                    .. root.GetProperty("takenBack").EnumerateArray().Select(taken => new TakenBackFiles(
                        taken.GetProperty("change").GetInt32(),
                        taken.GetProperty("newest").GetInt32(),
                        [.. taken.GetProperty("files").EnumerateArray().Select(file => file.GetString() ?? "")])),
                ];
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return []; // nothing is overwritten for it: a file must have the bytes that a change left
        }
    }

    void WriteTakenBack(ImmutableArray<TakenBackFiles> taken)
    {
        var numbers = Numbers().ToHashSet();
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OwnJson.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("takenBack");
            foreach (var each in taken.Where(each => numbers.Contains(each.Change)))
            {
                json.WriteStartObject();
                json.WriteNumber("change", each.Change);
                json.WriteNumber("newest", each.Newest);
                json.WriteStartArray("files");
                foreach (var file in each.Files)
                    json.WriteStringValue(file);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        AtomicFile.Replace(TakenBackPath, bytes.ToArray());
    }

    /// <summary>The files of a flake as they are. What was read is kept for a second look, as long as it is little: nobody else changes the
    /// files meanwhile.</summary>
    sealed class PresentFiles(FleetFolder folder)
    {
        const int MostKept = 4 * 1024 * 1024;

        readonly Dictionary<string, byte[]?> _read = new(StringComparer.Ordinal);
        long _kept;

        /// <summary>The bytes of a file; null if it does not exist.</summary>
        public byte[]? Read(string path)
        {
            if (_read.TryGetValue(path, out var known))
                return known;
            var bytes = folder.TryReadBytes(path);
            _kept += bytes?.Length ?? 0;
            if (_kept <= MostKept)
                _read.Add(path, bytes);
            return bytes;
        }
    }
}
