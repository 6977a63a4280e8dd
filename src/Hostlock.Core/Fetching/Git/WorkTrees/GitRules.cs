using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The files of a work tree by which git judges other files: .gitattributes and .gitignore.</summary>
static class GitRules
{
    /// <summary>The largest size of such a file, in bytes. git itself passes over a larger .gitattributes.</summary>
    /// <remarks>git 2.39, attr.h, ATTR_MAX_FILE_SIZE.</remarks>
    public const long MaximumBytes = 100 * 1024 * 1024;

    static readonly string[] Names = [".gitattributes", ".gitignore"];

    /// <summary>
    /// Refuses files of this kind that are no files, in the folders that git looks into on its way to some paths. git would wait for a
    /// pipe, and not come to the end of a device.
    /// </summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="paths">The paths that git is to judge, from the root of the work tree.</param>
    /// <exception cref="PlatformException">A file is a pipe, a device or a folder, or is too large.</exception>
    public static void RefuseOdd(string root, IEnumerable<TreePath> paths)
    {
        RefuseOddIn(root, TreePath.Root);
        var seen = new HashSet<TreePath> { TreePath.Root };
        foreach (var path in paths)
        {
            foreach (var folder in path.Folders)
            {
                if (seen.Add(folder))
                    RefuseOddIn(root, folder);
            }
        }
    }

    static void RefuseOddIn(string root, TreePath folder)
    {
        byte[] start = [.. Encoding.UTF8.GetBytes(root), (byte)'/', .. folder.Bytes, (byte)'/'];
        foreach (var name in Names)
            RegularFile.Refuse([.. start, .. Encoding.ASCII.GetBytes(name)], MaximumBytes);
    }
}
