using System.Text;

namespace Hostlock.Platform;

/// <summary>
/// Replaces files whole: write beside, flush to disk, rename. At any instant, a power cut or a kill included, each file is
/// either the old or the new one. Several are renamed only when all are written.
/// </summary>
public static class AtomicFile
{
    /// <summary>
    /// How the names of the files begin that are written beside others. A run that was killed may leave such ones; they are of no use to
    /// anybody.
    /// </summary>
    public const string TemporaryPrefix = ".hostlock-tmp-";

    const int AtOnce = 16;

    /// <summary>A file that is being replaced.</summary>
    /// <param name="Path">The file itself, links resolved.</param>
    /// <param name="Beside">The new one, until it is renamed.</param>
    /// <param name="Mode">The mode of the file that is replaced; null if there is none.</param>
    /// <param name="Contents">What it shall hold.</param>
    readonly record struct Target(string Path, string Beside, UnixFileMode? Mode, ReadOnlyMemory<byte> Contents);

    /// <summary>Replaces one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">What it shall hold.</param>
    /// <param name="isDurable">False for what may be lost to a power cut, such as a cache: it is whole or not there, and not waited
    /// for.</param>
    /// <exception cref="PlatformException">It cannot be written, or something other than a file lies there.</exception>
    public static void Replace(string path, ReadOnlyMemory<byte> contents, bool isDurable = true) =>
        ReplaceAll([(path, contents)], isDurable);

    /// <summary>
    /// Replaces several files. The folder of each must exist. If one of them cannot be written nothing is replaced; if
    /// renaming fails half-way, what is renamed stays, each file being whole.
    /// </summary>
    /// <exception cref="PlatformException">One of them cannot be written, or something other than a file lies there; it is
    /// named.</exception>
    public static void ReplaceAll(IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)> files, bool isDurable = true)
    {
        var targets = files.Select(file => TargetOf(file.Path, file.Contents)).ToList();
        try
        {
            WriteAll(targets, isDurable);
            foreach (var target in targets)
                Rename(target);
        }
        catch (PlatformException)
        {
            Forget(targets);
            throw;
        }
        if (!isDurable)
            return;
        foreach (var folder in targets.Select(target => Path.GetDirectoryName(target.Path)!).Distinct())
            FlushFolder(folder);
    }

    /// <summary>
    /// Deletes what runs that were killed left in a folder: the files that begin with <see cref="TemporaryPrefix"/>. Only for who keeps
    /// others from writing there.
    /// </summary>
    public static void ClearLeftovers(string folder)
    {
        foreach (var leftover in Directory.EnumerateFiles(folder, $"{TemporaryPrefix}*"))
            Delete(leftover);
    }

    /// <summary>Deletes a file or a link, if it is there.</summary>
    /// <exception cref="PlatformException">It cannot be deleted.</exception>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nor is the file there.
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotDelete(path, why);
        }
    }

    /// <summary>Makes a folder and those above it, if they are not there.</summary>
    /// <exception cref="PlatformException">It cannot be made.</exception>
    public static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(folder, why);
        }
    }

    /// <summary>Deletes a folder, if it is there and nothing is in it.</summary>
    /// <exception cref="PlatformException">It cannot be deleted.</exception>
    public static void DeleteEmptyFolder(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotDelete(folder, why);
        }
    }

    // A link is kept: what it points to is replaced.
    static Target TargetOf(string path, ReadOnlyMemory<byte> contents)
    {
        try
        {
            var real = new FileInfo(path) is { LinkTarget: not null } link
                ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
                : Path.GetFullPath(path);
            var status = UnixFiles.Look(Encoding.UTF8.GetBytes(real));
            if (status is not (null or { Kind: UnixFiles.Kind.File }))
                throw PlatformException.NotAFile(path);
            var beside = Path.Combine(Path.GetDirectoryName(real)!, $"{TemporaryPrefix}{Guid.NewGuid():N}");
            return new(real, beside, status is null ? null : File.GetUnixFileMode(real), contents);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(path, why);
        }
    }

    // A disk flushes many files in little more time than one, if they are asked for at once.
    static void WriteAll(List<Target> targets, bool isDurable)
    {
        try
        {
            Parallel.ForEach(targets, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, target => Write(target, isDurable));
        }
        catch (AggregateException whys)
        {
            throw whys.InnerExceptions.OfType<PlatformException>().FirstOrDefault() ?? whys.InnerExceptions[0];
        }
    }

    static void Write(Target target, bool isDurable)
    {
        try
        {
            using var handle = File.OpenHandle(target.Beside, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            if (target.Mode is { } mode)
                File.SetUnixFileMode(handle, mode);
            RandomAccess.Write(handle, target.Contents.Span, 0);
            if (isDurable)
                RandomAccess.FlushToDisk(handle);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(target.Path, why);
        }
    }

    static void Rename(Target target)
    {
        try
        {
            UnixFiles.Rename(target.Beside, target.Path);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(target.Path, why);
        }
    }

    // The rename itself is durable only once the folder is.
    static void FlushFolder(string folder)
    {
        try
        {
            using var handle = UnixFiles.OpenFolder(folder);
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.NotFlushed(folder, why);
        }
    }

    static void Forget(List<Target> targets)
    {
        foreach (var target in targets)
        {
            try
            {
                File.Delete(target.Beside);
            }
            catch (Exception why) when (why is IOException or UnauthorizedAccessException)
            {
                // The disk that refused the writing may refuse this as well; the error to report is the first one.
            }
        }
    }
}
