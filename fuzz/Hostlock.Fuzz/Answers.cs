using System.Net;
using Hostlock.Fetching;
using Hostlock.Fetching.Forges;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fuzz;

/// <summary>
/// What servers answer: a status line, headers and a body, as bytes on a connection. Each answer is read as the JSON of a forge, as a list
/// of refs, as a registry, as a file and as an archive.
/// </summary>
static class Answers
{
    /// <summary>Answers as servers give them.</summary>
    public static IEnumerable<string> Seeds =>
    [
        Answer($$"""{"sha": "{{Id}}", "commit": { "committer": { "date": "2026-01-02T03:04:05Z" } } }"""),
        Answer($$"""[{"id": "{{Id}}", "committed_date": "2026-01-02T03:04:05+02:00"}]"""),
        Answer("""{"status": "ahead", "ahead_by": 7, "total_commits": 7}"""),
        Answer($"{Id}\trefs/heads/main\n{Id}\trefs/tags/v1\n"),
        Answer("ref: refs/heads/main\n"),
        Answer("""
            {"version": 2, "flakes": [{"from": {"type": "indirect", "id": "nixpkgs"}, "to": {"type": "path", "path": "/x"}, "exact": true}]}
            """),
        Answer("contents", "ETag: \"x\"", "Link: <https://h.test/a.tar.gz?rev=1>; rel=\"immutable\"", "Content-Encoding: gzip"),
        "HTTP/1.1 302 Found\r\nLocation: https://other.test/x\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nx-ratelimit-remaining: 0\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"sha\r\n3;x=y\r\n\": \r\n0\r\nTrailer: z\r\n\r\n",
        "HTTP/1.0 304 Same\r\n\r\n",
    ];

    /// <summary>Pieces of answers.</summary>
    public static string[] Words =>
    [
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Location: ",
        "http://",
        "file:///", "//[::1", "Content-Encoding: br\r\n", "zstd", "deflate", "ETag: \"", "Link: <", ">; rel=\"immutable\"", "Retry-After: ",
        "\r\n\r\n", "\r\n", "\0", "{", "}", "[", "]", "\"", "\\ud800", "-1", "1e999", "null", "true", Id, "\t",
        "refs/heads/", "ref: ", "(a+)+",
    ];

    const string Id = "0123456789abcdef0123456789abcdef01234567";

    static readonly NixSettings Settings = NixSettings.Read(new Dictionary<string, string>
    {
        ["HOME"] = "/nowhere",
        ["NIX_CONF_DIR"] = "/nowhere",
        ["NIX_CONFIG"] = "download-attempts = 1\naccess-tokens = github.com=x gitlab.com=PAT:y\nstalled-download-timeout = 5\n",
    });

    static string Folder => Path.Combine(Path.GetTempPath(), "hostlock-fuzz");

    /// <summary>Reads an answer, in one of the ways in which answers are read.</summary>
    public static void Read(byte[] answer)
    {
        using var downloads = new HttpDownloads(() => new Plain(Wire(answer)), Settings, TimeProvider.System);
        var forges = new ForgeRevisions(downloads, Settings);
        Task reading = (answer.Length % 7) switch
        {
            0 => AskAsync(forges, "github:acme/a"),
            1 => AskAsync(forges, "gitlab:acme/a/main"),
            2 => AskAsync(forges, "sourcehut:~ada/a"),
            3 => forges.DistanceAsync(Reference("github:acme/a"), Revision.Parse(Id), Revision.Parse(Id), CancellationToken.None),
            4 => RegistryAsync(downloads),
            5 => FetchAsync(downloads, "https://h.test/a", isFile: true),
            _ => FetchAsync(downloads, "https://h.test/a.tar.gz", isFile: false),
        };
        reading.GetAwaiter().GetResult();
    }

    static FlakeRef Reference(string text) => FlakeRef.ParseInput(text, wantsTree: true, null, null);

    static async Task AskAsync(ForgeRevisions forges, string text)
    {
        var reference = Reference(text);
        if (reference.Scheme.Locate(reference.Input, hasToken: false) is TreeLocation.Branch branch)
            await forges.AskAsync(reference, branch.Question, CancellationToken.None);
    }

    static async Task RegistryAsync(HttpDownloads downloads) =>
        _ = FlakeRegistry.Read("registry", await downloads.GetTextAsync("https://h.test/r", null, CancellationToken.None), [])
            .Find(Reference("flake:nixpkgs/main"));

    static async Task FetchAsync(HttpDownloads downloads, string url, bool isFile)
    {
        using var archives = new DownloadedArchives(Folder);
        var fetcher = new TarballFetcher(downloads, archives, new FetchCache(Folder), Folder, FetchMode.Usual);
        if (isFile)
            await fetcher.FetchFileAsync(Reference($"file+{url}"), url, CancellationToken.None);
        else
            await fetcher.FetchAsync(Reference(url), url, null, CancellationToken.None);
    }

    // Each connection is answered with the same bytes, whatever is asked.
    static SocketsHttpHandler Wire(byte[] answer) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new Connection(answer)),
    };

    static string Answer(string body, params IEnumerable<string> headers) =>
        $"HTTP/1.1 200 OK\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Content-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Asks without encryption, whatever the address says.</summary>
    sealed class Plain(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = "http", Port = 80 }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A connection on which anything may be sent, and these bytes come.</summary>
    sealed class Connection(byte[] answer) : ForwardStream
    {
        readonly MemoryStream _answer = new(answer);

        public override bool CanWrite => true;

        public override int Read(Span<byte> buffer) => _answer.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _answer.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
