using Hostlock.Fetching.Git.Objects;
using Hostlock.Nar;

namespace Hostlock.Fetching.Git;

/// <summary>
/// The tree of a commit, read from its objects without a checkout: blobs are unchanged, without conversion of line ends and without
/// filters. A gitlink is an empty folder. All names are read first. A small tree is read from git's files. The contents of another one are
/// asked for ahead while the tree is hashed, and come in NAR order.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git-utils.cc, GitSourceAccessor.</remarks>
sealed class GitTree : SourceTree
{
    const int MostEntries = 4_000_000;
    const int MostSentAtOnce = 500;

    // What is read from git's files. git itself reads a large tree faster.
    const int MostStoredFolders = 500;
    const int MostStoredBytes = 16 * 1024 * 1024;

    readonly Entry _root;
    GitObjects? _contents;
    StoredObjects? _stored;

    GitTree(Entry root) => _root = root;

    /// <summary>An entry of a tree object.</summary>
    public sealed record Entry(ByteName Name, TreeEntryKind Kind, string Id, bool IsSubmodule)
    {
        /// <summary>The entries of a folder, by the bytes of their names; none for a submodule.</summary>
        public Entry[] Entries { get; set; } = [];
    }

    /// <summary>Reads all names of a tree, level by level, many folders at a time.</summary>
    public static GitTree Read(GitObjects objects, string tree, string url) =>
        Read(tree, url, folders =>
        {
            foreach (var folder in folders)
                objects.Ask(folder.Id);
            objects.Send();
            foreach (var folder in folders)
                folder.Entries = ReadFolder(objects, folder.Id, url);
            return true;
        })!;

    /// <summary>Reads all names of a tree from git's files; null if it has many folders, or git is to be asked.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="tree">The id of the tree object.</param>
    public static GitTree? Stored(GitRepository repository, string tree)
    {
        using var objects = repository.OpenStored();
        return Stored(objects, tree, repository.Url);
    }

    static GitTree? Stored(StoredObjects objects, string tree, string url)
    {
        var left = MostStoredFolders;
        return Read(tree, url, folders =>
        {
            if ((left -= folders.Count) < 0)
                return false;
            foreach (var folder in folders)
            {
                if (StoredFolder(objects, folder.Id, url) is not { } entries)
                    return false;
                folder.Entries = entries;
            }
            return true;
        });
    }

    /// <summary>Reads the entries of a tree object from git's files; null if git is to be asked.</summary>
    public static Entry[]? StoredFolder(StoredObjects objects, string id, string url) =>
        objects.Read(id, "tree", MostStoredBytes) is { } bytes ? ParseFolder(bytes, id, url) : null;

    // Null if the entries of some folders cannot be had.
    static GitTree? Read(string tree, string url, Func<IReadOnlyList<Entry>, bool> readEntries)
    {
        var root = new Entry(default, TreeEntryKind.Folder, tree, IsSubmodule: false);
        var count = 0;
        var level = new List<Entry> { root };
        for (var depth = 1; level.Count > 0; depth++)
        {
            if (depth > NarWriter.MaximumDepth)
                throw NarException.TooDeep();
            var next = new List<Entry>();
            foreach (var folders in level.Chunk(GitObjects.MostAhead))
            {
                if (!readEntries(folders))
                    return null;
                foreach (var folder in folders)
                {
                    if ((count += folder.Entries.Length) > MostEntries)
                        throw FetchException.TooManyFiles(url, MostEntries);
                    next.AddRange(folder.Entries.Where(entry => entry is { Kind: TreeEntryKind.Folder, IsSubmodule: false }));
                }
            }
            level = next;
        }
        return new(root);
    }

    /// <summary>Asks for a tree object, and reads its entries.</summary>
    public static Entry[] AskFolder(GitObjects objects, string id, string url)
    {
        objects.Ask(id);
        objects.Send();
        return ReadFolder(objects, id, url);
    }

    /// <summary>Reads the entries of a tree object that was asked for.</summary>
    public static Entry[] ReadFolder(GitObjects objects, string id, string url)
    {
        if (objects.NextHeader() is not { Kind: "tree" } header)
            throw FetchException.BadObject(url, id);
        return ParseFolder(objects.ReadWhole(header), id, url);
    }

    /// <summary>Reads the entries of a tree object out of its bytes.</summary>
    /// <exception cref="FetchException">The object is damaged.</exception>
    public static Entry[] ParseFolder(byte[] contents, string id, string url)
    {
        var entries = new List<Entry>();
        for (var at = 0; at < contents.Length;)
        {
            var blank = contents.AsSpan(at).IndexOf((byte)' ');
            var end = contents.AsSpan(at).IndexOf((byte)0);
            if (blank < 0 || end < blank || at + end + 21 > contents.Length)
                throw FetchException.BadObject(url, id);
            var name = contents.AsSpan(at + blank + 1, end - blank - 1);
            if (name.IsEmpty || name.Contains((byte)'/') || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                throw FetchException.BadObject(url, id);
            if (Mode(contents.AsSpan(at, blank)) is not { } mode || (mode & 0xF040) == 0xE040)
                throw FetchException.BadObject(url, id);
            // The kinds, and the bit that makes a file executable, as libgit2 reads them: any other mode is a file (tree.c,
            // normalize_filemode).
            var isSubmodule = (mode & 0xF000) == 0xE000;
            var kind = (mode & 0xF000) switch
            {
                0x4000 or 0xE000 => TreeEntryKind.Folder,
                _ when (mode & 0x40) != 0 => TreeEntryKind.Executable,
                0xA000 => TreeEntryKind.Link,
                _ => TreeEntryKind.File,
            };
            entries.Add(new(new(name.ToArray()), kind, Convert.ToHexStringLower(contents.AsSpan(at + end + 1, 20)), isSubmodule));
            at += end + 21;
        }
        Entry[] sorted = [.. entries];
        Array.Sort(sorted, static (one, other) => one.Name.CompareTo(other.Name));
        for (var i = 1; i < sorted.Length; i++)
        {
            // Of two entries with one name, Nix sees the first.
            if (sorted[i].Name == sorted[i - 1].Name)
                return [.. entries.DistinctBy(entry => entry.Name).OrderBy(entry => entry.Name)];
        }
        return sorted;
    }

    /// <summary>The tree without the paths that a test leaves out; a folder that becomes empty stays.</summary>
    /// <param name="isLeftOut">The test.</param>
    public GitTree Without(Func<TreePath, bool> isLeftOut)
    {
        return new(Filtered(_root, TreePath.Root));

        Entry Filtered(Entry folder, TreePath path) => folder with
        {
            Entries =
            [
                .. from entry in folder.Entries
                   let at = path.Join(entry.Name)
                   where !isLeftOut(at)
                   select entry.Entries.Length == 0 ? entry : Filtered(entry, at),
            ],
        };
    }

    /// <summary>All entries that are no folders, and submodules, in the order of an index.</summary>
    public IEnumerable<(TreePath Path, Entry Entry)> Leaves()
    {
        return Below(_root, TreePath.Root);

        static IEnumerable<(TreePath, Entry)> Below(Entry folder, TreePath path)
        {
            Entry[] entries = [.. folder.Entries];
            Array.Sort(
                entries, static (one, other) => ByteName.CompareAsGit(one.Name.Bytes, IsInner(one), other.Name.Bytes, IsInner(other)));
            foreach (var entry in entries)
            {
                var at = path.Join(entry.Name);
                if (!IsInner(entry))
                {
                    yield return (at, entry);
                    continue;
                }
                foreach (var below in Below(entry, at))
                    yield return below;
            }
        }

        static bool IsInner(Entry entry) => entry is { Kind: TreeEntryKind.Folder, IsSubmodule: false };
    }

    /// <summary>All paths, those of folders too.</summary>
    public IEnumerable<TreePath> Paths()
    {
        return Below(_root, TreePath.Root);

        static IEnumerable<TreePath> Below(Entry folder, TreePath path)
        {
            foreach (var entry in folder.Entries)
            {
                var at = path.Join(entry.Name);
                yield return at;
                foreach (var below in Below(entry, at))
                    yield return below;
            }
        }
    }

    /// <summary>Finds the entry at a path; null if none is there.</summary>
    /// <param name="path">The path.</param>
    public Entry? Find(TreePath path)
    {
        var at = _root;
        foreach (var name in path.Names)
        {
            if (Child(at.Entries, name) is not { } next)
                return null;
            at = next;
        }
        return at;
    }

    /// <summary>Finds the entry with a name; null if none has it.</summary>
    /// <param name="entries">The entries of a folder.</param>
    /// <param name="name">The name.</param>
    public static Entry? Child(Entry[] entries, ByteName name) => Array.Find(entries, entry => entry.Name == name);

    public override TreeEntry Root => new(default, TreeEntryKind.Folder, 0, _root);

    public override IEnumerable<TreeEntry> List(TreeEntry folder) =>
        ((Entry)folder.Handle!).Entries.Select(entry => new TreeEntry(
            entry.Name, entry.Kind, entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable ? TreeEntry.SizeIsLength : 0, entry));

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) =>
        _stored is { } stored ? StoredBlob(stored, link) : Contents.ReadWhole(NextBlob((Entry)link.Handle!));

    public override Stream Open(TreeEntry file) => _stored is { } stored
        ? new MemoryStream(StoredBlob(stored, file), writable: false)
        : new GitBlobStream(Contents, NextBlob((Entry)file.Handle!).Size);

    /// <summary>True if the contents can be asked for in one go, through the process that runs anyway.</summary>
    public bool IsSmall => Blobs(_root).Skip(MostSentAtOnce).FirstOrDefault() is null;

    /// <summary>Reads a small tree from git's files, and hashes it; null if it is not small, or git is to be asked.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="tree">The id of the tree object.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static NarHash? TryHashStored(GitRepository repository, string tree, CancellationToken cancellationToken)
    {
        using var objects = repository.OpenStored();
        if (Stored(objects, tree, repository.Url) is not { IsSmall: true } stored)
            return null;
        stored._stored = objects;
        try
        {
            return NarHash.Of(stored, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Hashes a small tree.</summary>
    public NarHash Hash(GitObjects objects, CancellationToken cancellationToken)
    {
        foreach (var blob in Blobs(_root))
            objects.Ask(blob.Id);
        objects.Send();
        _contents = objects;
        var hash = NarHash.Of(this, cancellationToken);
        _contents = null;
        return hash;
    }

    /// <summary>Reads contents from a separate process until the returned task ends. The contents must be read in NAR order.</summary>
    public Task TakeContentsFrom(GitObjects objects, CancellationToken cancellationToken)
    {
        _contents = objects;
        return objects.SendAllAsync(Blobs(_root).Select(blob => blob.Id), cancellationToken);
    }

    GitObjects Contents => _contents ?? throw new InvalidOperationException("contents are read within a hash");

    static byte[] StoredBlob(StoredObjects objects, TreeEntry entry) =>
        objects.Read(((Entry)entry.Handle!).Id, "blob", MostStoredBytes) ?? throw new EndOfStreamException();

    GitHeader NextBlob(Entry expected) =>
        Contents.NextHeader() is { Kind: "blob" } header && header.Id == expected.Id
            ? header
            : throw new EndOfStreamException();

    static IEnumerable<Entry> Blobs(Entry folder)
    {
        foreach (var entry in folder.Entries)
        {
            if (entry.Kind != TreeEntryKind.Folder)
            {
                yield return entry;
                continue;
            }
            foreach (var below in Blobs(entry))
                yield return below;
        }
    }

    // Sixteen bits in octal digits; null if it is anything else.
    static int? Mode(ReadOnlySpan<byte> digits)
    {
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'7'))
            return null;
        var value = 0;
        foreach (var digit in digits)
        {
            value = (value << 3) | (digit - '0');
            if (value > ushort.MaxValue)
                return null;
        }
        return value;
    }
}
