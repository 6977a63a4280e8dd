namespace Hostlock.Fleets;

/// <summary>A file of a record of ours, which is on the disk before the first file of the change that it tells of.</summary>
/// <param name="Path">The file, absolute. Its folder exists.</param>
/// <param name="Bytes">What the file holds.</param>
public sealed record RecordEntry(string Path, ReadOnlyMemory<byte> Bytes);
