using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>The number of connections that simultaneous requests take, if the server and nix.conf allow HTTP/2 or do not.</summary>
public class HttpVersionsTests
{
    const int Requests = 12;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "", "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "", "HTTP/1.1")]
    [InlineData(HttpProtocols.Http1AndHttp2, "http2 = false", "HTTP/1.1")]
    public async Task HTTP_2_is_spoken_if_the_server_and_the_settings_have_it(HttpProtocols protocols, string setting, string version)
    {
        Assert.Equal([version], (await AskAsync(protocols, setting)).Select(request => request.Protocol).Distinct());
    }

    [Fact]
    public async Task Requests_to_one_server_share_a_connection()
    {
        Assert.Single((await AskAsync(HttpProtocols.Http1AndHttp2, "")).Select(request => request.Connection).Distinct());
    }

    // The protocol and the connection of each request. All requests are made at once.
    static async Task<IReadOnlyCollection<(string Protocol, string Connection)>> AskAsync(HttpProtocols protocols, string setting)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(
            IPAddress.Loopback,
            0,
            listening =>
            {
                listening.Protocols = protocols;
                listening.UseHttps(certificate);
            }));
        await using var server = builder.Build();
        var asked = new ConcurrentQueue<(string, string)>();
        server.Run(async context =>
        {
            asked.Enqueue((context.Request.Protocol, context.Connection.Id));
            await context.Response.WriteAsync("there", Stop);
        });
        await server.StartAsync(Stop);

        var settings = NixSettings.Read(new Dictionary<string, string>
        {
            ["HOME"] = "/nonexistent",
            ["NIX_CONF_DIR"] = "/nonexistent",
            ["NIX_CONFIG"] = setting,
        });
        using var downloads = new HttpDownloads(
            () => new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new() { RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown) },
            },
            settings,
            TimeProvider.System);
        var texts = await Task.WhenAll(
            Enumerable.Range(0, Requests).Select(i => downloads.GetTextAsync($"{server.Urls.Single()}/{i}", null, Stop)));

        Assert.Equal(Enumerable.Repeat("there", Requests), texts);
        Assert.Equal(Requests, asked.Count);
        return asked;
    }
}
