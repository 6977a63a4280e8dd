using Hostlock.Platform;

namespace Hostlock.Fetching.Http;

/// <summary>Logins by machine, from a netrc file.</summary>
/// <remarks>ftp(1), "The .netrc file"; Nix hands it to curl.</remarks>
static class Netrc
{
    const int MaximumBytes = 1024 * 1024;

    /// <summary>The login for a host, or null.</summary>
    public static (string Login, string Password)? Find(string file, string host)
    {
        if (RegularFile.TextIfReadable(file, MaximumBytes) is not { } text)
            return null; // no file, or not ours to read
        var words = text.Split((char[])[' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        string? login = null, password = null;
        var (isOurs, isFound) = (false, false);
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "machine" or "default":
                    if (isFound)
                        return (login ?? "", password ?? "");
                    isOurs = words[i] == "default" || (i + 1 < words.Length && words[i + 1] == host);
                    isFound = isOurs;
                    i += words[i] == "machine" ? 1 : 0;
                    break;
                case "login" when isOurs && i + 1 < words.Length:
                    login = words[++i];
                    break;
                case "password" when isOurs && i + 1 < words.Length:
                    password = words[++i];
                    break;
                default:
                    break;
            }
        }
        return isFound ? (login ?? "", password ?? "") : null;
    }
}
