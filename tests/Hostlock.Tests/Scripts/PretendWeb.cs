using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace Hostlock.Tests.Scripts;

/// <summary>The internet as the sections <c>http/HOST/PATH</c> of a script tell it. What is not told is 404, and remembered.</summary>
sealed class PretendWeb(IReadOnlyDictionary<string, string> answers, string folder) : HttpMessageHandler
{
    readonly ConcurrentQueue<string> _asked = [];

    /// <summary>The requests, in order: <c>GET api.github.com/repos/…</c>.</summary>
    public IEnumerable<string> Asked => _asked;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = $"{request.RequestUri!.Authority}{request.RequestUri.PathAndQuery}";
        _asked.Enqueue($"{request.Method} {address}");
        var answer = answers.TryGetValue(address, out var text) ? Answer(text) : new(HttpStatusCode.NotFound)
        {
            Content = new StringContent("not in this script"),
        };
        answer.RequestMessage = request;
        return Task.FromResult(answer);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).Result;

    HttpResponseMessage Answer(string text)
    {
        var (status, headers, body) = (HttpStatusCode.OK, Array.Empty<string>(), text);
        if (text.StartsWith("HTTP ", StringComparison.Ordinal))
        {
            var end = text.IndexOf("\n\n", StringComparison.Ordinal);
            var head = (end < 0 ? text : text[..end]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            status = (HttpStatusCode)int.Parse(head[0][5..], CultureInfo.InvariantCulture);
            headers = head[1..];
            body = end < 0 ? "" : text[(end + 2)..];
        }
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent(Body(body)) };
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim());
            if (!answer.Headers.TryAddWithoutValidation(name, value))
                answer.Content.Headers.TryAddWithoutValidation(name, value);
        }
        return answer;
    }

    // 'tar.gz of trees/lib' is that folder of the script as an archive, under one folder as forges send it.
    byte[] Body(string body)
    {
        const string archive = "tar.gz of ";
        if (!body.StartsWith(archive, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(body);
        var root = Path.Combine(folder, body[archive.Length..].Trim());
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest), TarEntryFormat.Pax, leaveOpen: false))
        {
            foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                using var contents = File.OpenRead(file);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"source/{Path.GetRelativePath(root, file)}")
                {
                    ModificationTime = Script.Now,
                    DataStream = contents,
                });
            }
        }
        return bytes.ToArray();
    }
}
