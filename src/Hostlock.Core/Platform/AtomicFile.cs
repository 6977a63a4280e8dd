using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>
/// Replaces whole files: it writes a new file beside the old one, flushes it to disk, and renames it. At any instant, even after a power
/// cut or a kill, each file is either the old or the new one. Several files are renamed only after all are written.
/// </summary>
public static class AtomicFile
{
    /// <summary>
    /// The prefix of the names of files that are written beside others. The number of the process follows, and a word of this run. A run
    /// that was killed may leave such files behind. Nobody needs them, and the next run that writes to the folder deletes them. In a folder
    /// of the cache with many files, its owner does that once a run.
    /// </summary>
    public const string TemporaryPrefix = ".hostlock-tmp-";

    // Each file is open until it is flushed. Two thirds of the files that a process may have open are left for other uses.
    const int MostOpenAtOnce = 512;

    // The threads that wait for the disk, and the number of files that is worth a thread.
    const int MostFlushers = 16, FilesOfFlusher = 8;

    // Fewer files are written and flushed by one thread.
    const int ManyFiles = 2 * FilesOfFlusher;

    // Another process may get the number of one that was killed, and then this word tells the two apart.
    static readonly string ThisRun = $"{ProcessTree.Own}-{UniqueName.Next()}";

    /// <summary>A file that is being replaced.</summary>
    /// <param name="Path">The path of the file, with links resolved.</param>
    /// <param name="Beside">The path of the new file until it is renamed.</param>
    /// <param name="Mode">The mode of the file that is replaced; null if there is none.</param>
    /// <param name="Contents">The new contents.</param>
    readonly record struct Target(string Path, string Beside, UnixFileMode? Mode, ReadOnlyMemory<byte> Contents);

    /// <summary>Replaces one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">The new contents.</param>
    /// <param name="isDurable">False for a file that a power cut may lose, such as a cache. The file is then whole or missing, and nobody
    /// waits for the disk.</param>
    /// <exception cref="PlatformException">The file cannot be written, or the path is not a regular file.</exception>
    public static void Replace(string path, ReadOnlyMemory<byte> contents, bool isDurable = true) =>
        ReplaceAll([(path, contents)], isDurable);

    /// <summary>
    /// Replaces several files. The folder of each must exist; if the files are durable, leftovers of killed runs in it are deleted. If a
    /// file cannot be written, none is replaced. If renaming fails half-way, the files that were renamed stay so, and each file is whole.
    /// </summary>
    /// <exception cref="PlatformException">A file cannot be written, or a path is not a regular file; the error names it.</exception>
    public static void ReplaceAll(IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)> files, bool isDurable = true) =>
        Replace([files], isDurable);

    /// <summary>
    /// Replaces files in steps. All are written and flushed together before the first is renamed, and the names of one step are on the disk
    /// before the next step begins: of a later step nothing is ever there without all of the earlier ones. If a file cannot be written,
    /// none is replaced.
    /// </summary>
    /// <param name="steps">The files of each step.</param>
    /// <exception cref="PlatformException">As for <see cref="ReplaceAll"/>.</exception>
    public static void ReplaceInSteps(IReadOnlyList<IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)>> steps) =>
        Replace(steps, isDurable: true);

    /// <summary>Replaces one link, or makes it: at any instant it leads to where it led before or to the new target.</summary>
    /// <param name="path">The link. Its folder exists.</param>
    /// <param name="target">The path that the link leads to, which need not exist.</param>
    /// <exception cref="PlatformException">It cannot be made.</exception>
    public static void ReplaceLink(string path, string target)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            var beside = NewName(folder);
            UnixFiles.MakeLink(Encoding.UTF8.GetBytes(beside), Encoding.UTF8.GetBytes(target));
            UnixFiles.Rename(beside, path);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(path, why);
        }
        FlushFolder(folder);
    }

    /// <summary>
    /// Deletes the files that killed runs left in a folder. Their names begin with <see cref="TemporaryPrefix"/>; those of a process that
    /// still runs stay. One that cannot be deleted stays as well.
    /// </summary>
    public static void ClearLeftovers(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            foreach (var leftover in Directory.EnumerateFiles(folder, $"{TemporaryPrefix}*").Where(IsLeftover))
                File.Delete(leftover);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            // A leftover harms nobody. If the folder cannot be written to, the file that is to be written there says so.
        }
    }

    /// <summary>Deletes the folders that killed runs left in a folder of the cache, with all in them, as
    /// <see cref="ClearLeftovers"/> deletes files.</summary>
    public static void ClearLeftoverFolders(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            foreach (var leftover in Directory.EnumerateDirectories(folder, $"{TemporaryPrefix}*").Where(IsLeftover))
                FolderCopy.Remove(leftover);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException or PlatformException)
        {
            // A file that stays behind harms nobody.
        }
    }

    /// <summary>A path in a folder for a file that this run will rename or delete.</summary>
    public static string NewName(string folder) => Path.Combine(folder, $"{TemporaryPrefix}{ThisRun}-{UniqueName.Next()}");

    static bool IsLeftover(string path)
    {
        var run = Path.GetFileName(path)[TemporaryPrefix.Length..];
        if (run.Split('-') is not [var id, _, ..] || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var process))
            return true;
        return process == ProcessTree.Own ? !run.StartsWith(ThisRun, StringComparison.Ordinal) : !ProcessTree.IsRunning(process);
    }

    /// <summary>Deletes a regular file or a link, if it exists.</summary>
    /// <exception cref="PlatformException">It cannot be deleted, or is something else, such as a device.</exception>
    public static void Delete(string path)
    {
        try
        {
            if (UnixFiles.Look(Encoding.UTF8.GetBytes(path)) is { Kind: not (UnixFiles.Kind.File or UnixFiles.Kind.Link) })
                throw PlatformException.NotAFile(path);
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Its folder does not exist, so neither does the file.
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotDelete(path, why);
        }
    }

    /// <summary>Makes a folder and those above it, if they do not exist.</summary>
    /// <exception cref="PlatformException">It cannot be made.</exception>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var above = Path.GetDirectoryName(folder)!;
        CreateFolder(above);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotMakeFolder(folder, why);
        }
        try
        {
            FlushFolder(above);
        }
        catch (PlatformException why) when (why.InnerException is UnauthorizedAccessException)
        {
            // A folder that one may write to and not read cannot be flushed.
        }
    }

    /// <summary>Deletes a folder, if it exists and is empty.</summary>
    /// <exception cref="PlatformException">It cannot be deleted.</exception>
    public static void DeleteEmptyFolder(string folder)
    {
        try
        {
            if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: null } && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotDelete(folder, why);
        }
    }

    static void Replace(IReadOnlyList<IReadOnlyList<(string Path, ReadOnlyMemory<byte> Contents)>> steps, bool isDurable)
    {
        var targets = steps.Select(step => step.Select(file => TargetOf(file.Path, file.Contents)).ToList()).ToList();
        var all = targets.SelectMany(step => step).ToList();
        foreach (var folder in isDurable ? FoldersOf(all) : [])
            ClearLeftovers(folder);
        try
        {
            WriteAll(all, isDurable);
            foreach (var step in targets)
            {
                RenameAll(step);
                foreach (var folder in isDurable ? FoldersOf(step) : [])
                    FlushFolder(folder);
            }
        }
        catch (PlatformException)
        {
            Forget(all);
            throw;
        }
    }

    static int OpenAtOnce => Math.Clamp(UnixFiles.MostOpenFiles() / 3, 1, MostOpenAtOnce);

    static List<string> FoldersOf(List<Target> targets) => [.. targets.Select(target => Path.GetDirectoryName(target.Path)!).Distinct()];

    // A link is kept; the file that it points to is replaced.
    static Target TargetOf(string path, ReadOnlyMemory<byte> contents)
    {
        try
        {
            var real = Path.GetFullPath(path);
            var status = UnixFiles.Look(Encoding.UTF8.GetBytes(real));
            if (status is { Kind: UnixFiles.Kind.Link })
            {
                real = new FileInfo(real).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
                status = UnixFiles.Look(Encoding.UTF8.GetBytes(real));
            }
            if (status is not (null or { Kind: UnixFiles.Kind.File }))
                throw PlatformException.NotAFile(path);
            return new(real, NewName(Path.GetDirectoryName(real)!), status?.Permissions, contents);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(path, why);
        }
    }

    static void WriteAll(List<Target> targets, bool isDurable)
    {
        foreach (var group in targets.Chunk(OpenAtOnce))
        {
            var handles = new SafeFileHandle?[group.Length];
            try
            {
                if (group.Length < ManyFiles)
                {
                    for (var i = 0; i < group.Length; i++)
                        handles[i] = Write(group[i], isDurable);
                }
                else
                {
                    OnAll(() => Parallel.For(0, group.Length, i => handles[i] = Write(group[i], isDurable)));
                }
                if (isDurable)
                    FlushAll(group, handles);
            }
            finally
            {
                foreach (var handle in handles)
                    handle?.Dispose();
            }
        }
    }

    static SafeFileHandle Write(Target target, bool isDurable)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(target.Beside, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            if (target.Mode is { } mode)
                File.SetUnixFileMode(handle, mode);
            RandomAccess.Write(handle, target.Contents.Span, 0);
            if (isDurable)
                UnixFiles.BeginFlush(handle);
            return handle;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw PlatformException.CannotWrite(target.Path, why);
        }
    }

    // The contents of all files are under way when the first is waited for. The file system then takes the names and sizes of them all in
    // one step of its journal, and the disk empties its cache for several threads at once. Flushing whole file systems would also wait for
    // the files of other programs.
    static void FlushAll(Target[] targets, SafeFileHandle?[] handles)
    {
        var next = -1;
        var flushers = Math.Min(targets.Length / FilesOfFlusher, MostFlushers);
        if (targets.Length < ManyFiles)
            FlushSome();
        else
            OnAll(() => Task.WaitAll([.. Enumerable.Range(0, flushers).Select(_ => Task.Factory.StartNew(
                FlushSome, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]));

        void FlushSome()
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < targets.Length)
                Flush(targets[i], handles[i]!);
        }
    }

    static void Flush(Target target, SafeFileHandle handle)
    {
        try
        {
            UnixFiles.Flush(handle, target.Beside);
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw PlatformException.CannotWrite(target.Path, why);
        }
    }

    // Several files may fail at once, and one error is enough.
    static void OnAll(Action action)
    {
        try
        {
            action();
        }
        catch (AggregateException whys)
        {
            throw whys.InnerExceptions.OfType<PlatformException>().FirstOrDefault() ?? whys.InnerExceptions[0];
        }
    }

    // A rename frees the blocks of the old file, and until it has, no other name in the folder can change. So the old files are held open,
    // and several threads free their blocks once all names have changed. This way the time in which some files are old and some are new
    // is short.
    static void RenameAll(List<Target> targets)
    {
        foreach (var group in targets.Chunk(OpenAtOnce))
        {
            var old = group.Length < ManyFiles
                ? []
                : group.Where(target => target.Mode is not null).Select(target => UnixFiles.Hold(target.Path)).ToList();
            try
            {
                foreach (var target in group)
                    Rename(target);
            }
            finally
            {
                Parallel.ForEach(old, file => file?.Dispose());
            }
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

    // A rename is durable only once the folder is flushed.
    static void FlushFolder(string folder)
    {
        try
        {
            using var handle = UnixFiles.OpenFolder(folder);
            UnixFiles.Flush(handle, folder);
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
                // A disk that refused to write may refuse this too; the first error is the one to report.
            }
        }
    }
}
