using System.Runtime.InteropServices;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Where the certificates of the authorities are that TLS trusts. OpenSSL looks where it was built to look, which is seldom
/// where a machine with Nix has them.
/// </summary>
public static partial class Certificates
{
    const string Variable = "SSL_CERT_FILE";

    // The places Nix looks in (Nix 2.34.8, libstore/globals.cc, getDefaultSSLCertFile), and those of other systems.
    static readonly string[] UsualPlaces =
    [
        "/etc/ssl/certs/ca-certificates.crt",
        "/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt",
        "/etc/ssl/certs/ca-bundle.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    ];

    /// <summary>Sets SSL_CERT_FILE as Nix would choose it: nix.conf first, then NIX_SSL_CERT_FILE. To be called before the first connection.</summary>
    /// <param name="variables">The environment.</param>
    /// <param name="setting">What <c>ssl-cert-file</c> of nix.conf says, or null.</param>
    public static void Choose(IReadOnlyDictionary<string, string> variables, string? setting)
    {
        var chosen = setting is { Length: > 0 } ? setting
            : variables.GetValueOrDefault("NIX_SSL_CERT_FILE") is { Length: > 0 } set ? set
            : variables.GetValueOrDefault(Variable) is { Length: > 0 } ? null
            : UsualPlaces.FirstOrDefault(File.Exists);
        // The runtime keeps its own copy of the variables; OpenSSL reads those of the process.
        if (chosen is not null)
            _ = SetVariable(Variable, chosen, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int replaces);
}
