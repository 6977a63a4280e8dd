using System.Formats.Tar;
using System.IO.Compression;
using Hostlock.Fetching;
using Hostlock.Fetching.Archives;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Archives;

/// <summary>
/// 148 archives, ordinary and odd, and what <c>nix flake prefetch</c> of Nix 2.34.8 made of each: vectors/archives has them, and its
/// answers with a time zone of UTC.
/// </summary>
public class ArchivesTests
{
    // Nix answers by the turn its threads take, or writes through a link: refused here.
    static readonly HashSet<string> Refused =
    [
        "dup-dir-file.tar", "dup-dir-symlink.tar", "dup-file-dir.tar", "dup-file-symlink.tar", "dup-symlink-dir.tar", "dup-symlink-file.tar",
        "mixed-dir-firstfile.tar", "mixed-otherfile-dir-file.tar", "mixed-otherfile-file-dir.tar", "mixed-symlink-otherfile-file.tar",
        "symlink-chain-write.tar", "symlink-out-write.tar",
    ];

    static readonly Lazy<Dictionary<string, byte[]>> Archives = new(Unpack);

    public static TheoryData<string, string, string> Answers()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Vectors("archives"), "locked.tsv")))
        {
            var fields = line.Split('\t');
            data.Add(fields[0], fields[1], fields[2]);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_archive_is_the_tree_that_Nix_makes_of_it(string name, string hash, string modified)
    {
        // Once from a file, which can be read again, and once as it comes from a server.
        using var file = new MemoryStream(Archives.Value[name]);
        await using var body = new TrickleStream(Archives.Value[name]);
        foreach (var stream in (Stream[])[file, body])
        {
            using var folder = new TempFolder();
            if (hash == "error" || Refused.Contains(name))
            {
                await Assert.ThrowsAsync<FetchException>(() => ReadAsync(stream, folder));
                continue;
            }
            var read = await ReadAsync(stream, folder);
            Assert.Equal((hash, modified), (read.Hash.ToString(), read.LastModified?.Seconds.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"));
        }

        static Task<ReadArchive> ReadAsync(Stream stream, TempFolder folder) =>
            ArchiveReader.ReadAsync(stream, folder.Path, ArchiveBounds.Default, TestContext.Current.CancellationToken);
    }

    static Dictionary<string, byte[]> Unpack()
    {
        using var archive = File.OpenRead(Path.Combine(Repository.Vectors("archives"), "archives.tar.gz"));
        using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        var archives = new Dictionary<string, byte[]>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile)
                continue;
            using var contents = new MemoryStream();
            entry.DataStream?.CopyTo(contents);
            archives[Path.GetFileName(entry.Name)] = contents.ToArray();
        }
        return archives;
    }
}
