using System.Globalization;
using Hostlock.Fetching;
using Hostlock.Fetching.Archives;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Archives;

/// <summary>
/// Archives, ordinary, odd and damaged, and what Nix 2.34.8 makes of each. What is done otherwise on purpose is listed here, and
/// docs/files.md tells it.
/// </summary>
public class ArchivesTests
{
    // Nix answers by the turn its threads take, or writes through a link.
    static readonly string[] Unsettled =
    [
        "dup-dir-file.tar", "dup-dir-symlink.tar", "dup-file-dir.tar", "dup-file-symlink.tar", "dup-symlink-dir.tar",
        "dup-symlink-file.tar",
        "mixed-dir-firstfile.tar", "mixed-otherfile-dir-file.tar", "mixed-otherfile-file-dir.tar", "mixed-symlink-otherfile-file.tar",
        "symlink-chain-write.tar", "symlink-out-write.tar",
    ];

    // Without its directory, Nix reads a zip archive as it does one whose URL does not end in .zip.
    static readonly string[] WithoutDirectory =
    [
        .. from method in (string[])["bzip2", "deflate", "lzma", "stored"]
           from way in (string[])["cut", "cut-dir"]
           select $"{method}-{way}.zip",
    ];

    // The library that inflates knows no such filters.
    static readonly string[] RareFilters =
        [.. from size in (string[])["big", "small"] from name in (string[])["arm64", "delta", "ia64"] select $"{size}-{name}.xz"];

    // The other way round: the library that inflates does not see that the stated size is too short, and cuts the zeros at the end.
    static readonly string[] ShortLzma = ["big-size-short.lzma", "small-size-short.lzma"];

    static readonly HashSet<string> Refused = [.. Unsettled, .. WithoutDirectory, .. RareFilters];

    public static TheoryData<string> Names => [.. ArchiveVectors.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_archive_is_the_tree_that_Nix_makes_of_it(string name)
    {
        var (hash, modified) = ArchiveVectors.Answer(name);
        var isRefused = Refused.Contains(name) || (hash == "error" && !ShortLzma.Contains(name));
        // Once from a file, which can be read again, and once as it comes from a server.
        using var file = new MemoryStream(ArchiveVectors.Bytes(name));
        await using var body = new TrickleStream(ArchiveVectors.Bytes(name));
        foreach (var stream in (Stream[])[file, body])
        {
            using var folder = new TempFolder();
            var how = new Unpacking(folder.Path, ArchiveBounds.Default, name.EndsWith(".zip", StringComparison.Ordinal));
            var reading = ArchiveReader.ReadAsync(stream, how, TestContext.Current.CancellationToken);
            if (isRefused)
            {
                await Assert.ThrowsAsync<FetchException>(() => reading);
                continue;
            }
            var read = await reading;
            if (hash != "error")
                Assert.Equal(
                    (hash, modified), (read.Hash.ToString(), read.LastModified?.Seconds.ToString(CultureInfo.InvariantCulture) ?? "-"));
        }
    }
}
