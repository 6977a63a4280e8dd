using Hostlock.Flakes;

namespace Hostlock.Fetching;

/// <summary>A source by the word for it: what exists on disk is meant as it is, anything else is a flake reference.</summary>
public static class NamedSource
{
    /// <summary>The reference: a folder with everything in it, a file as an archive, or what the word says.</summary>
    /// <param name="word">A path or a flake reference.</param>
    /// <param name="currentFolder">The folder that relative paths start in.</param>
    /// <exception cref="HostlockException">The word is no reference.</exception>
    public static FlakeRef Reference(string word, string currentFolder)
    {
        var path = Path.GetFullPath(word, currentFolder);
        if (Directory.Exists(path))
            return FlakeRef.FromAttributes(RefAttributes.Of(("type", "path"), ("path", path)), null);
        if (!File.Exists(path))
            return FlakeRef.ParseArgument(word, currentFolder);
        var url = "file://" + string.Join('/', path.Split('/').Select(segment => FlakeUrl.Encode(segment, ":@")));
        return FlakeRef.FromAttributes(RefAttributes.Of(("type", "tarball"), ("url", url)), null);
    }
}
