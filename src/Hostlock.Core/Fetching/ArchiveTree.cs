using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>Bounds on an archive, so that a trap ends in an error and not in a full disk.</summary>
/// <param name="Bytes">Most bytes of contents.</param>
/// <param name="Members">Most members.</param>
public sealed record ArchiveBounds(long Bytes, int Members)
{
    /// <summary>Room for forty times nixpkgs.</summary>
    public static readonly ArchiveBounds Default = new(16L * 1024 * 1024 * 1024, 4_000_000);
}

/// <summary>
/// An archive unpacked: its names in memory, its contents in one temporary file without a name, which goes when the tree is
/// disposed of. Members may come in any order, twice, as hard links or without their folders.
/// </summary>
/// <remarks>Nix 2.34.8, libutil/tarfile.cc (unpackTarfileToSink) and libfetchers/git-utils.cc for what it makes of odd archives.</remarks>
sealed class ArchiveTree : SourceTree, IDisposable
{
    const int MaximumName = 255;

    readonly FileStream _contents;
    Folder _root = new();
    long _newest;

    ArchiveTree(FileStream contents) => _contents = contents;

    sealed class Folder
    {
        public Dictionary<string, object> Entries { get; } = new(StringComparer.Ordinal);
    }

    sealed record Kept(bool IsExecutable, long Offset, long Size);

    sealed record Link(string Target);

    /// <summary>The newest time of any member, folders and links included; null where none is above zero. Seconds since the epoch.</summary>
    public ulong? LastModified => _newest > 0 ? (ulong)_newest : null;

    /// <summary>Unpacks an archive.</summary>
    /// <param name="body">Its bytes, compressed or not.</param>
    /// <param name="folder">Where the temporary file goes.</param>
    /// <param name="bounds">What is too much.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ArchiveTree> ReadAsync(Stream body, string folder, ArchiveBounds bounds, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var contents = new FileStream(
            Path.Combine(folder, $"{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 256 * 1024, FileOptions.DeleteOnClose);
        var tree = new ArchiveTree(contents);
        try
        {
            var tar = await Decompression.OpenAsync(body, cancellationToken);
            await Task.Run(() => tree.Unpack(tar, bounds, cancellationToken), cancellationToken);
            return tree;
        }
        catch (Exception why)
        {
            tree.Dispose();
            // The decompressors each have exceptions of their own for damage; a failing disk or connection is an IOException.
            if (why is HostlockException or OperationCanceledException or IOException and not EndOfStreamException)
                throw;
            if (why is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException or SharpCompress.Common.SharpCompressException
                or IndexOutOfRangeException or ArgumentException or InvalidOperationException or OverflowException)
            {
                throw FetchException.BadArchive($"it is damaged ({why.Message})");
            }
            throw;
        }
    }

    public override TreeEntry Root => new(default, TreeEntryKind.Folder, 0, _root);

    public override IEnumerable<TreeEntry> List(TreeEntry folder) =>
        ((Folder)folder.Handle!).Entries.Select(entry => entry.Value switch
        {
            Kept file => new TreeEntry(Bytes(entry.Key), file.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File, file.Size, file),
            Link link => new TreeEntry(Bytes(entry.Key), TreeEntryKind.Link, 0, link),
            var below => new TreeEntry(Bytes(entry.Key), TreeEntryKind.Folder, 0, below),
        });

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => Bytes(((Link)link.Handle!).Target);

    public override Stream Open(TreeEntry file)
    {
        _contents.Position = ((Kept)file.Handle!).Offset;
        return new Uncloseable(_contents);
    }

    /// <summary>What lies at a path; the contents of a file, the target of a link.</summary>
    public (TreeEntryKind Kind, byte[] Contents)? Find(string path)
    {
        object at = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at is not Folder folder || !folder.Entries.TryGetValue(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name)), out var next))
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
                return (TreeEntryKind.Link, Bytes(link.Target));
            default:
                return (TreeEntryKind.Folder, []);
        }
    }

    public void Dispose() => _contents.Dispose();

    void Unpack(Stream tar, ArchiveBounds bounds, CancellationToken cancellationToken)
    {
        var members = new TarEntries(tar);
        var hardLinks = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var buffer = new byte[256 * 1024];
        for (var count = 0; members.Next() is { } member; count++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (count >= bounds.Members)
                throw FetchException.ArchiveTooLarge("the number of members", bounds.Members);
            _newest = Math.Max(_newest, member.Modified);
            var names = Names(member.Name);
            switch (member.Kind)
            {
                case TarKind.Folder:
                    FolderAt(names, names.Count, member.Name);
                    break;
                case TarKind.Link:
                    if (member.Target.Length == 0)
                        throw FetchException.BadArchive($"the link '{member.Name}' leads nowhere");
                    // Of two links with one name the first stays.
                    Put(names, new Link(member.Target), member.Name, static (old, _) => old);
                    break;
                case TarKind.HardLink:
                    hardLinks[string.Join('/', names)] = string.Join('/', Names(member.Target));
                    break;
                default:
                    var offset = _contents.Position;
                    if (offset + member.Size > bounds.Bytes)
                        throw FetchException.ArchiveTooLarge("its size in bytes", bounds.Bytes);
                    int read;
                    while ((read = members.Read(buffer)) > 0)
                        _contents.Write(buffer, 0, read);
                    Put(names, new Kept(member.IsExecutable, offset, member.Size), member.Name, static (_, now) => now);
                    break;
            }
        }
        // Hard links are made when all else is there, in the order of their names, and replace nothing.
        foreach (var (name, target) in hardLinks)
            MakeHardLink(name, target);
        // What forges pack has one folder around it.
        if (_root.Entries is { Count: 1 } single && single.Values.First() is Folder inner)
            _root = inner;
        _contents.Flush();
    }

    void MakeHardLink(string name, string target)
    {
        var names = Names(name);
        var (folder, last) = (FolderAt(Names(target), Names(target).Count - 1, target), Names(target).LastOrDefault() ?? "");
        if (!folder.Entries.TryGetValue(last, out var entry))
        {
            // A link to itself stands for what was there, which is nothing.
            throw FetchException.BadArchive($"the hard link '{name}' leads to '{target}', which is not there");
        }
        if (entry is Folder)
            throw FetchException.BadArchive($"the hard link '{name}' leads to a folder");
        FolderAt(names, names.Count - 1, name).Entries.TryAdd(names[^1], entry);
    }

    void Put(List<string> names, object entry, string member, Func<object, object, object> both)
    {
        if (names.Count == 0)
            throw FetchException.BadArchive($"'{member}' would replace the root of the tree");
        var folder = FolderAt(names, names.Count - 1, member);
        if (!folder.Entries.TryGetValue(names[^1], out var old))
            folder.Entries[names[^1]] = entry;
        else if (old.GetType() == entry.GetType())
            folder.Entries[names[^1]] = both(old, entry);
        else
            throw FetchException.BadArchive($"'{member}' is there twice, as different things");
    }

    Folder FolderAt(List<string> names, int depth, string member)
    {
        if (depth >= NarWriter.MaximumDepth)
            throw FetchException.BadArchive($"'{member}' is nested deeper than {NarWriter.MaximumDepth} levels");
        var folder = _root;
        for (var i = 0; i < depth; i++)
        {
            if (!folder.Entries.TryGetValue(names[i], out var next))
                folder.Entries[names[i]] = next = new Folder();
            folder = next as Folder ?? throw FetchException.BadArchive($"'{member}' lies beneath something that is no folder");
        }
        return folder;
    }

    static List<string> Names(string path)
    {
        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name == "..")
            {
                if (names.Count > 0)
                    names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "."))
            {
                names.Add(Allowed(name));
            }
        }
        return names;
    }

    // Nix keeps trees in a git object store, which refuses these wherever they stand (libgit2, git_path_validate).
    static string Allowed(string name)
    {
        if (name.Length > MaximumName)
            throw FetchException.BadArchive($"a name has more than {MaximumName} bytes");
        var stream = name.IndexOf(':', StringComparison.Ordinal);
        var plain = (stream < 0 ? name : name[..stream]).TrimEnd(' ', '.');
        return plain.Equals(".git", StringComparison.OrdinalIgnoreCase) || plain.Equals("git~1", StringComparison.OrdinalIgnoreCase)
            ? throw FetchException.BadArchive($"it has an entry named '{name}'")
            : name;
    }

    static byte[] Bytes(string latin) => Encoding.Latin1.GetBytes(latin);

    /// <summary>The shared contents, which outlive each file read from them.</summary>
    sealed class Uncloseable(Stream contents) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => contents.Read(buffer);
    }
}

/// <summary>The files of an unpacked archive as locking looks at them.</summary>
sealed class ArchiveFiles(ArchiveTree tree) : Locks.TreeFiles
{
    public override ValueTask<Locks.TreeItem?> FindAsync(string path, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Locks.TreeItem?>(tree.Find(path) switch
        {
            null => null,
            (TreeEntryKind.Folder, _) => new Locks.TreeItem.Folder(),
            (TreeEntryKind.Link, var target) => new Locks.TreeItem.Link(Encoding.UTF8.GetString(target)),
            (_, var contents) => new Locks.TreeItem.File(contents),
        });
}
