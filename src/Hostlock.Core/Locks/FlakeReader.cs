using System.Collections.Concurrent;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Nar;

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

    readonly ConcurrentDictionary<(TreeFiles, TreePath), Lazy<Task<ReadFlake>>> _read = [];

    // Nodes that are taken out of the lock of an input are locked as Nix would lock them.
    readonly LockReading _reading = new() { KeepsUnknown = false };

    /// <summary>A flake as read.</summary>
    /// <param name="Flake">The declarations of the flake.</param>
    /// <param name="Place">The place of the flake.</param>
    /// <param name="OwnLock">The lock that the flake brings along, which is read when it is asked for.</param>
    /// <param name="Warnings">The warnings about the flake.</param>
    internal sealed record ReadFlake(Flake Flake, FlakePlace Place, Lazy<Task<LockFile>> OwnLock, IReadOnlyList<Warning> Warnings)
    {
        /// <summary>The names of the outputs of the flake to lock; null for the flake of an input.</summary>
        public OutputNames? Outputs { get; init; }
    }

    /// <summary>Reads the flake at a folder.</summary>
    /// <param name="files">The tree.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name of the tree in messages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<ReadFlake> ReadAsync(TreeFiles files, TreePath folder, string name, CancellationToken cancellationToken) =>
        _read.GetOrAdd((files, folder), _ => new(() => ReadAnewAsync(files, folder, name, cancellationToken))).Value;

    /// <summary>Reads the declarations of the flake to lock, whose file may have another name and whose lock is not looked at.</summary>
    /// <param name="files">The tree.</param>
    /// <param name="folder">The folder of the flake.</param>
    /// <param name="file">The name of the file.</param>
    /// <param name="start">The folder that paths in messages start in.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<ReadFlake> ReadTopAsync(
        TreeFiles files, TreePath folder, string file, TreePath start, CancellationToken cancellationToken) =>
        _read.GetOrAdd(
            (files, folder.Resolve(file)),
            _ => new(async () =>
            {
                var (read, syntax) = await ReadFileAsync(files, folder, file, path => Below(start, path), cancellationToken);
                return read with { Outputs = OutputNames.Of(syntax) };
            })).Value;

    async Task<ReadFlake> ReadAnewAsync(TreeFiles files, TreePath folder, string name, CancellationToken cancellationToken)
    {
        var (read, _) = await ReadFileAsync(files, folder, "flake.nix", path => Display(name, path), cancellationToken);
        return read with { OwnLock = new(() => ReadLockAsync(files, folder.Resolve("flake.lock"), name, cancellationToken)) };
    }

    static async Task<(ReadFlake Read, NixFile Syntax)> ReadFileAsync(
        TreeFiles files, TreePath folder, string file, Func<TreePath, string> display, CancellationToken cancellationToken)
    {
        var path = folder.Resolve(file);
        var (text, realPath) = await ReadTextAsync(files, path, display, cancellationToken)
            ?? throw await MissingAsync(files, path, display, cancellationToken);
        var warnings = new List<Warning>();
        var syntax = NixParser.Parse(text);
        var flake = FlakeNixParser.Parse(syntax, folder, realPath.Folder, warnings);
        return (new(flake, new(files, folder), NoLock, warnings), syntax);
    }

    async Task<LockFile> ReadLockAsync(TreeFiles files, TreePath path, string name, CancellationToken cancellationToken)
    {
        switch (await files.FindAsync(path, cancellationToken))
        {
            case null:
                return LockFile.Empty;
            case TreeItem.File(var contents):
                var read = LockFileReader.Read(Display(name, path), contents, _reading);
                read.CheckEntries(_ => false);
                return read;
            case TreeItem.Link:
                throw LockException.IsLink(Display(name, path));
            default:
                throw LockException.NotAFile(Display(name, path));
        }
    }

    // flake.nix itself may be a link within the tree; folders on the way may not.
    static async Task<(SourceText Text, TreePath RealPath)?> ReadTextAsync(
        TreeFiles files, TreePath path, Func<TreePath, string> display, CancellationToken cancellationToken)
    {
        for (var links = 0; links <= MaximumLinks; links++)
        {
            switch (await files.FindAsync(path, cancellationToken))
            {
                case TreeItem.File(var contents):
                    return (new(display(path), Decode(contents, display(path))), path);
                case TreeItem.Link(var target) when !target.StartsWith('/'):
                    path = path.Folder.Resolve(target);
                    break;
                case TreeItem.Folder or TreeItem.Other:
                    throw LockException.NotAFile(display(path));
                default:
                    return null;
            }
        }
        throw LockException.IsLink(display(path));
    }

    static string Decode(ReadOnlyMemory<byte> contents, string display)
    {
        if (contents.Length > MaximumBytes)
            throw LockException.TooLarge(display, MaximumBytes);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(contents.Span);
        }
        catch (DecoderFallbackException)
        {
            throw LockException.NotText(display);
        }
    }

    static async Task<LockException> MissingAsync(
        TreeFiles files, TreePath path, Func<TreePath, string> display, CancellationToken cancellationToken)
    {
        foreach (var folder in path.Folders)
        {
            if (await files.FindAsync(folder, cancellationToken) is TreeItem.Link)
                return LockException.IsLink(display(folder));
        }
        return LockException.FileMissing(display(path));
    }

    static string Below(TreePath start, TreePath path) => (path.IsWithin(start) ? path.Below(start) : path).ToString();

    static string Display(string name, TreePath path) => name.Length == 0 ? path.ToString() : $"{name}/{path}";
}
