namespace Hostlock.Platform;

/// <summary>
/// Replaces files whole: write beside, flush to disk, rename. At any instant, a power cut or a kill included, each file is
/// either the old or the new one. Several are renamed only when all are written.
/// </summary>
public static class AtomicFile
{
    const int AtOnce = 16;

    /// <summary>Replaces one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">What it shall hold.</param>
    /// <param name="isDurable">False for what may be lost to a power cut, such as a cache: it is whole or not there, and not waited for.</param>
    public static void Replace(string path, ReadOnlyMemory<byte> contents, bool isDurable = true) => ReplaceAll([(path, contents)], isDurable);

    /// <summary>
    /// Replaces several files. The folder of each must exist. If one of them cannot be written nothing is replaced; if
    /// renaming fails half-way, what is renamed stays, each file being whole.
    /// </summary>
    /// <exception cref="PlatformException">Naming the file that cannot be written.</exception>
    public static void ReplaceAll(IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)> files, bool isDurable = true)
    {
        var targets = files.Select(file => (Beside: "", Real: RealPath(file.Path), file.Contents)).ToArray();
        for (var i = 0; i < targets.Length; i++)
            targets[i].Beside = $"{targets[i].Real}.{Guid.NewGuid():N}.tmp";
        var path = "";
        try
        {
            // A disk flushes many files in little more time than one, where they are asked for at once.
            Parallel.ForEach(targets, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, target =>
            {
                try
                {
                    WriteFlushed(target.Beside, target.Real, target.Contents, isDurable);
                }
                catch (Exception why) when (why is IOException or UnauthorizedAccessException)
                {
                    throw PlatformException.CannotWrite(target.Real, why);
                }
            });
            foreach (var (beside, real, _) in targets)
            {
                path = real;
                File.Move(beside, real, overwrite: true);
            }
            if (!isDurable)
                return;
            foreach (var folder in targets.Select(target => Path.GetDirectoryName(target.Real)!).Distinct())
                FlushFolder(folder);
        }
        catch (AggregateException whys)
        {
            Forget(targets);
            throw whys.InnerExceptions.OfType<PlatformException>().FirstOrDefault() ?? whys.InnerExceptions[0];
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            Forget(targets);
            throw PlatformException.CannotWrite(path, why);
        }
    }

    // A link is kept: what it points to is replaced.
    static string RealPath(string path) => new FileInfo(path) is { LinkTarget: not null } link
        ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
        : Path.GetFullPath(path);

    static void WriteFlushed(string beside, string real, ReadOnlyMemory<byte> contents, bool isDurable)
    {
        using var handle = File.OpenHandle(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        if (File.Exists(real))
            File.SetUnixFileMode(handle, File.GetUnixFileMode(real));
        RandomAccess.Write(handle, contents.Span, 0);
        if (isDurable)
            RandomAccess.FlushToDisk(handle);
    }

    // The rename itself is durable only once the folder is.
    static void FlushFolder(string folder)
    {
        using var handle = UnixFiles.OpenFolder(folder);
        RandomAccess.FlushToDisk(handle);
    }

    static void Forget(IEnumerable<(string Beside, string Real, ReadOnlyMemory<byte> Contents)> targets)
    {
        foreach (var (beside, _, _) in targets)
        {
            try
            {
                File.Delete(beside);
            }
            catch (IOException)
            {
                // The disk that refused the writing may refuse this as well; the error to report is the first one.
            }
        }
    }
}
