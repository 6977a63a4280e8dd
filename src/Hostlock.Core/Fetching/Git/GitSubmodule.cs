using System.Text;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>A submodule as a .gitmodules file declares it.</summary>
/// <param name="Path">Its place in the tree.</param>
/// <param name="Url">The address as written, which may be relative.</param>
/// <param name="Branch">The branch; <c>.</c> for that of the superproject; null if none is declared.</param>
sealed record GitSubmodule(TreePath Path, string Url, string? Branch)
{
    /// <summary>The name of the file that declares submodules.</summary>
    public const string File = ".gitmodules";

    /// <summary>The most bytes that the file may have.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of submodules that is followed.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Reads the submodules that a .gitmodules file declares.</summary>
    /// <remarks>Nix 2.34.8, libfetchers/git-utils.cc, parseSubmodules.</remarks>
    public static IReadOnlyList<GitSubmodule> Parse(string text)
    {
        var modules = GitConfig.Parse(text);
        return
        [
            .. from name in modules.Subsections("submodule")
               let path = modules.Text($"submodule.{name}.path")
               where path is not null
               select new GitSubmodule(
                   TreePath.Parse(path), modules.Text($"submodule.{name}.url") ?? "", modules.Text($"submodule.{name}.branch")),
        ];
    }

    /// <summary>The submodules that the .gitmodules file of a work tree declares, with the folders in which they are checked out.</summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="url">The user's name for the repository.</param>
    /// <param name="depth">The nesting of the work tree itself, counted from 1.</param>
    /// <exception cref="HostlockException">A submodule is not checked out, or is nested too deep, or the file cannot be read.</exception>
    public static IEnumerable<(TreePath Path, string Folder, GitPlace Place)> CheckedOut(string root, string url, int depth)
    {
        if (RegularFile.TryRead(System.IO.Path.Combine(root, File), MaximumBytes) is not { } bytes)
            yield break;
        if (depth > MaximumDepth)
            throw FetchException.SubmodulesTooDeep(url, MaximumDepth);
        foreach (var submodule in Parse(Encoding.UTF8.GetString(bytes)))
        {
            var folder = System.IO.Path.Combine(root, submodule.Path.ToText());
            var place = GitPlace.OfWorkTree(folder) ?? throw FetchException.SubmoduleMissing(url, submodule.Path.ToString());
            yield return (submodule.Path, folder, place);
        }
    }

    /// <summary>The address, resolved against that of the superproject if it is relative; null if Nix makes nothing of it.</summary>
    /// <param name="superproject">The address that the superproject came from.</param>
    /// <remarks>libgit2, git_submodule_resolve_url.</remarks>
    public string? Resolve(string superproject)
    {
        if (!Url.StartsWith("./", StringComparison.Ordinal) && !Url.StartsWith("../", StringComparison.Ordinal))
            return Url.Contains(':', StringComparison.Ordinal) || Url.StartsWith('/') ? Url : null;
        // libgit2 drops one of the three slashes, and then takes the first folder for a host, so Nix fails here too.
        if (superproject.StartsWith("file:///", StringComparison.Ordinal))
            return null;
        var (at, rest) = (superproject.TrimEnd('/'), Url);
        while (true)
        {
            if (rest.StartsWith("./", StringComparison.Ordinal))
            {
                rest = rest[2..];
            }
            else if (rest.StartsWith("../", StringComparison.Ordinal))
            {
                var cut = at.LastIndexOfAny(['/', ':']);
                if (cut < 0)
                    return null;
                at = at[..(at[cut] == ':' ? cut + 1 : cut)];
                rest = rest[3..];
            }
            else
            {
                return at.EndsWith(':') ? at + rest : $"{at}/{rest.TrimEnd('/')}";
            }
        }
    }

    /// <summary>The reference that fetches the submodule.</summary>
    /// <param name="superproject">The repository that has the submodule.</param>
    /// <param name="commit">The commit that the superproject's tree names.</param>
    /// <param name="branch">The branch of the superproject, for a submodule whose branch is <c>.</c>.</param>
    /// <exception cref="FetchException">The address cannot be resolved.</exception>
    public FlakeRef Reference(GitRepository superproject, Revision commit, string branch)
    {
        var input = RefAttributes.Of(
            ("type", "git"),
            ("url", Resolve(BaseOf(superproject)) ?? throw FetchException.SubmoduleUrl(Path.ToString(), Url)),
            ("rev", commit.ToString()),
            ("submodules", true),
            ("allRefs", true));
        if (Branch is { Length: > 0 } own)
            input = input.With("ref", own == "." ? branch : own);
        return FlakeRef.FromAttributes(input, null);
    }

    // Relative addresses are resolved against the address that the superproject was cloned from.
    static string BaseOf(GitRepository superproject)
    {
        if (superproject.Place.WorkTree is not { } workTree)
            return superproject.Url;
        var config = GitConfig.OfRepository(superproject.Place);
        var upstream = superproject.Place.Head is { } head && head.StartsWith("refs/heads/", StringComparison.Ordinal)
            ? config.Text($"branch.{head["refs/heads/".Length..]}.remote")
            : null;
        return config.Text($"remote.{upstream ?? "origin"}.url") ?? config.Text("remote.origin.url") ?? workTree;
    }
}
