using System.Formats.Tar;
using System.IO.Compression;

namespace Hostlock.Tests.Support;

/// <summary>Archives, ordinary and odd, and what <c>nix flake prefetch</c> of Nix 2.34.8 makes of each with a time zone of UTC.</summary>
static class ArchiveVectors
{
    static readonly string[] Topics = ["archives", "compression"];

    static readonly Lazy<Dictionary<string, byte[]>> Archives = new(() => Topics.SelectMany(Unpack).ToDictionary());

    static readonly Lazy<Dictionary<string, (string Hash, string Modified)>> Answers = new(() =>
        Topics.SelectMany(topic => File.ReadLines(Path.Combine(Repository.Vectors(topic), "locked.tsv")))
            .Select(line => line.Split('\t'))
            .ToDictionary(row => row[0], row => (row[1], row[2])));

    /// <summary>The names of all archives.</summary>
    public static IEnumerable<string> Names => Answers.Value.Keys;

    /// <summary>The answer of Nix about an archive: <c>error</c> or the hash, and the time or <c>-</c>.</summary>
    public static (string Hash, string Modified) Answer(string name) => Answers.Value[name];

    /// <summary>The bytes of an archive.</summary>
    public static byte[] Bytes(string name) => Archives.Value[name];

    static IEnumerable<(string, byte[])> Unpack(string topic)
    {
        using var archive = File.OpenRead(Path.Combine(Repository.Vectors(topic), "archives.tar.gz"));
        using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile)
                continue;
            using var contents = new MemoryStream();
            entry.DataStream?.CopyTo(contents);
            yield return (Path.GetFileName(entry.Name), contents.ToArray());
        }
    }
}
