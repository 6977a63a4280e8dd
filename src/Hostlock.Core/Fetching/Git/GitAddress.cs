using Hostlock.Flakes;

namespace Hostlock.Fetching.Git;

/// <summary>Addresses of repositories and names of refs, as git understands them.</summary>
static class GitAddress
{
    /// <summary>The address in the form that git gets.</summary>
    /// <param name="url">The address in the reference.</param>
    /// <exception cref="FetchException">git must not get such an address.</exception>
    public static string Of(string url)
    {
        // git would run a program for ext::, and would read a leading dash as an option.
        if (url.StartsWith('-')
            || FlakeUrl.TryParse(url) is not { Scheme: "https" or "http" or "ssh" or "git" or "file" or "ftp" or "ftps" } parsed)
            throw FetchException.GitUrl(url, "only https, http, ssh, git, file and ftp addresses are");
        // A dir in an old lock's url is not part of the address.
        return parsed.Query.ContainsKey("dir") ? (parsed with { Query = parsed.Query.Remove("dir") }).ToString() : url;
    }

    /// <summary>The folder of a <c>file:</c> URL; null for any other.</summary>
    public static string? LocalFolder(string url) =>
        FlakeUrl.TryParse(url) is { Scheme: "file" } parsed ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.PathText)) : null;

    /// <summary>The full name of a ref; a short name is that of a branch.</summary>
    public static string FullName(string name) =>
        name == "HEAD" || name.StartsWith("refs/", StringComparison.Ordinal) ? name : $"refs/heads/{name}";
}
