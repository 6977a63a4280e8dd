using System.Runtime.InteropServices;

namespace Hostlock.Nar;

/// <summary>The order of the entries does not allow a NAR to be made in one pass.</summary>
sealed class NarOrderException(string message) : Exception(message);

/// <summary>
/// Hashes the NAR of entries that come in git's order, in one pass. git sorts a folder as if its name ended in a slash; a NAR sorts by
/// the plain bytes of the names. Of <c>foo-bar</c>, <c>foo.nix</c>, <c>foo/</c>, the folder comes last and has to be written first. So an
/// entry is held back as long as a folder that belongs before it may still come. If more than the limit is held, the entries are
/// written on the bet that no such folder exists. If one comes after all, the bet is lost and an exception says so.
/// </summary>
/// <param name="limit">The most bytes that are held back.</param>
/// <remarks>git, base_name_compare; Nix 2.34.8, libutil/archive.cc.</remarks>
sealed class NarOrder(long limit) : IDisposable
{
    readonly NarDigest _digest = new();
    readonly List<Frame> _open = [];
    readonly Stack<Frame> _spare = [];
    NarStream? _nar;
    long _held, _size, _left;

    /// <summary>One whole entry that is held back.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Start">The beginning of the entry in the hold of its folder, in bytes.</param>
    /// <param name="Length">Its length in bytes.</param>
    readonly record struct Held(byte[] Name, long Start, long Length);

    /// <summary>A folder that is open, and the entries of it that are held back.</summary>
    sealed class Frame
    {
        public byte[] Name = [];
        public byte[]? Last;
        public bool LastIsFolder;

        /// <summary>The name of the folder that the held entries wait for; null if none is held.</summary>
        public byte[]? Awaited;

        /// <summary>True while that folder is being written.</summary>
        public bool IsHere;

        /// <summary>True while the entry being written is held back.</summary>
        public bool IsHolding;
        public long Start;
        public readonly List<Held> Group = [];
        public readonly NarHold Hold = new();

        /// <summary>The names of files with which a later name may begin. No folder has the name of a file.</summary>
        public readonly List<byte[]> Files = [];

        /// <summary>The names of folders that, by a bet, do not come.</summary>
        public readonly List<byte[]> Bets = [];
    }

    /// <summary>The number of open folders, the root included.</summary>
    public int Depth => _open.Count;

    /// <summary>The name of an open folder.</summary>
    /// <param name="depth">Its depth; the root has 0.</param>
    public ReadOnlySpan<byte> NameAt(int depth) => _open[depth].Name;

    /// <summary>Opens the root at the first call, and a folder of the open one at each further call.</summary>
    /// <param name="name">The name of the folder; the root has none.</param>
    /// <exception cref="NarOrderException">The folder should have come earlier.</exception>
    public void OpenFolder(ReadOnlySpan<byte> name)
    {
        if (_nar is null)
        {
            _nar = new(_digest);
            _nar.Begin();
        }
        else
        {
            StartEntry(name, isFolder: true);
        }
        _nar.BeginFolder();
        var frame = _spare.Count > 0 ? _spare.Pop() : new();
        (frame.Name, frame.Last, frame.Awaited, frame.IsHere, frame.IsHolding) = (name.ToArray(), null, null, false, false);
        frame.Files.Clear();
        frame.Bets.Clear();
        _open.Add(frame);
    }

    public void CloseFolder()
    {
        var frame = _open[^1];
        if (frame.Awaited is not null)
            Release(frame, _open.Count - 1);
        _nar!.Output = OutputBelow(_open.Count);
        _nar.End();
        _open.RemoveAt(_open.Count - 1);
        _spare.Push(frame);
        if (_open.Count > 0)
            EndEntry();
    }

    public void OpenFile(ReadOnlySpan<byte> name, bool isExecutable, long size)
    {
        StartEntry(name, isFolder: false);
        _nar!.BeginFile(isExecutable, size);
        (_size, _left) = (size, size);
        if (size == 0)
            CloseFile();
    }

    public void Contents(ReadOnlySpan<byte> piece)
    {
        _nar!.Contents(piece);
        _left -= piece.Length;
        CountHeld(piece.Length);
        if (_left == 0)
            CloseFile();
        else if (_held > limit)
            Bet();
    }

    public void Link(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        StartEntry(name, isFolder: false);
        _nar!.Link(target);
        EndEntry();
    }

    /// <summary>Closes all open folders, and gives the hash.</summary>
    public NarHash Finish()
    {
        while (_open.Count > 0)
            CloseFolder();
        return _digest.Finish();
    }

    public void Dispose()
    {
        _digest.Dispose();
        foreach (var frame in _open.Concat(_spare))
            frame.Hold.Clear();
    }

    void CloseFile()
    {
        _nar!.EndFile(_size);
        EndEntry();
    }

    void StartEntry(ReadOnlySpan<byte> name, bool isFolder)
    {
        var frame = _open[^1];
        if (frame.Last is not null && ByteName.CompareAsGit(name, isFolder, frame.Last, frame.LastIsFolder) <= 0)
            throw new NarOrderException("an entry should have come earlier");
        if (isFolder && Contains(frame.Bets, name))
            throw new NarOrderException("a folder came that was not expected any more");
        if (isFolder && Contains(frame.Files, name))
            throw new NarOrderException("a file and a folder have one name");
        var own = name.ToArray();
        (frame.Last, frame.LastIsFolder) = (own, isFolder);
        if (frame.Awaited is not null)
        {
            var order = ByteName.CompareAsGit(name, isFolder, frame.Awaited, true);
            if (order == 0)
                frame.IsHere = true;
            else if (order > 0)
                Release(frame, _open.Count - 1);
        }
        frame.Awaited ??= FirstThatMayCome(frame, name);
        frame.IsHolding = frame.Awaited is not null && !frame.IsHere;
        if (frame.IsHolding)
            frame.Start = frame.Hold.Length;
        Forget(frame, name, isFolder);
        if (!isFolder)
            frame.Files.Add(own);
        _nar!.Output = OutputBelow(_open.Count);
        _nar.BeginEntry(name);
    }

    void EndEntry()
    {
        var frame = _open[^1];
        _nar!.Output = OutputBelow(_open.Count);
        _nar.End();
        if (frame.IsHolding)
        {
            frame.Group.Add(new(frame.Last!, frame.Start, frame.Hold.Length - frame.Start));
            frame.IsHolding = false;
            _held = HeldBytes();
            if (_held > limit)
                Bet();
        }
        else if (frame.IsHere)
        {
            frame.IsHere = false;
            Release(frame, _open.Count - 1);
        }
        _nar.Output = OutputBelow(_open.Count);
    }

    // Where bytes in the open folders up to a depth go: into the hold of the innermost folder that holds, or into the digest.
    INarOutput OutputBelow(int depth)
    {
        for (var i = depth - 1; i >= 0; i--)
        {
            if (_open[i].IsHolding)
                return _open[i].Hold;
        }
        return _digest;
    }

    // Entries whose folder has come are not counted: they are about to be written.
    long HeldBytes()
    {
        long bytes = 0;
        foreach (var frame in _open)
            bytes += frame.IsHere ? 0 : frame.Hold.Length;
        return bytes;
    }

    void CountHeld(int bytes)
    {
        if (_nar!.Output is NarHold)
            _held += bytes;
    }

    // The shortest prefix of the name that may still turn out to be a folder, which would have to be written first; null if none can.
    // Only a prefix that is followed by a byte below '/' sorts after the name in git's order.
    static byte[]? FirstThatMayCome(Frame frame, ReadOnlySpan<byte> name)
    {
        for (var i = 1; i < name.Length; i++)
        {
            if (name[i] < '/' && !Contains(frame.Files, name[..i]) && !Contains(frame.Bets, name[..i]))
                return name[..i].ToArray();
        }
        return null;
    }

    static void Forget(Frame frame, ReadOnlySpan<byte> name, bool isFolder)
    {
        for (var i = frame.Bets.Count - 1; i >= 0; i--)
        {
            if (ByteName.CompareAsGit(name, isFolder, frame.Bets[i], true) > 0)
                frame.Bets.RemoveAt(i);
        }
        while (frame.Files.Count > 0 && !name.StartsWith(frame.Files[^1]))
            frame.Files.RemoveAt(frame.Files.Count - 1);
    }

    void Release(Frame frame, int depth)
    {
        WriteGroup(frame, OutputBelow(depth), frame.Group.Count);
        frame.Hold.Clear();
        (frame.Awaited, frame.IsHolding) = (null, false);
        _held = HeldBytes();
    }

    // Writes the first entries of the group, in the order of their names.
    static void WriteGroup(Frame frame, INarOutput output, int count)
    {
        CollectionsMarshal.AsSpan(frame.Group).Sort(static (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
        foreach (var held in frame.Group.Take(count))
            frame.Hold.CopyTo(output, held.Start, held.Length);
        frame.Group.RemoveRange(0, count);
    }

    // Bets for the outermost folders first, because they hold the most.
    void Bet()
    {
        for (var depth = 0; depth < _open.Count && _held > limit; depth++)
        {
            var frame = _open[depth];
            if (frame.Awaited is null || frame.IsHere)
                continue;
            if (!frame.IsHolding)
            {
                foreach (var held in frame.Group)
                    BetAgainst(frame, held.Name);
                Release(frame, depth);
                continue;
            }
            // From here on the entry that is being written goes straight on. Held entries that sort behind it wait for its end.
            var name = frame.Last!;
            var before = frame.Group.Count(held => held.Name.AsSpan().SequenceCompareTo(name) < 0);
            CollectionsMarshal.AsSpan(frame.Group).Sort(static (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
            foreach (var held in frame.Group.Take(before))
                BetAgainst(frame, held.Name);
            BetAgainst(frame, name);
            var output = OutputBelow(depth);
            WriteGroup(frame, output, before);
            frame.Hold.CopyTo(output, frame.Start, frame.Hold.Length - frame.Start);
            frame.IsHolding = false;
            if (frame.Group.Count == 0)
            {
                frame.Hold.Clear();
                frame.Awaited = null;
            }
            else
            {
                (frame.Awaited, frame.IsHere) = (name, true);
            }
            _held = HeldBytes();
        }
        _nar!.Output = OutputBelow(_open.Count);
    }

    // Bets against every folder that would have to be written before this entry, not only against the first.
    static void BetAgainst(Frame frame, ReadOnlySpan<byte> name)
    {
        for (var i = 1; i < name.Length; i++)
        {
            if (name[i] < '/' && !Contains(frame.Files, name[..i]) && !Contains(frame.Bets, name[..i]))
                frame.Bets.Add(name[..i].ToArray());
        }
    }

    static bool Contains(List<byte[]> names, ReadOnlySpan<byte> name)
    {
        foreach (var each in names)
        {
            if (name.SequenceEqual(each))
                return true;
        }
        return false;
    }
}
