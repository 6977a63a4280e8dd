using System.Text;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Archives;

/// <summary>The facts about an archive that locking needs.</summary>
/// <param name="Hash">The hash of the tree in it.</param>
/// <param name="LastModified">The newest time of any member; null if none is after the epoch.</param>
/// <param name="Caught">The archive's files named flake.nix and flake.lock.</param>
sealed record ReadArchive(NarHash Hash, Moment? LastModified, CaughtFiles Caught);

/// <summary>
/// Hashes an archive while it arrives: one core inflates it, another splits it into members and hashes them, with no tree on disk and
/// little in memory. This works for archives in git's order under one folder, as forges send them. Any other archive is read a second time,
/// from its own file or from a copy of its compressed bytes, and unpacked so that its members can be sorted.
/// </summary>
static class ArchiveReader
{
    // The most bytes of contents that are held back to bring entries into order.
    const long MostHeld = 8 * 1024 * 1024;

    /// <summary>Reads an archive.</summary>
    /// <param name="body">The bytes of the archive from the first, compressed or not.</param>
    /// <param name="how">The folder of temporary files, and the bounds.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The archive is damaged, or holds what a tree cannot.</exception>
    public static async Task<ReadArchive> ReadAsync(Stream body, Unpacking how, CancellationToken cancellationToken)
    {
        await using var copy = body.CanSeek ? null : TemporaryFile.Create(how.Folder);
        var bounded = how.Bounds.Of(body);
        try
        {
            return await InOrderAsync(copy is null ? bounded : new Copied(bounded, copy), copy is null, how, cancellationToken);
        }
        catch (Exception why) when (why is NarOrderException or OnePassException)
        {
            if (copy is not null)
                await bounded.CopyToAsync(copy, cancellationToken);
            var again = copy ?? body;
            again.Position = 0;
            using var tree = await ArchiveTree.ReadAsync(again, how, cancellationToken);
            var caught = FlakeFiles.Catch();
            var hash = await Task.Run(() => NarWriter.Hash(tree, caught, cancellationToken), cancellationToken);
            return new(hash, tree.LastModified, caught);
        }
    }

    static async Task<ReadArchive> InOrderAsync(Stream body, bool isFile, Unpacking how, CancellationToken cancellationToken)
    {
        await using var opened = await Decompression.OpenAsync(body, how, cancellationToken);
        if (opened.IsZip || (how.IsNamedZip && !opened.IsCompressed))
            throw new OnePassException("the directory of a zip archive comes last");
        using var ahead = new ReadAhead(opened.Stream, cancellationToken);
        var members = new InOrder(ahead, opened.PieceBytes, how.Bounds);
        // A small file is read before a thread would have begun.
        if (isFile && ahead.EndsInFirstPiece())
            return members.Read(cancellationToken);
        // A thread of its own, because it waits for the network. Those of the pool are as few as the cores at first, and connections need
        // them to go on: twelve archives at once would wait for each other.
        return await Task.Factory.StartNew(
            () => members.Read(cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Reads a tar archive in git's order in one pass.</summary>
    sealed class InOrder(Stream tar, int pieceBytes, ArchiveBounds bounds)
    {
        readonly TarEntries _members = new(tar);
        readonly CaughtFiles _caught = FlakeFiles.Catch();
        readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(128 * 1024);
        byte[]? _top;

        /// <summary>Reads the archive to its end.</summary>
        /// <exception cref="NarOrderException">The archive is not in git's order, or has an oddity that one pass cannot judge.</exception>
        public ReadArchive Read(CancellationToken cancellationToken)
        {
            using var nar = new NarOrder(MostHeld);
            long newest = 0;
            for (var count = 0; _members.Next(); count++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (count >= bounds.Members)
                    throw FetchException.ArchiveTooLarge("the number of members", bounds.Members);
                if (_members.Size > bounds.Inflated)
                    throw FetchException.ArchiveTooLarge("its size in bytes", bounds.Inflated);
                newest = Math.Max(newest, _members.Modified);
                Add(nar);
            }
            _members.ReadPiece(pieceBytes);
            // An archive without a folder around it is left to ArchiveTree, which sees all members.
            if (_top is null)
                throw new NarOrderException("there is no folder around it");
            return new(nar.Finish(), Moment.OfPositive(newest), _caught);
        }

        void Add(NarOrder nar)
        {
            var path = _members.Name.TrimEnd((byte)'/');
            var top = Next(ref path);
            if (_top is null)
            {
                if (_members.Kind != MemberKind.Folder && path.IsEmpty)
                    throw new NarOrderException("there is no folder around it");
                ArchiveNames.Check(top);
                _top = top.ToArray();
                nar.OpenFolder([]);
            }
            else if (!top.SequenceEqual(_top))
            {
                throw new NarOrderException("there is more than one folder");
            }
            if (path.IsEmpty)
            {
                if (_members.Kind != MemberKind.Folder)
                    throw new NarOrderException("the folder around it occurs twice");
                return;
            }

            // Keeps the folders that the member shares with the last one open, ends the others, and begins those on the way to the member.
            var depth = 1;
            ReadOnlySpan<byte> name;
            while (true)
            {
                name = Next(ref path);
                if (path.IsEmpty)
                    break;
                if (depth == nar.Depth || !nar.NameAt(depth).SequenceEqual(name))
                    Open(nar, depth, name);
                depth++;
            }
            Put(nar, depth, name);
        }

        void Put(NarOrder nar, int depth, ReadOnlySpan<byte> name)
        {
            if (_members.Kind == MemberKind.Folder)
            {
                if (depth == nar.Depth || !nar.NameAt(depth).SequenceEqual(name))
                    Open(nar, depth, name);
                return;
            }
            Close(nar, depth);
            ArchiveNames.Check(name);
            switch (_members.Kind)
            {
                case MemberKind.Link:
                    ArchiveNames.CheckTarget(_members.Target, Encoding.UTF8.GetString(_members.Name));
                    if (_caught.Wants(name))
                        _caught.Link();
                    nar.Link(name, _members.Target);
                    break;
                case MemberKind.HardLink:
                    throw new NarOrderException("a hard link may lead forward");
                default:
                    _caught.Begin(_caught.Wants(name) ? PathOf(nar, name) : null, _members.Size);
                    nar.OpenFile(name, _members.IsExecutable, _members.Size);
                    int read;
                    while ((read = _members.Read(_buffer)) > 0)
                    {
                        nar.Contents(_buffer.AsSpan(0, read));
                        _caught.Contents(_buffer.AsSpan(0, read));
                    }
                    break;
            }
        }

        void Open(NarOrder nar, int depth, ReadOnlySpan<byte> name)
        {
            Close(nar, depth);
            ArchiveNames.Check(name);
            ArchiveNames.CheckDepth(depth + 1, Encoding.UTF8.GetString(_members.Name));
            nar.OpenFolder(name);
        }

        static void Close(NarOrder nar, int depth)
        {
            while (nar.Depth > depth)
                nar.CloseFolder();
        }

        static TreePath PathOf(NarOrder nar, ReadOnlySpan<byte> name)
        {
            var path = TreePath.Root;
            for (var depth = 1; depth < nar.Depth; depth++)
                path = path.Join(nar.NameAt(depth));
            return path.Join(name);
        }

        // The next name of a path. An odd spelling is left to ArchiveTree, which sees all members.
        static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> path)
        {
            var slash = path.IndexOf((byte)'/');
            var name = slash < 0 ? path : path[..slash];
            path = slash < 0 ? [] : path[(slash + 1)..];
            return name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8)
                ? throw new NarOrderException("a name is not plain")
                : name;
        }
    }

    /// <summary>A stream that copies its bytes to a file as they are read.</summary>
    sealed class Copied(Stream body, FileStream copy) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = body.Read(buffer);
            copy.Write(buffer[..read]);
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            copy.Write(buffer.Span[..read]);
            return read;
        }
    }
}
