using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>A file that an undertaking changes.</summary>
/// <param name="Path">Relative to the flake.</param>
/// <param name="Before">The SHA-256 of the contents before, in lower case; null if the file did not exist.</param>
/// <param name="After">The contents afterwards; null if the file is deleted.</param>
public sealed record UndertakenFile(string Path, string? Before, byte[]? After)
{
    /// <summary>True if the file does not change.</summary>
    public bool IsSame => Before == (After is null ? null : Undertaking.SumOf(After));
}

/// <summary>
/// A change in several steps, which is recorded before its first step. If a run of a command is broken off, the next run of the same
/// command does the same change from the record: it does not plan anew from files that are half old and half new.
/// </summary>
/// <remarks>
/// The record lies in the folder of git, or in the flake if the flake is in no repository. It counts only as long as each file has its old
/// or its new contents.
/// </remarks>
public sealed class Undertaking
{
    const string Name = "hostlock-unfinished", TakesBack = "takesBack", PutsBack = "putsBack";
    const long MaximumBytes = 1024L * 1024 * 1024;
    const int Version = 1;

    // The words that a record may have. They are shown as a command to type, and anybody may have made a folder of git.
    static readonly string[] Commands = ["init", "eject", "undo", "restore", "adopt", "resolve", "unfreeze", "input", "redo", "follows"];
    static readonly string[] Options =
    [
        "--upgrade", "--keep", "--keep-locks", "--to", "-i", "--input", "--ours", "--theirs", "--newer", "--all", "--no-flake", "--host",
        "--write", "--like",
    ];

    readonly FleetFolder _folder;
    readonly string _record;
    readonly UndoStep? _step;
    readonly IReadOnlyDictionary<string, RecordedMerge>? _merges;

    Undertaking(
        FleetFolder folder, string record, ImmutableArray<string> words, ImmutableArray<UndertakenFile> files,
        ImmutableArray<string> forgotten, UndoStep? step, IReadOnlyDictionary<string, RecordedMerge>? merges = null)
    {
        (_folder, _record, Words, Files, Forgotten) = (folder, record, words, files, forgotten);
        (_step, _merges) = (step, merges);
    }

    /// <summary>The flake.</summary>
    public FleetFolder Folder => _folder;

    /// <summary>The step in the record of changes at the end; null for a change that can be taken back itself.</summary>
    public UndoStep? Step => _step;

    /// <summary>The same, with merges of git's that it settles.</summary>
    /// <param name="merges">The merges, by the paths of the files.</param>
    public Undertaking Settling(IReadOnlyDictionary<string, RecordedMerge> merges) =>
        new(_folder, _record, Words, Files, Forgotten, _step, merges);

    /// <summary>The words of the command, without the name of the program and without options that do not change the result.</summary>
    public ImmutableArray<string> Words { get; }

    /// <summary>The files, in the order in which they change.</summary>
    public ImmutableArray<UndertakenFile> Files { get; }

    /// <summary>The files that git shall forget, if it has only an intent to add them; relative to the flake.</summary>
    public ImmutableArray<string> Forgotten { get; }

    /// <summary>The files that did not exist before.</summary>
    public IEnumerable<string> New => Files.Where(file => file is { Before: null, After: not null }).Select(file => file.Path);

    /// <summary>The files that do not have their new contents yet.</summary>
    public IEnumerable<UndertakenFile> Left => Files.Where(file => !IsDone(file));

    /// <summary>Makes an undertaking of changes that were planned. Nothing is written.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">As for <see cref="Words"/>.</param>
    /// <param name="files">The paths, relative to the flake, and the contents; null for a file that is deleted.</param>
    /// <param name="forgotten">As for <see cref="Forgotten"/>.</param>
    /// <param name="step">The step in the record of changes at the end; null for a change that can be taken back itself.</param>
    /// <exception cref="PlatformException">A file cannot be read.</exception>
    public static Undertaking Of(
        FleetFolder folder, IEnumerable<string> words,
        IEnumerable<(string Path, ReadOnlyMemory<byte>? After)> files, IEnumerable<string> forgotten, UndoStep? step = null) =>
        new(
            folder,
            RecordOf(folder),
            [.. words],
            [.. files.Select(file => new UndertakenFile(file.Path, SumOf(folder, file.Path), file.After?.ToArray()))],
            [.. forgotten],
            step);

    /// <summary>
    /// Finds the undertaking of a command that was broken off; null if there is none, if nothing was done yet, or if somebody has changed
    /// the files since.
    /// </summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The words of the command; null for that of any command.</param>
    public static Undertaking? Find(FleetFolder folder, IReadOnlyList<string>? words)
    {
        var record = RecordOf(folder);
        return File.Exists(record)
            && Read(folder, record) is { } found
            && (words is null || found.Words.SequenceEqual(words))
            && found.IsHalf
            ? found
            : null;
    }

    /// <summary>Writes the record, and that of the change, so that it can be taken back. The caller has reserved the flake.</summary>
    /// <exception cref="PlatformException">It cannot be written.</exception>
    public void Record() => RecordEntry.WriteAll(Entries());

    List<RecordEntry> Entries()
    {
        // In no repository the record lies in the flake, which anybody may have made.
        if (new FileInfo(_record).LinkTarget is not null)
            throw PlatformException.NotAFile(_record);
        var change = _step is null
            ? ChangeRecord.EntryOf(
                _folder,
                Words,
                Files.Select(file => (file.Path, file.After is null ? (ReadOnlyMemory<byte>?)null : file.After)),
                _merges)
            : null;
        RecordEntry own = new(_record, Written());
        return change is null ? [own] : [change, own];
    }

    /// <summary>Writes the record, and then the files that do not have their new contents yet. The caller has reserved the flake.</summary>
    /// <exception cref="HostlockException">A file was changed since it was planned, a path leads out of the flake, or a file cannot be
    /// written or deleted.</exception>
    public void Apply()
    {
        // The user may have taken hours to say yes.
        if (Files.FirstOrDefault(file => !IsAsPlanned(file)) is { } changed)
            throw FleetException.ChangedMeanwhile(changed.Path);
        var left = Left.ToList();
        // Files are deleted last, and one that must stay is told before the first file changes.
        foreach (var file in left)
            _folder.Files.RefuseLeadingOut(file.Path);
        _folder.Files.ReplaceAll(
            [.. left.Where(file => file.After is not null).Select(file => (file.Path, (ReadOnlyMemory<byte>)file.After))],
            Entries());
        foreach (var file in left.Where(file => file.After is null))
            _folder.Files.Delete(file.Path);
    }

    /// <summary>Deletes the record, because all is done.</summary>
    /// <exception cref="PlatformException">It cannot be deleted, or the record of changes cannot be written.</exception>
    public void End()
    {
        switch (_step)
        {
            case UndoStep.TakeBack(var change, var files):
                ChangeRecord.Of(_folder)?.TakeBack(change, files);
                break;
            case UndoStep.PutBack(var change, var files):
                ChangeRecord.Of(_folder)?.PutBack(change, files);
                break;
        }
        AtomicFile.Delete(_record);
    }

    internal static string SumOf(ReadOnlySpan<byte> contents) => FlakeRecords.SumOf(contents);

    bool IsHalf =>
        Files.All(IsAsPlanned)
        // If no file changes, the files cannot tell how far the run came.
        && (Files.All(file => file.IsSame) || Files.Any(file => !file.IsSame && IsDone(file)));

    bool IsAsPlanned(UndertakenFile file) => IsDone(file) || SumOf(_folder, file.Path) == file.Before;

    bool IsDone(UndertakenFile file) => SumOf(_folder, file.Path) == (file.After is null ? null : SumOf(file.After));

    static string? SumOf(FleetFolder folder, string path) => folder.TryReadBytes(path) is { } contents ? SumOf(contents) : null;

    static string RecordOf(FleetFolder folder) =>
        FlakeRecords.PathOf(folder, Name) ?? Path.Combine(folder.Path, $".{Name}");

    static bool IsCommand(ImmutableArray<string> words) =>
        words is [var command, .. var others]
        && Commands.Contains(command)
        && others.All(word => !word.StartsWith('-') || Options.Contains(word));

    byte[] Written()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OwnJson.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("words");
            foreach (var word in Words)
                json.WriteStringValue(word);
            json.WriteEndArray();
            // Many hosts may get the same lock, so each text is written once.
            json.WriteStartObject("contents");
            foreach (var (sum, contents) in Files.Where(file => file.After is not null)
                .Select(file => (Sum: SumOf(file.After), file.After))
                .DistinctBy(contents => contents.Sum))
                json.WriteBase64String(sum, contents);
            json.WriteEndObject();
            json.WriteStartArray("files");
            foreach (var file in Files)
            {
                json.WriteStartObject();
                json.WriteString("path", file.Path);
                json.WriteString("before", file.Before);
                json.WriteString("after", file.After is null ? null : SumOf(file.After));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("forgotten");
            foreach (var path in Forgotten)
                json.WriteStringValue(path);
            json.WriteEndArray();
            if (_step is not null)
            {
                var (name, change, files) = _step switch
                {
                    UndoStep.TakeBack(var number, var paths) => (TakesBack, number, paths),
                    UndoStep.PutBack(var number, var paths) => (PutsBack, number, paths),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
                json.WriteNumber(name, change);
                json.WriteStartArray("of");
                foreach (var path in files)
                    json.WriteStringValue(path);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    // Null if the record is damaged, of another release, or not one that this program writes.
    static Undertaking? Read(FleetFolder folder, string record)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.Read(record, MaximumBytes));
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            var contents = root.GetProperty("contents").EnumerateObject()
                .ToDictionary(text => text.Name, text => text.Value.GetBytesFromBase64(), StringComparer.Ordinal);
            var found = new Undertaking(
                folder,
                record,
                [.. root.GetProperty("words").EnumerateArray().Select(word => word.GetString() ?? "")],
                [
                    .. root.GetProperty("files").EnumerateArray().Select(file => new UndertakenFile(
                        file.GetProperty("path").GetString() ?? "",
                        file.GetProperty("before").GetString(),
                        file.GetProperty("after").GetString() is { } sum ? contents[sum] : null)),
                ],
                Texts(root.GetProperty("forgotten")),
                StepOf(root));
            return IsCommand(found.Words)
                && found.Files.All(file => FlakePath.IsWithin(file.Path))
                && found.Forgotten.All(FlakePath.IsWithin)
                ? found
                : null;
        }
        catch (Exception why) when (
            why is PlatformException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static UndoStep? StepOf(JsonElement root) =>
        root.TryGetProperty(TakesBack, out var change) ? new UndoStep.TakeBack(change.GetInt32(), Texts(root.GetProperty("of")))
        : root.TryGetProperty(PutsBack, out change) ? new UndoStep.PutBack(change.GetInt32(), Texts(root.GetProperty("of")))
        : null;

    static ImmutableArray<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(text => text.GetString() ?? "")];
}
