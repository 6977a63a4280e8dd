using System.Text;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Archives;

/// <summary>
/// An unpacked archive: its names are in memory, and its contents are in one temporary file without a name, which vanishes when the tree is
/// disposed of. Members may come in any order, twice, as hard links or without their folders.
/// </summary>
/// <remarks>Nix 2.34.8, libutil/tarfile.cc (unpackTarfileToSink) and libfetchers/git-utils.cc for how Nix reads odd archives.</remarks>
sealed class ArchiveTree : SourceTree, IDisposable
{
    readonly FileStream _contents;
    readonly ArchiveBounds _bounds;
    Folder _root = new();
    long _newest;
    int _entries;

    ArchiveTree(FileStream contents, ArchiveBounds bounds) => (_contents, _bounds) = (contents, bounds);

    sealed class Folder
    {
        public Dictionary<ByteName, object> Entries { get; } = [];
    }

    sealed record Kept(bool IsExecutable, long Offset, long Size);

    sealed record Link(byte[] Target);

    /// <summary>The newest time of any member, folders and links included; null if none is after the epoch.</summary>
    public Moment? LastModified => Moment.OfPositive(_newest);

    /// <summary>Unpacks an archive of any order.</summary>
    /// <param name="body">The bytes of the archive, compressed or not.</param>
    /// <param name="how">The folder of temporary files, and the bounds.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The archive is damaged, or holds what a tree cannot.</exception>
    public static async Task<ArchiveTree> ReadAsync(Stream body, Unpacking how, CancellationToken cancellationToken)
    {
        // A body that can be read only once is copied, because some archives have to be read back and forth.
        await using var copy = body.CanSeek ? null : await TemporaryFile.OfAsync(how.Bounds.Of(body), how.Folder, cancellationToken);
        var tree = new ArchiveTree(TemporaryFile.Create(how.Folder), how.Bounds);
        try
        {
            await using var opened = await Decompression.OpenAgainAsync(copy ?? body, how, cancellationToken);
            if (how.IsNamedZip && !opened.IsCompressed && ZipEntries.Has(copy ?? body))
            {
                await tree.UnpackZipAsync(copy ?? body, hasModes: true, cancellationToken);
            }
            else if (opened.IsZip)
            {
                await using var whole = await TemporaryFile.OfAsync(
                    how.Bounds.OfUnpacked(opened.Stream), how.Folder, cancellationToken);
                await tree.UnpackZipAsync(whole, hasModes: false, cancellationToken);
            }
            else
            {
                await Task.Run(() => tree.UnpackTar(opened, cancellationToken), cancellationToken);
            }
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    public override TreeEntry Root => new(default, TreeEntryKind.Folder, 0, _root);

    public override IEnumerable<TreeEntry> List(TreeEntry folder) =>
        ((Folder)folder.Handle!).Entries.Select(entry => entry.Value switch
        {
            Kept file => new TreeEntry(entry.Key, file.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File, file.Size, file),
            Link link => new TreeEntry(entry.Key, TreeEntryKind.Link, 0, link),
            var below => new TreeEntry(entry.Key, TreeEntryKind.Folder, 0, below),
        });

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => ((Link)link.Handle!).Target;

    public override Stream Open(TreeEntry file)
    {
        _contents.Position = ((Kept)file.Handle!).Offset;
        return new Uncloseable(_contents);
    }

    /// <summary>Finds an entry, with the contents of a file or the target of a link; null if nothing lies at the path.</summary>
    /// <param name="path">The path.</param>
    public (TreeEntryKind Kind, byte[] Contents)? Find(TreePath path)
    {
        object at = _root;
        foreach (var name in path.Names)
        {
            if (at is not Folder folder || !folder.Entries.TryGetValue(name, out var next))
                return null;
            at = next;
        }
        switch (at)
        {
            case Kept file:
                var contents = new byte[Math.Min(file.Size, Locks.LockFileReader.MaximumBytes + 1)];
                lock (_contents)
                {
                    _contents.Position = file.Offset;
                    _contents.ReadExactly(contents);
                }
                return (TreeEntryKind.File, contents);
            case Link link:
                return (TreeEntryKind.Link, link.Target);
            default:
                return (TreeEntryKind.Folder, []);
        }
    }

    public void Dispose() => _contents.Dispose();

    void UnpackTar(OpenedArchive opened, CancellationToken cancellationToken)
    {
        var members = new TarEntries(opened.Stream);
        Unpack(members, cancellationToken);
        members.ReadPiece(opened.PieceBytes);
    }

    async Task UnpackZipAsync(Stream zip, bool hasModes, CancellationToken cancellationToken)
    {
        using var members = new ZipEntries(zip, _bounds, hasModes);
        await Task.Run(() => Unpack(members, cancellationToken), cancellationToken);
    }

    void Unpack(ArchiveMembers members, CancellationToken cancellationToken)
    {
        var hardLinks = new SortedDictionary<TreePath, TreePath>();
        var buffer = new byte[256 * 1024];
        for (var count = 0; members.Next(); count++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (count >= _bounds.Members)
                throw FetchException.ArchiveTooLarge("the number of members", _bounds.Members);
            _newest = Math.Max(_newest, members.Modified);
            var member = Encoding.UTF8.GetString(members.Name);
            var path = ArchiveNames.Of(members.Name);
            List<ByteName> names = [.. path.Names];
            switch (members.Kind)
            {
                case MemberKind.Folder:
                    FolderAt(names, names.Count, member);
                    break;
                case MemberKind.Link:
                    ArchiveNames.CheckTarget(members.Target, member);
                    // If two links have one name, the first is kept.
                    Put(names, new Link(members.Target.ToArray()), member, static (old, _) => old);
                    break;
                case MemberKind.HardLink:
                    hardLinks[path] = ArchiveNames.Of(members.Target);
                    break;
                default:
                    var offset = _contents.Position;
                    if (members.Size > _bounds.Unpacked - offset)
                        throw FetchException.ArchiveTooLarge("its size in bytes", _bounds.Unpacked);
                    int read;
                    while (_contents.Position - offset <= members.Size && (read = members.Read(buffer)) > 0)
                        _contents.Write(buffer, 0, read);
                    if (_contents.Position - offset != members.Size)
                        throw FetchException.BadArchive($"'{member}' has fewer or more bytes than it says");
                    Put(names, new Kept(members.IsExecutable, offset, members.Size), member, static (_, now) => now);
                    break;
            }
        }
        // Hard links are made last, in the order of their names, and replace nothing.
        foreach (var (name, target) in hardLinks)
            MakeHardLink(name, target);
        // A forge packs the tree into one folder.
        if (_root.Entries is { Count: 1 } single && single.Values.First() is Folder inner)
            _root = inner;
        _contents.Flush();
    }

    void MakeHardLink(TreePath name, TreePath target)
    {
        List<ByteName> names = [.. name.Names], targets = [.. target.Names];
        if (!FolderAt(targets, targets.Count - 1, target.ToString()).Entries.TryGetValue(target.Name, out var entry))
            throw FetchException.BadArchive($"the hard link '{name}' leads to '{target}', which does not exist");
        if (entry is Folder)
            throw FetchException.BadArchive($"the hard link '{name}' leads to a folder");
        ParentOf(names, name.ToString()).Entries.TryAdd(names[^1], entry);
    }

    void Put(List<ByteName> names, object entry, string member, Func<object, object, object> both)
    {
        var folder = ParentOf(names, member);
        if (!folder.Entries.TryGetValue(names[^1], out var old))
            Add(folder, names[^1], entry);
        else if (old.GetType() == entry.GetType())
            folder.Entries[names[^1]] = both(old, entry);
        else
            throw FetchException.BadArchive($"'{member}' occurs twice, as different things");
    }

    Folder ParentOf(List<ByteName> names, string member) =>
        names.Count > 0
            ? FolderAt(names, names.Count - 1, member)
            : throw FetchException.BadArchive($"'{member}' would replace the root of the tree");

    Folder FolderAt(List<ByteName> names, int depth, string member)
    {
        ArchiveNames.CheckDepth(depth, member);
        var folder = _root;
        for (var i = 0; i < depth; i++)
        {
            if (!folder.Entries.TryGetValue(names[i], out var next))
                Add(folder, names[i], next = new Folder());
            folder = next as Folder ?? throw FetchException.BadArchive($"'{member}' lies beneath something that is no folder");
        }
        return folder;
    }

    void Add(Folder folder, ByteName name, object entry)
    {
        if (_entries++ >= _bounds.Members)
            throw FetchException.ArchiveTooLarge("the number of entries", _bounds.Members);
        folder.Entries[name] = entry;
    }

    /// <summary>A view of the shared contents; closing the view leaves the contents open.</summary>
    sealed class Uncloseable(Stream contents) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => contents.Read(buffer);
    }
}

/// <summary>The files of an unpacked archive, for locking.</summary>
sealed class ArchiveFiles(ArchiveTree tree) : Locks.TreeFiles
{
    public override ValueTask<Locks.TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Locks.TreeItem?>(tree.Find(path) switch
        {
            null => null,
            (TreeEntryKind.Folder, _) => new Locks.TreeItem.Folder(),
            (TreeEntryKind.Link, var target) => new Locks.TreeItem.Link(Encoding.UTF8.GetString(target)),
            (_, var contents) => new Locks.TreeItem.File(contents),
        });
}
