using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>
/// The one way in which a file of the user's repository is written or deleted. A repository is made by others as well: its links must not
/// choose
/// which files of this machine are replaced, and what is no regular file is left alone. Files are replaced whole, all or none.
/// </summary>
/// <remarks>
/// Whoever writes has reserved the flake (<see cref="FleetFolder.Reserve"/>): what is left beside of earlier runs is cleared away.
/// </remarks>
/// <param name="root">The folder of the flake, absolute.</param>
public sealed class RepositoryFiles(string root)
{
    /// <summary>Replaces a file, or makes it with the folders on the way.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <param name="contents">What it shall hold.</param>
    /// <exception cref="HostlockException">It leads out of the flake, is no regular file, or cannot be written.</exception>
    public void Replace(string path, ReadOnlyMemory<byte> contents) => ReplaceAll([(path, contents)]);

    /// <summary>
    /// Replaces files, or makes them with the folders on the way: all are written beside before the first is renamed, in the order given.
    /// </summary>
    /// <param name="files">Paths relative to the flake, and what each shall hold.</param>
    /// <exception cref="HostlockException">One leads out of the flake, is no regular file, or cannot be written.</exception>
    public void ReplaceAll(IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)> files)
    {
        foreach (var (path, _) in files)
            RefuseLeadingOut(path);
        foreach (var folder in files.Select(file => Path.GetDirectoryName(Full(file.Path))!).Distinct())
        {
            AtomicFile.CreateFolder(folder);
            AtomicFile.ClearLeftovers(folder);
        }
        AtomicFile.ReplaceAll([.. files.Select(file => (Full(file.Path), file.Contents))]);
    }

    /// <summary>Deletes a file, if it is there, and its folder, if that is another than the flake's and empty then.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <exception cref="HostlockException">It leads out of the flake, or cannot be deleted.</exception>
    public void Delete(string path)
    {
        RefuseLeadingOut(path);
        AtomicFile.Delete(Full(path));
        if (Path.GetDirectoryName(Full(path)) is { } above && above != root)
            AtomicFile.DeleteEmptyFolder(above);
    }

    /// <summary>
    /// Replaces a file that the user, or git for the user, named to be written; it need not be one of a flake, and nothing is reserved.
    /// </summary>
    /// <param name="file">The file, absolute.</param>
    /// <param name="contents">What it shall hold.</param>
    /// <exception cref="PlatformException">It is no regular file, or cannot be written.</exception>
    public static void ReplaceNamed(string file, ReadOnlyMemory<byte> contents) => AtomicFile.Replace(file, contents);

    string Full(string path) => Path.Combine(root, path);

    // A path that leads out, or into .git, by a link on the way or at its end. What does not exist yet leads nowhere.
    void RefuseLeadingOut(string path)
    {
        var at = root;
        string? real = null;
        foreach (var name in path.Split('/'))
        {
            at = Path.Combine(at, name);
            if (new FileInfo(at).LinkTarget is null)
                continue;
            real ??= Real(root);
            var target = Real(at);
            if (!target.StartsWith(real + '/', StringComparison.Ordinal) || target[real.Length..].Split('/').Contains(".git"))
                throw FleetException.LinkLeaves(path, target);
        }
    }

    // All links on the way resolved; what does not exist stays as it is.
    static string Real(string path)
    {
        var real = "/";
        foreach (var name in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            var link = new FileInfo(real);
            if (link.LinkTarget is null)
                continue;
            try
            {
                real = Real(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
            }
            catch (IOException why)
            {
                throw PlatformException.CannotRead(real, why);
            }
        }
        return real;
    }
}
