using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>Reads a word that names a source: a path that exists on disk, or else a flake reference.</summary>
public static class NamedSource
{
    /// <summary>
    /// The reference for a word. A folder is taken with everything in it, a file as an archive, and any other word as a flake reference.
    /// </summary>
    /// <param name="word">A path or a flake reference.</param>
    /// <param name="currentFolder">The folder that relative paths start in.</param>
    /// <param name="warnings">Takes what is odd about a reference.</param>
    /// <exception cref="PlatformException">The word can only be a path, and nothing is there.</exception>
    /// <exception cref="HostlockException">The word is not a reference.</exception>
    public static FlakeRef Reference(string word, string currentFolder, ICollection<Warning> warnings)
    {
        var path = Path.GetFullPath(word, currentFolder);
        if (Directory.Exists(path))
            return FlakeRef.FromAttributes(RefAttributes.Of(("type", "path"), ("path", path)), null);
        if (!File.Exists(path))
            return IsPath(word) ? throw PlatformException.NoFile(word) : FlakeRef.ParseArgument(word, currentFolder, warnings);
        var url = "file://" + string.Join('/', path.Split('/').Select(FlakeUrl.EncodeSegment));
        return FlakeRef.FromAttributes(RefAttributes.Of(("type", "tarball"), ("url", url)), null);
    }

    // A mark of a query or a fragment makes a word a reference, as Nix takes it.
    static bool IsPath(string word) =>
        Array.Exists(["/", "./", "../"], start => word.StartsWith(start, StringComparison.Ordinal)) && word.IndexOfAny(['?', '#']) < 0;
}
