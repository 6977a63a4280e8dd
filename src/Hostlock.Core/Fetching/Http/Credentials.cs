using System.Text;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Adds tokens and passwords to requests. They are bound to scheme, host and port, so that no redirect carries them elsewhere. curl binds
/// tokens in the same way, but sends the logins of netrc to every host they name, over plain HTTP too.
/// </summary>
/// <param name="first">The first address, with a user and a password if it has them.</param>
/// <param name="token">The access token; null if there is none.</param>
/// <param name="netrcFile">The path of the netrc file.</param>
sealed class Credentials(Uri first, TokenHeader? token, string netrcFile)
{
    /// <summary>Adds the credentials that the address of a request may get.</summary>
    public void AddTo(HttpRequestMessage request)
    {
        var address = request.RequestUri!;
        if (token is not null && IsSecure(address) && (address.Host == token.Host || address.Host == $"api.{token.Host}"))
            request.Headers.TryAddWithoutValidation(token.Name, token.Value);
        else if (LoginFor(address) is var (login, password))
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}")));
    }

    (string, string)? LoginFor(Uri address)
    {
        var isFirst = address.Scheme == first.Scheme && address.Host == first.Host && address.Port == first.Port;
        var stated = address.UserInfo.Length > 0 ? address.UserInfo : isFirst ? first.UserInfo : "";
        var parts = stated.Split(':', 2);
        string? user = stated.Length > 0 ? Uri.UnescapeDataString(parts[0]) : null;
        if (parts.Length == 2)
            return (user!, Uri.UnescapeDataString(parts[1]));
        // After a redirect, only an entry for exactly that host counts.
        var login = isFirst || IsSecure(address)
            ? Netrc.Find(netrcFile, address.Host.Trim('[', ']'), user is "" ? null : user, takesDefault: isFirst)
            : null;
        return login ?? (user is null ? null : (user, ""));
    }

    static bool IsSecure(Uri address) => address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort;
}
