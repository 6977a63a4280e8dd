namespace Hostlock.Flakes;

/// <summary>The texts that git takes for the name of a branch, a tag or a reference.</summary>
/// <remarks>
/// git-check-ref-format(1); Nix 2.34.8 asks libgit2 whether any of the three holds, and also refuses <c>@</c> and DEL. libgit2 also takes
/// some names that git takes for options or for something to leave out (<c>-a/b</c>, <c>^</c>, <c>^a/b</c>): these name nothing here.
/// </remarks>
static class GitRefName
{
    public static bool IsLegal(string name)
    {
        if (name.Length == 0 || name == "@" || name[0] is '-' or '/' || name[^1] is '/' or '.')
            return false;
        if (name.Contains("..", StringComparison.Ordinal)
            || name.Contains("@{", StringComparison.Ordinal)
            || name.Contains("//", StringComparison.Ordinal))
            return false;
        return name.ContainsOnly(c => c is > ' ' and not '\u007F' and not ('~' or '^' or ':' or '?' or '*' or '[' or '\\'))
            && name.Split('/').All(part => !part.StartsWith('.') && !part.EndsWith(".lock", StringComparison.Ordinal));
    }
}
