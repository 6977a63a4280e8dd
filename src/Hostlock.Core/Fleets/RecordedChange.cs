using System.Collections.Immutable;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;

namespace Hostlock.Fleets;

/// <summary>A file that a change has changed.</summary>
/// <param name="Path">Relative to the flake.</param>
/// <param name="Before">Its contents before; null if it did not exist.</param>
/// <param name="After">Its contents afterwards; null if it was deleted.</param>
public sealed record RecordedFile(string Path, byte[]? Before, byte[]? After)
{
    /// <summary>The merge of git's that the change settled in the file; null if there was none.</summary>
    public RecordedMerge? Merge { get; init; }
}

/// <summary>A merge of git's in one file, which a change settled, or settled in part.</summary>
/// <param name="Head">The commit that HEAD pointed to. Once HEAD points to another, the merge is over.</param>
/// <param name="Before">The versions that git's index had.</param>
/// <param name="After">The versions that it had afterwards; null if no conflict was left.</param>
public sealed record RecordedMerge(string Head, IndexSides Before, IndexSides? After);

/// <summary>The versions that git's index has of a file which git could not merge, by their ids.</summary>
/// <param name="Common">The one that both sides started from; null if both added the file.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Theirs">Theirs.</param>
public sealed record IndexSides(string? Common, string Ours, string Theirs);

/// <summary>A thing that hostlock did in a flake: a command, and the files that it changed.</summary>
/// <param name="Words">The words of the command, without the name of the program.</param>
/// <param name="Files">The files.</param>
public sealed record RecordedChange(ImmutableArray<string> Words, ImmutableArray<RecordedFile> Files)
{
    /// <summary>The number of the change: the later one has the greater number.</summary>
    public int Number { get; init; }

    /// <summary>The time at which the change was made.</summary>
    public DateTimeOffset When { get; init; }

    /// <summary>The commit that the change is known from; null if the change was recorded when it was made.</summary>
    public Revision? Commit { get; init; }

    /// <summary>The paths of the files that were taken back since.</summary>
    public ImmutableArray<string> TakenBack { get; init; } = [];

    /// <summary>The files that were not taken back.</summary>
    public IEnumerable<RecordedFile> Standing => Files.Where(file => !TakenBack.Contains(file.Path));

    /// <summary>The bytes that the contents of all files have together. Contents that are one object count once.</summary>
    internal long Bytes => Files.SelectMany(file => new[] { file.Before, file.After }).OfType<byte[]>()
        .Distinct<byte[]>(ReferenceEqualityComparer.Instance).Sum(contents => (long)contents.Length);

    /// <summary>The words as they are typed, with the name of the program; the subject of the commit if it is known from one.</summary>
    public string Title => Commit is null ? $"hostlock {ShellWord.Join(Words)}" : string.Join(' ', Words);

    /// <summary>The same with other names of its files.</summary>
    /// <param name="nameOf">Gives the name of a file.</param>
    internal RecordedChange Named(Func<string, string> nameOf) => this with
    {
        Files = [.. Files.Select(file => file with { Path = nameOf(file.Path) })],
        TakenBack = [.. TakenBack.Select(nameOf)],
    };

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
        using var written = new RecordedChangeWriter(Words, Commit is { } commit ? (commit.ToString(), When) : null);
        foreach (var file in Files)
            written.Add(
                file.Path,
                file.Before is null ? (ReadOnlyMemory<byte>?)null : file.Before,
                file.After is null ? (ReadOnlyMemory<byte>?)null : file.After,
                file.Merge);
        return written.Finish();
    }
}
