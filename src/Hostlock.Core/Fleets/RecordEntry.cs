using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>A file of a record of ours, which is on the disk before the first file of the change that it tells of.</summary>
/// <param name="Path">The file, absolute. Its folder exists.</param>
/// <param name="Bytes">The contents of the file.</param>
public sealed record RecordEntry(string Path, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The earlier records that are too many beside this one. They are deleted once it is on the disk, so that none is lost for
    /// one that cannot be written.</summary>
    public IReadOnlyList<string> Outlived { get; init; } = [];

    /// <summary>Writes entries, all of them or none, and deletes those that they outlive.</summary>
    /// <param name="entries">The entries.</param>
    /// <exception cref="PlatformException">An entry cannot be written.</exception>
    public static void WriteAll(IReadOnlyList<RecordEntry> entries)
    {
        AtomicFile.ReplaceAll([.. entries.Select(entry => (entry.Path, entry.Bytes))]);
        DeleteOutlived(entries);
    }

    /// <summary>Deletes the records that entries outlive, which are on the disk.</summary>
    /// <param name="entries">The entries.</param>
    public static void DeleteOutlived(IEnumerable<RecordEntry> entries)
    {
        try
        {
            foreach (var path in entries.SelectMany(entry => entry.Outlived))
                AtomicFile.Delete(path);
        }
        catch (PlatformException)
        {
            // A record too many harms nobody, and the next change tries again. What was asked for is done.
        }
    }
}
