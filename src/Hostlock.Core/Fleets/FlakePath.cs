using System.Globalization;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets;

/// <summary>The paths, relative to a flake, that hostlock works with. They come from hostlock.toml, which anybody may have
/// written.</summary>
static class FlakePath
{
    const int MaximumLength = 1024;

    // The names by which a file system may know .git besides its own: in other cases, and the short name of MS-DOS.
    static readonly string[] GitFolders = [".git", "git~1"];

    // The beginnings of the names of files that hostlock writes beside others, and deletes again.
    const string OwnRecords = ".hostlock-";

    static readonly string[] Reserved =
        [".gitattributes", ".gitignore", ".gitmodules", ".mailmap", FleetFolder.FlakeFile, FleetFolder.Library, FleetFile.Name];

    // Characters of a git pattern or of a misspelt {host}, and those that begin an option, a comment or a pattern.
    static readonly AsciiSet Patterns = AsciiSet.Of("*?[]{}");
    static readonly AsciiSet Marks = AsciiSet.Of(":!#-");

    /// <summary>True if a path stays within the flake and outside of git's own folder, links aside.</summary>
    public static bool IsWithin(string path) => WhyNotWithin(path) is null;

    /// <summary>The reason for which a path leads out of the flake, or into git's own folder; null if it does neither, links
    /// aside.</summary>
    /// <param name="path">The path.</param>
    public static string? WhyNotWithin(string path)
    {
        if (path.Length == 0)
            return "it is empty";
        if (path.Length > MaximumLength)
            return string.Create(CultureInfo.InvariantCulture, $"it has more than {MaximumLength} characters");
        if (path[0] == '/')
            return "it begins with '/', and each clone lies elsewhere";
        if (path.Any(c => c == '\\' || char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format))
            return "it has a backslash, or a character that nobody sees";
        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or "..")
                return part.Length == 0 ? "it has an empty part, between two '/' or at its end" : $"it has a part '{part}'";
            if (IsGitFolder(part))
                return $"'{part}' is git's own folder";
        }
        return null;
    }

    /// <summary>True if a path may be that of a lock: it is within the flake, no other file of git or of a flake, and no pattern.</summary>
    public static bool IsFitForLock(string path)
    {
        var parts = path.Split('/');
        return IsWithin(path)
            && !path.Any(Patterns.Contains)
            && !Marks.Contains(path[0])
            && !parts.Any(part => Reserved.Any(name => IsCalled(part, name)))
            && !parts.Any(part => part.StartsWith(OwnRecords, StringComparison.OrdinalIgnoreCase))
            && !path.EndsWith(".nix", StringComparison.OrdinalIgnoreCase)
            && !path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)
            && !(IsCalled(parts[^1], FleetFolder.RootLock) && parts[^1] != FleetFolder.RootLock);
    }

    /// <summary>True if the name of a folder is that of git's own folder, on any file system.</summary>
    public static bool IsGitFolder(string name)
    {
        // Windows reads no further than a colon, and no dots and blanks at the end.
        var known = name.Split(':', 2)[0].TrimEnd('.', ' ');
        return GitFolders.Any(folder => IsCalled(known, folder));
    }

    static bool IsCalled(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
