using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Hostlock.Benchmarks;

/// <summary>
/// A forge on the loopback that answers as GitHub does, by HTTP/2 and certificates of its own: <c>api.github.com</c> has commits, and
/// <c>github.com</c> leads to <c>codeload.github.com</c>, which has their archives. Each ask for a commit finds a new one.
/// </summary>
sealed class Forge : IAsyncDisposable
{
    readonly WebApplication _server;
    readonly X509Certificate2 _certificate;
    readonly IReadOnlyDictionary<string, byte[]> _archives;
    int _commits;
    long _sent;

    Forge(IReadOnlyDictionary<string, byte[]> archives)
    {
        _archives = archives;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a forge of a benchmark", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (string[])["github.com", "api.github.com", "codeload.github.com"])
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listening => listening.UseHttps(_certificate)));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>Its certificate, to be trusted.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>The address of the machine that has all three hosts.</summary>
    public IPEndPoint Address => new(IPAddress.Loopback, new Uri(_server.Urls.Single()).Port);

    /// <summary>The bytes of the archives that were asked for since the last call.</summary>
    public long TakeSent() => Interlocked.Exchange(ref _sent, 0);

    /// <summary>Begins to answer.</summary>
    /// <param name="archives">The archive of each repository: <c>owner/name</c>.</param>
    public static async Task<Forge> StartAsync(IReadOnlyDictionary<string, byte[]> archives)
    {
        var forge = new Forge(archives);
        await forge._server.StartAsync();
        return forge;
    }

    /// <summary>Downloads all archives at once, and does nothing with them: what the line and this machine allow.</summary>
    /// <param name="proxy">The address of the line.</param>
    public async Task<TimeSpan> DownloadAllAsync(string proxy)
    {
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy(proxy), InitialHttp2StreamWindowSize = 1024 * 1024 };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate);
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(_archives.Keys.Select(async name =>
        {
            await using var body = await client.GetStreamAsync(new Uri($"https://codeload.github.com/{name}/archive/x.tar.gz"));
            await body.CopyToAsync(Stream.Null);
        }));
        return clock.Elapsed;
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        switch ((context.Request.Host.Host, path.Split('/')))
        {
            case ("api.github.com", [_, "repos", _, _, "commits", _]):
                return context.Response.WriteAsync($"{{\"sha\":\"{Interlocked.Increment(ref _commits):x40}\"}}");
            case ("github.com", [_, _, _, "archive", _]):
                context.Response.Redirect($"https://codeload.github.com{path}");
                return Task.CompletedTask;
            case ("codeload.github.com", [_, var owner, var name, "archive", _])
                when _archives.TryGetValue($"{owner}/{name}", out var archive):
                Interlocked.Add(ref _sent, archive.Length);
                return context.Response.Body.WriteAsync(archive).AsTask();
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
