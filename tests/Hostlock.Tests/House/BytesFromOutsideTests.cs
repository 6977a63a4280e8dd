namespace Hostlock.Tests.House;

/// <summary>
/// Bytes from servers and archives come through one door each, which counts them: a body through ImpatientStream, what is inflated through
/// Decompression, ContentEncoding or ZipEntries.
/// </summary>
public class BytesFromOutsideTests
{
    static readonly string[] Bodies =
        ["System.Net.Http.HttpContent::ReadAs", "System.Net.Http.HttpContent::CopyTo", "System.Net.Http.HttpClient::Get"];

    static readonly string[] Decoders =
    [
        "System.IO.Compression.GZipStream::.ctor", "System.IO.Compression.ZLibStream::.ctor", "System.IO.Compression.DeflateStream::.ctor",
        "System.IO.Compression.BrotliStream::.ctor", "System.IO.Compression.ZipArchive::.ctor", "ZstdSharp.DecompressionStream::.ctor",
        "SharpCompress.Compressors.LZMA.LzmaStream::Create", "SharpCompress.Compressors.BZip2.BZip2Stream::Create",
        "SharpCompress.Compressors.Xz.Filters.Lzma2Filter::.ctor", "System.Formats.Tar.TarReader::.ctor",
    ];

    static readonly (string Caller, string Called)[] Calls =
    [
        .. from call in CompiledCode.LibraryCalls
           select (call.Caller, $"{call.Callee}::{call.Called.Name}"),
    ];

    [Fact]
    public void The_body_of_an_answer_is_read_through_one_door() =>
        // A gate reads the status of an answer, and nothing of its body.
        Assert.Equal(["Hostlock.Fetching.Http.HttpDownloads", "Hostlock.Rollouts.Gates.GateRun"], CallersOf(Bodies));

    [Fact]
    public void What_inflates_is_made_where_it_is_counted() =>
        Assert.Equal(
            [
                "Hostlock.Fetching.Archives.Decompression",
                "Hostlock.Fetching.Archives.ZipEntries",
                "Hostlock.Fetching.Compression.BzipMembers",
                "Hostlock.Fetching.Compression.ContentEncoding",
                "Hostlock.Fetching.Compression.GzipMembers",
                "Hostlock.Fetching.Compression.XzStream",
                "Hostlock.Fetching.Git.Objects.LooseObject",
                "Hostlock.Fetching.Git.Objects.PackFile",
            ],
            CallersOf(Decoders));

    static IEnumerable<string> CallersOf(string[] doors) =>
        Calls.Where(call => doors.Any(door => call.Called.StartsWith(door, StringComparison.Ordinal)))
            .Select(call => call.Caller).Distinct().Order(StringComparer.Ordinal);
}
