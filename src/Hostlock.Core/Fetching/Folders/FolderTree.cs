using System.Text;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Folders;

/// <summary>A folder of this machine with everything in it, ignored files and <c>.git</c> included, as for <c>path:</c> inputs.</summary>
/// <remarks>Nix 2.34.8, libfetchers/path.cc. The root may also be a file or a link, which is then the whole tree.</remarks>
public sealed class FolderTree(string path) : SourceTree
{
    readonly byte[] _root = Encoding.UTF8.GetBytes(path.Length > 1 ? path.TrimEnd('/') : path);
    long _newest;

    /// <summary>The newest modification of any entry that was read so far, the root included.</summary>
    public Moment NewestChange => Moment.OfPositive(_newest) ?? default;

    /// <inheritdoc/>
    public override TreeEntry Root => Entry([], _root) ?? throw FetchException.NoFolder(path);

    /// <inheritdoc/>
    public override IEnumerable<TreeEntry> List(TreeEntry folder)
    {
        var at = (byte[])folder.Handle!;
        return UnixFiles.Names(at).Select(name => Entry(name, [.. at, (byte)'/', .. name])).OfType<TreeEntry>();
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) =>
        SeenEntry.Read((byte[])link.Handle!, UnixFiles.Kind.Link, static path => UnixFiles.ReadLink(path));

    /// <inheritdoc/>
    public override Stream Open(TreeEntry file) =>
        SeenEntry.Read((byte[])file.Handle!, UnixFiles.Kind.File, static path => UnixFiles.OpenNoLink(path));

    TreeEntry? Entry(byte[] name, byte[] at)
    {
        if (UnixFiles.Look(at) is not { } status)
            return null;
        _newest = Math.Max(_newest, status.Modified);
        var kind = status.Kind switch
        {
            UnixFiles.Kind.Folder => TreeEntryKind.Folder,
            UnixFiles.Kind.Link => TreeEntryKind.Link,
            UnixFiles.Kind.File => status.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File,
            _ => throw FetchException.UnsupportedFile(Encoding.UTF8.GetString(at)),
        };
        return new(new(name), kind, kind is TreeEntryKind.File or TreeEntryKind.Executable ? status.Size : 0, at);
    }
}
