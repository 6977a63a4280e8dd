using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hostlock.Tests.Support;
using WebRequest = Hostlock.Tests.Support.WebRequest;

namespace Hostlock.Conformance.Support;

/// <summary>
/// The web behind a proxy on the loopback: it is every https host that is asked for, by certificates of an authority of its own. Whoever
/// has its address as <c>https_proxy</c> and trusts the authority meets nothing else.
/// </summary>
sealed class ForgeProxy : LoopbackServer
{
    // Certificates take longer to make than most tests, so all proxies have the same.
    static readonly Lazy<X509Certificate2> Authority = new(MakeAuthority);
    static readonly ConcurrentDictionary<string, Lazy<X509Certificate2>> Certificates = [];

    public ForgeProxy(Func<WebRequest, WebAnswer> answer)
        : base(answer)
    {
    }

    /// <summary>The authority's certificate, as it goes into a file of trusted ones.</summary>
    public static string AuthorityPem => Authority.Value.ExportCertificatePem();

    /// <summary>The variables with which a program is in this web and no other.</summary>
    public Dictionary<string, string> Variables(string certificates) => new()
    {
        ["https_proxy"] = Url,
        ["http_proxy"] = Url,
        ["no_proxy"] = "",
        ["NIX_SSL_CERT_FILE"] = certificates,
        // Each program would read some hundred certificates of the machine.
        ["SSL_CERT_DIR"] = "/dev/null",
    };

    protected override async Task SpeakAsync(Stream stream, CancellationToken stop)
    {
        if (await ReadAsync(stream, null, stop) is not { } first)
            return;
        if (first.Method != "CONNECT")
        {
            // Plain HTTP by a proxy names the whole address.
            var address = new Uri(first.Target);
            await AnswerOneAsync(stream, first with { Host = address.Authority, Target = address.PathAndQuery }, stop);
            return;
        }
        await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
        var host = first.Target.Split(':')[0];
        await using var secured = new SslStream(stream);
        var certificate = Certificates.GetOrAdd(host, name => new(() => MakeCertificate(name))).Value;
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
        await AnswerAllAsync(secured, host, stop);
    }

    static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    static X509Certificate2 MakeCertificate(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var serial = RandomNumberGenerator.GetBytes(8);
        using var signed = request.Create(
            Authority.Value, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(20), serial);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
