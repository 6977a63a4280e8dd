using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>
/// Writes and deletes files in the user's repository; there is no other way to do so. Others may have made the repository, so its links
/// must not choose which files of this machine are replaced, and anything but a regular file is left alone. Files are replaced whole, all
/// or none.
/// </summary>
/// <remarks>The caller has reserved the flake (<see cref="FleetFolder.Reserve"/>). Leftovers of earlier runs in its folders are
/// deleted.</remarks>
/// <param name="root">The folder of the flake, absolute.</param>
public sealed class RepositoryFiles(string root)
{
    string Root => root;

    /// <summary>Replaces a file, or makes it, with its folders.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <param name="contents">Its new contents.</param>
    /// <exception cref="HostlockException">The path leads out of the flake, is not a regular file, or cannot be written.</exception>
    public void Replace(string path, ReadOnlyMemory<byte> contents) => ReplaceAll([(path, contents)]);

    /// <summary>
    /// Replaces files, or makes them, with their folders. All are written to temporary files before the first is renamed, in the order
    /// given.
    /// </summary>
    /// <param name="files">The paths, relative to the flake, and the new contents.</param>
    /// <param name="entries">The records of the change, which are on the disk before the first file is renamed.</param>
    /// <exception cref="HostlockException">A path leads out of the flake, is not a regular file, or cannot be written.</exception>
    public void ReplaceAll(
        IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)> files, params IReadOnlyList<RecordEntry> entries) =>
        ReplaceAll([.. files.Select(file => (this, file.Path, file.Contents))], entries);

    /// <summary>Replaces files of several flakes as those of one, all or none.</summary>
    /// <param name="files">The flakes, the paths relative to them, and the new contents.</param>
    /// <param name="entries">The records of the change, which are on the disk before the first file is renamed.</param>
    /// <exception cref="HostlockException">A path leads out of its flake, is not a regular file, or cannot be written.</exception>
    public static void ReplaceAll(
        IReadOnlyList<(RepositoryFiles Flake, string Path, ReadOnlyMemory<byte> Contents)> files, params IReadOnlyList<RecordEntry> entries)
    {
        foreach (var (flake, path, _) in files)
            flake.RefuseLeadingOut(path);
        foreach (var flake in files.Select(file => file.Flake).Distinct())
            AtomicFile.ClearLeftovers(flake.Root);
        // A link may lead to a place whose folder does not exist yet, or be such a folder itself.
        foreach (var folder in files.Select(file => Path.GetDirectoryName(file.Flake.Full(file.Flake.WrittenPath(file.Path)))!).Distinct())
            AtomicFile.CreateFolder(RealPath.Of(folder));
        AtomicFile.ReplaceInSteps(
        [
            [.. entries.Select(entry => (entry.Path, entry.Bytes))],
            [.. files.Select(file => (file.Flake.Full(file.Path), file.Contents))],
        ]);
        RecordEntry.DeleteOutlived(entries);
    }

    /// <summary>True if a path is a link. hostlock makes none: the user did.</summary>
    /// <param name="path">Relative to the flake.</param>
    public bool IsLink(string path) => new FileInfo(Full(path)).LinkTarget is not null;

    /// <summary>The path of the file that <see cref="Replace"/> writes: if a path is a link to a place in the flake, the path of that
    /// place.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <returns>Relative to the flake.</returns>
    /// <exception cref="PlatformException">The links go round in a circle, or cannot be read.</exception>
    public string WrittenPath(string path)
    {
        if (!IsLink(path))
            return path;
        var written = Path.GetRelativePath(RealPath.Of(root), RealPath.Of(Full(path)));
        return FlakePath.IsWithin(written) ? written : path;
    }

    /// <summary>Deletes a file, if it exists. If its folder is empty then, and is not the flake's, the folder is deleted too.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <exception cref="HostlockException">The path leads out of the flake, or cannot be deleted.</exception>
    public void Delete(string path)
    {
        RefuseLeadingOut(path);
        AtomicFile.Delete(Full(path));
        if (Path.GetDirectoryName(Full(path)) is not { } above)
            return;
        AtomicFile.ClearLeftovers(above);
        if (above != root)
            AtomicFile.DeleteEmptyFolder(above);
    }

    /// <summary>
    /// Replaces a file that the user, or git for the user, named. It need not belong to a flake, and nothing is reserved. git names a file
    /// of its own, so a link there is not followed.
    /// </summary>
    /// <param name="file">The file, absolute.</param>
    /// <param name="contents">Its new contents.</param>
    /// <exception cref="PlatformException">The path is a link, or not a regular file, or cannot be written.</exception>
    public static void ReplaceNamed(string file, ReadOnlyMemory<byte> contents)
    {
        if (new FileInfo(file).LinkTarget is not null)
            throw PlatformException.NotAFile(file);
        AtomicFile.Replace(file, contents);
    }

    /// <summary>Replaces files in a folder that the user named, which is made if it does not exist; all of them or none.</summary>
    /// <param name="folder">The folder, absolute. It need not belong to a flake, and nothing is reserved.</param>
    /// <param name="files">The names and contents.</param>
    /// <exception cref="PlatformException">The folder cannot be made, or a file cannot be written.</exception>
    public static void ReplaceNamed(string folder, IReadOnlyList<(string Name, ReadOnlyMemory<byte> Contents)> files)
    {
        AtomicFile.CreateFolder(folder);
        AtomicFile.ReplaceAll([.. files.Select(file => (Path.Combine(folder, file.Name), file.Contents))]);
    }

    string Full(string path) => Path.Combine(root, path);

    /// <summary>Refuses a path that leads out of the flake, or into .git, through a link on the way or at its end. A part that does not
    /// exist yet leads nowhere.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <exception cref="HostlockException">It leads out, or its links go round in a circle.</exception>
    public void RefuseLeadingOut(string path)
    {
        if (!FlakePath.IsWithin(path))
            throw FleetException.LinkLeaves(path, Full(path));
        var at = root;
        string? real = null;
        foreach (var name in path.Split('/'))
        {
            at = Path.Combine(at, name);
            if (new FileInfo(at).LinkTarget is null)
                continue;
            real ??= RealPath.Of(root);
            var target = RealPath.Of(at);
            if (!target.StartsWith(real + '/', StringComparison.Ordinal) || target[real.Length..].Split('/').Any(FlakePath.IsGitFolder))
                throw FleetException.LinkLeaves(path, target);
        }
    }
}
