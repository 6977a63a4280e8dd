using System.Runtime.InteropServices;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Finds the certificates of the authorities that TLS trusts. OpenSSL looks in the folder it was built for, which is seldom the right one
/// on a machine with Nix.
/// </summary>
public static partial class Certificates
{
    const string Variable = "SSL_CERT_FILE";

    // Nix looks in these places (Nix 2.34.8, libstore/globals.cc, getDefaultSSLCertFile); the rest are those of other systems.
    static readonly string[] UsualPlaces =
    [
        "/etc/ssl/certs/ca-certificates.crt",
        "/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt",
        "/etc/ssl/certs/ca-bundle.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    ];

    /// <summary>
    /// Sets SSL_CERT_FILE to the file that Nix would choose: that of nix.conf, then NIX_SSL_CERT_FILE. It must be called before the first
    /// connection.
    /// </summary>
    /// <param name="variables">The environment.</param>
    /// <param name="setting">The value of <c>ssl-cert-file</c> in nix.conf; null if it has none.</param>
    public static void Choose(IReadOnlyDictionary<string, string> variables, string? setting)
    {
        var chosen = setting is { Length: > 0 } ? setting
            : variables.GetValueOrDefault("NIX_SSL_CERT_FILE") is { Length: > 0 } set ? set
            : variables.GetValueOrDefault(Variable) is { Length: > 0 } ? null
            : UsualPlaces.FirstOrDefault(File.Exists);
        // The runtime keeps its own copy of the variables, but OpenSSL reads those of the process.
        if (chosen is not null)
            _ = SetVariable(Variable, chosen, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int replaces);
}
