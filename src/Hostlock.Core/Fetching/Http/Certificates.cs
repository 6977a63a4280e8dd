using System.Runtime.InteropServices;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Finds the certificates of the authorities that TLS trusts. OpenSSL looks in the folder it was built for, which is seldom the right one
/// on a machine with Nix.
/// </summary>
public static partial class Certificates
{
    const string Variable = "SSL_CERT_FILE";
    const string Folder = "SSL_CERT_DIR";

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
    /// Sets SSL_CERT_FILE to the file that Nix would choose: that of nix.conf, then NIX_SSL_CERT_FILE. If there is such a file, a folder of
    /// certificates counts only if SSL_CERT_DIR names it: Nix trusts the file alone, and on many systems the folder has the same
    /// certificates twice more. It must be called before the first connection.
    /// </summary>
    /// <param name="variables">The environment.</param>
    /// <param name="setting">The value of <c>ssl-cert-file</c> in nix.conf; null if it has none.</param>
    public static void Choose(IReadOnlyDictionary<string, string> variables, string? setting)
    {
        var chosen = setting is { Length: > 0 } ? setting
            : variables.GetValueOrDefault("NIX_SSL_CERT_FILE") is { Length: > 0 } set ? set
            : variables.GetValueOrDefault(Variable) is { Length: > 0 } given ? given
            : UsualPlaces.FirstOrDefault(File.Exists);
        if (chosen is null)
            return;
        // The runtime keeps its own copy of the variables, but OpenSSL reads those of the process.
        _ = SetVariable(Variable, chosen, 1);
        // A folder that does not exist is passed over; an empty name would be that of the folder OpenSSL was built for.
        _ = SetVariable(Folder, "/dev/null", 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int replaces);
}
