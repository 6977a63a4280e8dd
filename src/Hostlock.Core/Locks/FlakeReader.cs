using System.Collections.Concurrent;
using System.Text;
using Hostlock.Flakes;

namespace Hostlock.Locks;

/// <summary>
/// The flake.nix and flake.lock of a folder of a tree, read and understood once a run, however many hosts ask.
/// </summary>
/// <remarks>Nix 2.34.8, libflake/flake.cc, readFlake and readLockFile.</remarks>
sealed class FlakeReader
{
    /// <summary>Largest flake.nix read, in bytes.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    const int MaximumLinks = 40;

    static readonly Lazy<Task<LockFile>> NoLock = new(Task.FromResult(LockFile.Empty));

    readonly ConcurrentDictionary<(TreeFiles, string), Lazy<Task<ReadFlake>>> _read = [];
    readonly LockReading _reading = new();

    /// <summary>A flake as read.</summary>
    /// <param name="Flake">What it declares.</param>
    /// <param name="Place">Where it lies.</param>
    /// <param name="OwnLock">The lock it brings along, which is read when it is asked for.</param>
    /// <param name="Warnings">What was odd in it.</param>
    internal sealed record ReadFlake(Flake Flake, FlakePlace Place, Lazy<Task<LockFile>> OwnLock, IReadOnlyList<Warning> Warnings);

    /// <summary>Reads the flake at a folder.</summary>
    /// <param name="files">The tree.</param>
    /// <param name="folder">The folder as a reference names it: <c>..</c> does not lead out of the tree.</param>
    /// <param name="name">What to call the tree in messages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<ReadFlake> ReadAsync(TreeFiles files, string folder, string name, CancellationToken cancellationToken)
    {
        var path = Normalize(folder);
        return _read.GetOrAdd((files, path), _ => new(() => ReadAnewAsync(files, path, name, cancellationToken))).Value;
    }

    /// <summary>Reads the declarations of the flake to lock, whose file may have another name and whose lock is not looked at.</summary>
    public Task<ReadFlake> ReadTopAsync(TreeFiles files, string folder, string file, CancellationToken cancellationToken) =>
        _read.GetOrAdd((files, Join(folder, file)), _ => new(() => ReadFileAsync(files, folder, file, "", cancellationToken))).Value;

    /// <summary>A path without <c>.</c>, <c>..</c> and doubled separators; <c>..</c> at the root of the tree stays there.</summary>
    public static string Normalize(string path)
    {
        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name is "..")
            {
                if (names.Count > 0)
                    names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "."))
            {
                names.Add(name);
            }
        }
        return string.Join('/', names);
    }

    async Task<ReadFlake> ReadAnewAsync(TreeFiles files, string folder, string name, CancellationToken cancellationToken)
    {
        var read = await ReadFileAsync(files, folder, "flake.nix", name, cancellationToken);
        return read with { OwnLock = new(() => ReadLockAsync(files, Join(folder, "flake.lock"), name, cancellationToken)) };
    }

    static async Task<ReadFlake> ReadFileAsync(
        TreeFiles files, string folder, string file, string name, CancellationToken cancellationToken)
    {
        var path = Join(folder, file);
        var (text, realPath) = await ReadTextAsync(files, path, name, cancellationToken)
            ?? throw await MissingAsync(files, path, name, cancellationToken);
        var warnings = new List<Warning>();
        var flake = FlakeNixParser.Parse(text, folder, FolderOf(realPath), warnings);
        return new(flake, new(files, folder), NoLock, warnings);
    }

    async Task<LockFile> ReadLockAsync(TreeFiles files, string path, string name, CancellationToken cancellationToken)
    {
        switch (await files.FindAsync(path, cancellationToken))
        {
            case null:
                return LockFile.Empty;
            case TreeItem.File(var contents):
                var read = LockFileReader.Read(Display(name, path), contents, _reading);
                read.CheckEntries();
                return read;
            case TreeItem.Link:
                throw LockException.IsLink(Display(name, path));
            default:
                throw LockException.NotAFile(Display(name, path));
        }
    }

    // flake.nix itself may be a link within the tree; folders on the way may not.
    static async Task<(SourceText Text, string RealPath)?> ReadTextAsync(
        TreeFiles files, string path, string name, CancellationToken cancellationToken)
    {
        for (var links = 0; links <= MaximumLinks; links++)
        {
            switch (await files.FindAsync(path, cancellationToken))
            {
                case TreeItem.File(var contents):
                    return (new(Display(name, path), Decode(contents, Display(name, path))), path);
                case TreeItem.Link(var target) when !target.StartsWith('/'):
                    path = Normalize(Join(FolderOf(path), target));
                    break;
                case TreeItem.Folder:
                    throw LockException.NotAFile(Display(name, path));
                default:
                    return null;
            }
        }
        throw LockException.IsLink(Display(name, path));
    }

    static string Decode(ReadOnlyMemory<byte> contents, string display)
    {
        if (contents.Length > MaximumBytes)
            throw LockException.TooLarge(display, contents.Length, MaximumBytes);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(contents.Span);
        }
        catch (DecoderFallbackException)
        {
            throw LockException.NotText(display);
        }
    }

    static async Task<LockException> MissingAsync(TreeFiles files, string path, string name, CancellationToken cancellationToken)
    {
        for (var at = path.IndexOf('/', StringComparison.Ordinal); at > 0; at = path.IndexOf('/', at + 1))
        {
            if (await files.FindAsync(path[..at], cancellationToken) is TreeItem.Link)
                return LockException.IsLink(Display(name, path[..at]));
        }
        return LockException.FileMissing(Display(name, path));
    }

    static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var at ? path[..at] : "";

    static string Display(string name, string path) => name.Length == 0 ? path : $"{name}/{path}";
}
