using System.Text;
using Hostlock.Nar;

namespace Hostlock.Fetching.Archives;

/// <summary>The names that members of archives may have.</summary>
static class ArchiveNames
{
    const int MaximumName = 255;

    /// <summary>The path of a member.</summary>
    /// <param name="path">The path as the archive has it.</param>
    /// <exception cref="FetchException">One of its names is refused.</exception>
    public static TreePath Of(ReadOnlySpan<byte> path)
    {
        var canonical = TreePath.Of(path);
        foreach (var name in canonical.Names)
            Check(name.Bytes);
        return canonical;
    }

    /// <summary>
    /// Refuses a name that a tree cannot hold. Nix keeps trees in a git object store, which refuses such a name in any folder.
    /// </summary>
    /// <remarks>libgit2, git_path_validate.</remarks>
    /// <exception cref="FetchException">The name is refused.</exception>
    public static void Check(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaximumName)
            throw FetchException.BadArchive($"a name has more than {MaximumName} bytes");
        var stream = name.IndexOf((byte)':');
        var plain = (stream < 0 ? name : name[..stream]).TrimEnd(" ."u8);
        if (Ascii.EqualsIgnoreCase(plain, ".git"u8) || Ascii.EqualsIgnoreCase(plain, "git~1"u8))
            throw FetchException.BadArchive($"it has an entry named '{Encoding.UTF8.GetString(name)}'");
    }

    /// <summary>Refuses an empty link target, and one that no link can have.</summary>
    /// <exception cref="FetchException">The target is refused.</exception>
    public static void CheckTarget(ReadOnlySpan<byte> target, string member)
    {
        if (target.IsEmpty)
            throw FetchException.BadArchive($"the link '{member}' leads nowhere");
        if (target.Length > ArchiveBounds.Target)
            throw FetchException.ArchiveTooLarge("the target of a link in bytes", ArchiveBounds.Target);
    }

    /// <summary>Refuses a member that is nested too deep.</summary>
    public static void CheckDepth(int depth, string member)
    {
        if (depth >= NarWriter.MaximumDepth)
            throw FetchException.BadArchive($"'{member}' is nested deeper than {NarWriter.MaximumDepth} levels");
    }
}
