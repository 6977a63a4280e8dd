using System.Text;

namespace Hostlock.Fetching.Http;

/// <summary>
/// Who asks, said only to whom it is meant for: tokens and passwords are bound to scheme, host and port, so that no redirect leads them
/// elsewhere. curl binds a token so, and gives the logins of netrc to every host they name, over plain HTTP too.
/// </summary>
/// <param name="first">The address that was asked for, with its user and password if it has some.</param>
/// <param name="token">A token to send along; null for none.</param>
/// <param name="netrcFile">The file of machine, login and password.</param>
sealed class Credentials(Uri first, TokenHeader? token, string netrcFile)
{
    /// <summary>Adds what the address of a request may know.</summary>
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
        // Where a redirect leads, only an entry for that very host counts.
        var login = isFirst || IsSecure(address)
            ? Netrc.Find(netrcFile, address.Host.Trim('[', ']'), user is "" ? null : user, takesDefault: isFirst)
            : null;
        return login ?? (user is null ? null : (user, ""));
    }

    static bool IsSecure(Uri address) => address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort;
}
