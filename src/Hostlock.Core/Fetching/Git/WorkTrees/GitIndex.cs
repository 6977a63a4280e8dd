using System.Buffers.Binary;
using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>
/// The index of a work tree: the files that git tracks, with their state when git last looked, in the order of the bytes of their paths.
/// </summary>
/// <remarks>git's Documentation: gitformat-index(5), versions 2 to 4.</remarks>
sealed class GitIndex
{
    const int MaximumBytes = 512 * 1024 * 1024;
    const int Fixed = 62;
    const int Checksum = 20;
    const uint MostEntries = 8_000_000;

    GitIndex(List<Entry> entries, string? tree, (long, long) written) => (Entries, Tree, Written) = (entries, tree, written);

    /// <summary>One tracked path.</summary>
    /// <param name="Path">The path from the root of the work tree.</param>
    /// <param name="Mode">The mode as in a tree object: 0x81A4 (100644), 0x81ED (100755), 0xA000 for a link, 0xE000 for a
    /// submodule.</param>
    /// <param name="IdBytes">The id of the blob, twenty bytes.</param>
    /// <param name="Stage">0, or in a merge that is not settled 1 for the common version, 2 for ours and 3 for theirs.</param>
    /// <param name="IsPlain">False if a merge is unresolved, and for an intent to add.</param>
    /// <param name="IsAssumed">True if git was told to treat the file as unchanged (assume-unchanged, skip-worktree).</param>
    /// <param name="Seen">The state of the file when git last compared its contents.</param>
    public readonly record struct Entry(
        TreePath Path, uint Mode, ReadOnlyMemory<byte> IdBytes, int Stage, bool IsPlain, bool IsAssumed, Stamp Seen)
    {
        /// <summary>The id of the blob, forty hexadecimal digits.</summary>
        public string Id => Convert.ToHexStringLower(IdBytes.Span);

        /// <summary>True for a submodule.</summary>
        public bool IsSubmodule => (Mode & 0xF000) == 0xE000;
    }

    /// <summary>The fields of a file's state that change with its contents. All but the size are cut to 32 bits, as in the index.</summary>
    public readonly record struct Stamp(uint Changed, uint Modified, uint Nanoseconds, uint Inode, uint Size);

    /// <summary>The tracked paths, in the order of the index.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>The id of the tree that the index would make; null if it was not worked out since something was staged.</summary>
    public string? Tree { get; }

    /// <summary>The time at which the index was written: seconds and nanoseconds.</summary>
    public (long Seconds, long Nanoseconds) Written { get; }

    /// <summary>The entry of a file, or the first of them if a merge is not settled; null if the index has none.</summary>
    /// <param name="path">The path from the root of the work tree.</param>
    public Entry? Find(TreePath path)
    {
        var (low, high) = (0, Entries.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Entries[middle].Path.CompareTo(path) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low < Entries.Count && Entries[low].Path == path ? Entries[low] : null;
    }

    /// <summary>Reads the index of a repository; null if it is of a kind that only git reads (split, sparse, newer).</summary>
    /// <exception cref="FetchException">The index is damaged, or its objects are not named by SHA-1.</exception>
    public static GitIndex? Read(GitPlace place)
    {
        var path = System.IO.Path.Combine(place.Folder, "index");
        if (UnixFiles.Look(Encoding.UTF8.GetBytes(path)) is not { } status)
            return new([], null, default);
        if (status.Size > MaximumBytes)
            return null;
        try
        {
            return Parse(RegularFile.Read(path, MaximumBytes), path, (status.Modified, status.ModifiedNanoseconds));
        }
        catch (FetchException) when (GitConfig.OfRepository(place).Text("extensions.objectformat") is not (null or "sha1"))
        {
            // An index with longer ids makes no sense here.
            throw FetchException.UnknownObjectFormat(place.Folder);
        }
    }

    /// <summary>
    /// The tracked paths whose last part is one of some names; null if the index is of a kind that only git reads. Nothing else is read
    /// from the index, so that the answer costs little in a repository with very many files.
    /// </summary>
    /// <param name="place">The repository.</param>
    /// <param name="names">The names.</param>
    /// <returns>The paths. Some may be of files that are no longer tracked, if the index is split.</returns>
    /// <exception cref="FetchException">The index is damaged.</exception>
    public static IReadOnlyList<TreePath>? FilesCalled(GitPlace place, params IReadOnlyList<string> names)
    {
        var found = new List<TreePath>();
        // A split index names the file that it adds to.
        for (var file = "index"; file is not null;)
        {
            var path = System.IO.Path.Combine(place.Folder, file);
            if (UnixFiles.Look(Encoding.UTF8.GetBytes(path)) is not { } status)
                return found;
            if (status.Size > MaximumBytes
                || FilesCalled(RegularFile.Read(path, MaximumBytes), path, names) is not var (here, shared)
                || (shared is not null && file != "index"))
                return null;
            found.AddRange(here);
            file = shared is null ? null : $"sharedindex.{shared}";
        }
        return found;
    }

    /// <summary>The paths in the bytes of one file, and the checksum of the index that it adds to, null if it is whole; null if only git
    /// reads it.</summary>
    public static (IReadOnlyList<TreePath> Paths, string? Shared)? FilesCalled(
        byte[] bytes, string path, params IReadOnlyList<string> names)
    {
        if (Begin(bytes, path) is not var (reader, count))
            return null;
        byte[][] wanted = [.. names.Select(Encoding.UTF8.GetBytes)];
        var found = new List<TreePath>();
        for (var i = 0; i < count; i++)
        {
            reader.Pass();
            var name = reader.Name[(reader.Name.LastIndexOf((byte)'/') + 1)..];
            foreach (var one in wanted)
            {
                if (name.SequenceEqual(one))
                    found.Add(reader.Path());
            }
        }
        // Files that a sparse index leaves out are not in the work tree either.
        return reader.Extensions() is (_, true) || reader.IsSparse || reader.Shared is not null ? (found, reader.Shared) : null;
    }

    /// <summary>Reads the bytes of an index; null as in <see cref="Read"/>.</summary>
    public static GitIndex? Parse(byte[] bytes, string path, (long, long) written)
    {
        if (Begin(bytes, path) is not var (reader, count))
            return null;
        var entries = new List<Entry>(count);
        for (var i = 0; i < count; i++)
            entries.Add(reader.Next());
        if (reader.Extensions() is not (var tree, true))
            return null;
        for (var i = 0; i < entries.Count; i++)
        {
            // Only a split index has entries without a name; they change entries of the shared index. Only a sparse one has folders.
            if (entries[i].Path.IsRoot
                || (entries[i].Mode & 0xF000) == 0x4000
                || (i > 0 && entries[i - 1].Path.CompareTo(entries[i].Path) > 0))
                throw FetchException.BadIndex(path);
        }
        return new(entries, tree, written);
    }

    // Null if the version is not one of those that are read here.
    static (Reader Reader, int Count)? Begin(byte[] bytes, string path)
    {
        if (bytes.Length < 12 + Checksum || !bytes.AsSpan(0, 4).SequenceEqual("DIRC"u8))
            throw FetchException.BadIndex(path);
        var (version, count) = (Int(bytes, 4), Int(bytes, 8));
        if (version is not (2 or 3 or 4))
            return null;
        return count <= Math.Min(MostEntries, bytes.Length / (uint)Fixed)
            ? (new(bytes, version, path), (int)count)
            : throw FetchException.BadIndex(path);
    }

    static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    sealed class Reader(byte[] bytes, uint version, string path)
    {
        readonly int _end = bytes.Length - Checksum;

        // A name of version 4 begins like the one before it, and is put together here.
        byte[] _joined = [];
        Range _name;
        int _at = 12;

        /// <summary>The checksum of the index that this one adds to; null if it is whole. Known once the extensions are read.</summary>
        public string? Shared { get; private set; }

        /// <summary>True if folders that are not in the work tree have one entry for all in them. Known likewise.</summary>
        public bool IsSparse { get; private set; }

        /// <summary>The name of the last entry.</summary>
        public ReadOnlySpan<byte> Name => version == 4 ? _joined.AsSpan(_name) : bytes.AsSpan(_name);

        /// <summary>The path of the last entry.</summary>
        /// <param name="isFolder">True if it is a folder of a sparse index, whose name ends with a slash.</param>
        public TreePath Path(bool isFolder = false)
        {
            var name = version == 4 ? (ReadOnlyMemory<byte>)_joined.AsSpan(_name).ToArray() : bytes.AsMemory(_name);
            if (isFolder && name.Span.EndsWith("/"u8))
                name = name[..^1];
            CheckName(name.Span);
            return TreePath.OfCanonical(name);
        }

        /// <summary>Reads past the next entry, and keeps its name.</summary>
        /// <returns>Where it begins, and its flags.</returns>
        public (int Start, int Flags, int Extended) Pass()
        {
            if (_at + Fixed >= _end)
                throw FetchException.BadIndex(path);
            var start = _at;
            int flags = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(start + 60));
            _at += Fixed;
            var extended = 0;
            if (version >= 3 && (flags & 0x4000) != 0)
            {
                extended = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(_at));
                _at += 2;
            }
            ReadName(start);
            return (start, flags, extended);
        }

        /// <summary>Reads the next entry.</summary>
        public Entry Next()
        {
            var (start, flags, extended) = Pass();
            var entry = bytes.AsSpan(start, Fixed);
            var stage = (flags & 0x3000) >> 12;
            var isIntent = (extended & 0x2000) != 0;
            return new(
                Path(isFolder: (Int(entry, 24) & 0xF000) == 0x4000),
                Int(entry, 24),
                bytes.AsMemory(start + 40, 20),
                stage,
                IsPlain: stage == 0 && !isIntent,
                IsAssumed: (flags & 0x8000) != 0 || (extended & 0x4000) != 0,
                new(Int(entry, 0), Int(entry, 8), Int(entry, 12), Int(entry, 20), Int(entry, 36)));
        }

        /// <summary>The id of the tree, and whether the index is complete, that is, neither split nor sparse.</summary>
        public (string? Tree, bool IsWhole) Extensions()
        {
            string? tree = null;
            while (_at + 8 <= _end)
            {
                var name = bytes.AsSpan(_at, 4);
                var size = Int(bytes, _at + 4);
                if (size > _end - _at - 8)
                    throw FetchException.BadIndex(path);
                // An extension whose name begins with a small letter changes the meaning of the entries.
                if (name[0] is < (byte)'A' or > (byte)'Z')
                {
                    IsSparse = name.SequenceEqual("sdir"u8);
                    if (name.SequenceEqual("link"u8) && size >= Checksum)
                        Shared = Convert.ToHexStringLower(bytes.AsSpan(_at + 8, Checksum));
                    return (null, false);
                }
                if (name.SequenceEqual("TREE"u8))
                    tree = RootTree(bytes.AsSpan(_at + 8, (int)size));
                _at += 8 + (int)size;
            }
            return (tree, true);
        }

        // The root has no name: a zero, the number of entries (-1 if it is not known), a blank, the number of subtrees, a line feed, the
        // id.
        static string? RootTree(ReadOnlySpan<byte> body)
        {
            var line = body.IndexOf((byte)'\n');
            return line > 1 && body[0] == 0 && body[1] != (byte)'-' && body.Length >= line + 21
                ? Convert.ToHexStringLower(body.Slice(line + 1, 20))
                : null;
        }

        void ReadName(int start)
        {
            var kept = 0;
            if (version == 4)
            {
                var (dropped, before) = (Variable(), Name.Length);
                kept = dropped <= before ? before - dropped : throw FetchException.BadIndex(path);
            }
            var length = _at < _end ? bytes.AsSpan(_at, _end - _at).IndexOf((byte)0) : -1;
            if (length < 0)
                throw FetchException.BadIndex(path);
            if (version == 4)
            {
                if (_joined.Length < kept + length)
                    Array.Resize(ref _joined, Math.Max(kept + length, _joined.Length * 2));
                bytes.AsSpan(_at, length).CopyTo(_joined.AsSpan(kept));
                _name = ..(kept + length);
            }
            else
            {
                _name = _at..(_at + length);
            }
            _at += length + 1;
            if (version < 4)
                _at = start + ((_at - start + 7) & ~7);
        }

        // A tracked path does not lead out of the work tree.
        void CheckName(ReadOnlySpan<byte> name)
        {
            // Names that begin with a point are few.
            if (name.IsEmpty
                || (name[0] is not ((byte)'.' or (byte)'/') && name[^1] != '/' && name.IndexOf("/."u8) < 0 && name.IndexOf("//"u8) < 0))
                return;
            foreach (var range in name.Split((byte)'/'))
            {
                var step = name[range];
                if (step.IsEmpty || step.SequenceEqual("."u8) || step.SequenceEqual(".."u8) || step.SequenceEqual(".git"u8))
                    throw FetchException.BadIndex(path);
            }
        }

        // The number of bytes to drop from the last path: seven bits in a byte, and each continuation adds one (as in pack files' offsets).
        int Variable()
        {
            long value = -1;
            byte next;
            do
            {
                if (_at >= _end || value > int.MaxValue >> 8)
                    throw FetchException.BadIndex(path);
                next = bytes[_at++];
                value = ((value + 1) << 7) | (next & 0x7Fu);
            }
            while ((next & 0x80) != 0);
            return (int)value;
        }
    }
}
