using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>A submodule as .gitmodules declares it.</summary>
/// <param name="Path">Its place in the tree.</param>
/// <param name="Url">Its address as written; may be relative.</param>
/// <param name="Branch">Its branch, <c>.</c> for that of the superproject, or null.</param>
sealed record GitSubmodule(TreePath Path, string Url, string? Branch)
{
    public const string File = ".gitmodules";

    /// <summary>Deepest nesting of submodules that is followed.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The submodules that the text of a .gitmodules declares.</summary>
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

    /// <summary>The submodules of a work tree that the .gitmodules on its disk declares, and where they are checked out.</summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="url">What the user calls its repository.</param>
    /// <param name="depth">How deep the work tree itself lies in others, counted from 1.</param>
    /// <exception cref="FetchException">A submodule is not there, or is nested too deep.</exception>
    public static IEnumerable<(TreePath Path, string Folder, GitPlace Place)> CheckedOut(string root, string url, int depth)
    {
        if (GitPlace.Text(System.IO.Path.Combine(root, File)) is not { } text)
            yield break;
        if (depth > MaximumDepth)
            throw FetchException.SubmodulesTooDeep(url, MaximumDepth);
        foreach (var submodule in Parse(text))
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
        // libgit2 drops one of the three slashes, and then the first folder is taken for a host: Nix fails here too.
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

    /// <summary>The reference by which the submodule is fetched.</summary>
    /// <param name="superproject">The repository that has it.</param>
    /// <param name="commit">The commit that the superproject's tree names.</param>
    /// <param name="branch">The branch of the superproject, for a submodule that is on the same.</param>
    /// <exception cref="FetchException">Its address leads nowhere.</exception>
    public FlakeRef Reference(GitRepository superproject, string commit, string branch)
    {
        var input = RefAttributes.Of(
            ("type", "git"),
            ("url", Resolve(BaseOf(superproject)) ?? throw FetchException.SubmoduleUrl(Path.ToString(), Url)),
            ("rev", commit),
            ("submodules", true),
            ("allRefs", true));
        if (Branch is { Length: > 0 } own)
            input = input.With("ref", own == "." ? branch : own);
        return FlakeRef.FromAttributes(input, null);
    }

    // What the address of a submodule is relative to: where the superproject came from.
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
