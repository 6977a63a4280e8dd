namespace Hostlock.Nar;

/// <summary>Entries came in an order in which a NAR cannot be made of them in one go.</summary>
sealed class NarOrderException(string message) : Exception(message);

/// <summary>
/// A NAR of entries that come as git lists them, hashed in one go. git sorts a folder as if its name ended in a slash, a NAR by the
/// plain bytes of the names; so of <c>foo-bar</c>, <c>foo.nix</c>, <c>foo/</c> the last has to be written first. An entry is held back
/// until no folder that would have to come before it can follow. Where more is held than the limit, it is written on the bet that
/// there is no such folder; a bet that is lost is noticed.
/// </summary>
/// <param name="limit">Most bytes that are held back.</param>
/// <remarks>git, base_name_compare; Nix 2.34.8, libutil/archive.cc.</remarks>
sealed class NarOrder(long limit) : IDisposable
{
    readonly NarDigest _digest = new();
    readonly List<Frame> _open = [];
    readonly Stack<Frame> _spare = [];
    NarStream? _nar;
    long _held, _size, _left;

    /// <summary>A stretch of what is held back: an entry whole.</summary>
    readonly record struct Held(byte[] Name, long Start, long Length);

    /// <summary>An open folder.</summary>
    sealed class Frame
    {
        public byte[] Name = [];
        public byte[]? Last;
        public bool LastIsFolder;

        /// <summary>The folder that what is held back waits for; null where nothing is held.</summary>
        public byte[]? Awaited;

        /// <summary>True while that folder is being written.</summary>
        public bool IsHere;

        /// <summary>True while the entry being written is held back.</summary>
        public bool IsHolding;
        public long Start;
        public readonly List<Held> Group = [];
        public readonly NarHold Hold = new();

        /// <summary>Names of files of late: no folder has the same.</summary>
        public readonly List<byte[]> Files = [];

        /// <summary>Names of folders on whose absence was bet.</summary>
        public readonly List<byte[]> Bets = [];
    }

    /// <summary>How many folders are open, the root included.</summary>
    public int Depth => _open.Count;

    /// <summary>The name of an open folder; the root is 0.</summary>
    public ReadOnlySpan<byte> NameAt(int depth) => _open[depth].Name;

    /// <summary>Opens the root, and then folder after folder.</summary>
    /// <exception cref="NarOrderException">It should have come earlier.</exception>
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

    /// <summary>Closes what is open.</summary>
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
        if (frame.Last is not null && Compare(name, isFolder, frame.Last, frame.LastIsFolder) <= 0)
            throw new NarOrderException("an entry should have come earlier");
        if (isFolder && Contains(frame.Bets, name))
            throw new NarOrderException("a folder came that was not expected any more");
        if (isFolder && Contains(frame.Files, name))
            throw new NarOrderException("a file and a folder have one name");
        var own = name.ToArray();
        (frame.Last, frame.LastIsFolder) = (own, isFolder);
        if (frame.Awaited is not null)
        {
            var order = Compare(name, isFolder, frame.Awaited, true);
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

    // What is written into the folders open at a depth: held back by the innermost that does so.
    INarOutput OutputBelow(int depth)
    {
        for (var i = depth - 1; i >= 0; i--)
        {
            if (_open[i].IsHolding)
                return _open[i].Hold;
        }
        return _digest;
    }

    // What waits for a folder that is here already is about to be written.
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

    // The name of an entry on its way is not yet that of a folder which would have to be written before it, unless one may still come.
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
            if (Compare(name, isFolder, frame.Bets[i], true) > 0)
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

    // Writes the first of the group, by name.
    static void WriteGroup(Frame frame, INarOutput output, int count)
    {
        frame.Group.Sort(static (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
        foreach (var held in frame.Group.Take(count))
            frame.Hold.CopyTo(output, held.Start, held.Length);
        frame.Group.RemoveRange(0, count);
    }

    // The outermost folders first: they hold the most.
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
            // The entry on its way goes straight on from here; what sorts behind it waits for it as for a folder.
            var name = frame.Last!;
            var before = frame.Group.Count(held => held.Name.AsSpan().SequenceCompareTo(name) < 0);
            frame.Group.Sort(static (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
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

    // Every folder that would have had to be written before this entry is bet to be absent, not only the first.
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

    // The order of git: a folder as if a slash stood behind its name.
    static int Compare(ReadOnlySpan<byte> one, bool oneIsFolder, ReadOnlySpan<byte> other, bool otherIsFolder)
    {
        var common = Math.Min(one.Length, other.Length);
        var order = one[..common].SequenceCompareTo(other[..common]);
        if (order != 0)
            return order;
        var (next, otherNext) = (Next(one, oneIsFolder), Next(other, otherIsFolder));
        return next != otherNext ? next - otherNext : one.Length - other.Length;

        int Next(ReadOnlySpan<byte> name, bool isFolder) => name.Length > common ? name[common] : isFolder ? '/' : -1;
    }
}
