using System.Globalization;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// Reads the objects of a repository from one <c>git cat-file --batch</c>. Questions are sent ahead, and git answers in the order of the
/// questions. Only one caller at a time may use it.
/// </summary>
sealed class GitObjects(IRunningProcess process) : IAsyncDisposable
{
    /// <summary>
    /// The most questions that may be open at once. They fit into a pipe, so that neither side waits for the other for ever.
    /// </summary>
    public const int MostAhead = 1000;

    const int MaximumHeader = 16 * 1024;

    readonly byte[] _answers = new byte[128 * 1024];
    readonly byte[] _questions = new byte[16 * 1024];
    int _start, _end, _asked;

    /// <summary>Adds a question for an object, by its id or by any name that git resolves.</summary>
    public void Ask(string name)
    {
        if (_asked + Encoding.UTF8.GetMaxByteCount(name.Length) + 1 > _questions.Length)
            Send();
        _asked += Encoding.UTF8.GetBytes(name, _questions.AsSpan(_asked));
        _questions[_asked++] = (byte)'\n';
    }

    /// <summary>Sends the questions.</summary>
    public void Send()
    {
        try
        {
            process.Input.Write(_questions, 0, _asked);
            process.Input.Flush();
        }
        catch (IOException)
        {
            throw new EndOfStreamException();
        }
        _asked = 0;
    }

    /// <summary>Sends the ids of objects, and then closes git's input. This is for a process whose answers another thread reads.</summary>
    public async Task SendAllAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var batch = new MemoryStream();
        try
        {
            foreach (var id in ids)
            {
                batch.Write(Encoding.ASCII.GetBytes(id));
                batch.WriteByte((byte)'\n');
                if (batch.Length < 32 * 1024)
                    continue;
                await process.Input.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), cancellationToken);
                batch.SetLength(0);
            }
            await process.Input.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), cancellationToken);
            process.Input.Close();
        }
        catch (IOException)
        {
            // git has ended. The reader of the answers meets the end too, and reports it.
        }
    }

    /// <summary>The head of the next answer; its contents are to be read next. Null if no such object exists.</summary>
    /// <exception cref="EndOfStreamException">git has ended.</exception>
    public GitHeader? NextHeader()
    {
        int length;
        while ((length = _answers.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
            Fill();
        var line = Encoding.UTF8.GetString(_answers, _start, length);
        _start += length + 1;
        return line.Split(' ') is [var id, var kind, var size] && (kind is "commit" or "tree" or "blob" or "tag")
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? new(id, kind, bytes)
                : null;
    }

    /// <summary>Reads a piece of the contents of the answer whose header was read; returns the number of bytes, at least one.</summary>
    public int Read(Span<byte> into)
    {
        if (_start == _end)
        {
            // A large piece goes directly to the caller's buffer.
            if (into.Length >= _answers.Length)
                return process.Output.Read(into) is > 0 and var read ? read : throw new EndOfStreamException();
            Fill();
        }
        var some = Math.Min(into.Length, _end - _start);
        _answers.AsSpan(_start, some).CopyTo(into);
        _start += some;
        return some;
    }

    /// <summary>Skips the rest of the contents, and the line feed after them.</summary>
    public void Skip(long rest)
    {
        for (rest++; rest > 0;)
        {
            if (_start == _end)
                Fill();
            var some = (int)Math.Min(rest, _end - _start);
            _start += some;
            rest -= some;
        }
    }

    /// <summary>Reads the contents of the answer whose header was read.</summary>
    /// <param name="header">The header.</param>
    /// <exception cref="FetchException">They are more than memory holds in one piece.</exception>
    public byte[] ReadWhole(GitHeader header) => ReadWhole(header, Array.MaxLength, $"the object {header.Id}");

    /// <summary>An object by a name, with all its contents; null if no object has the name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <param name="shown">The name of the object, for the error.</param>
    /// <exception cref="FetchException">It has more.</exception>
    public (GitHeader Header, byte[] Contents)? Find(string name, int most, string shown) =>
        Header(name) is { } header ? (header, ReadWhole(header, most, shown)) : null;

    /// <summary>An object by a name, with the beginning of its contents: for a reader that needs no more, or that sees by one more byte
    /// that the object is too large. Null if no object has the name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="most">The most bytes that are read.</param>
    public (GitHeader Header, byte[] Beginning)? FindBeginning(string name, int most) =>
        Header(name) is { } header ? (header, ReadBeginning(header, most)) : null;

    GitHeader? Header(string name)
    {
        // Each line is one question, so a name that is not one line names nothing.
        if (name.Length is 0 or > MaximumHeader / 4 || name.Any(char.IsControl))
            return null;
        Ask(name);
        Send();
        return NextHeader();
    }

    byte[] ReadWhole(GitHeader header, int most, string shown)
    {
        if (header.Size <= most)
            return ReadBeginning(header, most);
        Skip(header.Size);
        throw FetchException.ObjectTooLarge(shown, header.Size, most);
    }

    /// <summary>Reads the first bytes of the contents of the answer whose header was read, and skips the rest.</summary>
    /// <param name="header">The header.</param>
    /// <param name="most">The most bytes that are read.</param>
    public byte[] ReadBeginning(GitHeader header, int most)
    {
        var contents = new byte[Math.Min(header.Size, most)];
        for (var at = 0; at < contents.Length;)
            at += Read(contents.AsSpan(at));
        Skip(header.Size - contents.Length);
        return contents;
    }

    /// <summary>The errors that git wrote before it ended.</summary>
    public async Task<string> LastWordsAsync(CancellationToken cancellationToken)
    {
        process.Input.Close();
        return (await process.WaitAsync(cancellationToken)).Errors.Trim();
    }

    /// <summary>
    /// Closes git's input, so that git ends by itself. Killing it with everything it started would first go through all processes of the
    /// machine.
    /// </summary>
    public void Leave()
    {
        try
        {
            process.Input.Close();
        }
        catch (Exception why) when (why is IOException or InvalidOperationException)
        {
            // git has ended already, or was stopped.
        }
    }

    /// <summary>Ends git, even in the middle of an answer.</summary>
    public void Stop() => _ = process.DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    void Fill()
    {
        if (_start > 0)
        {
            _answers.AsSpan(_start, _end - _start).CopyTo(_answers);
            (_start, _end) = (0, _end - _start);
        }
        var read = _end == _answers.Length ? 0 : process.Output.Read(_answers, _end, _answers.Length - _end);
        if (read == 0)
            throw new EndOfStreamException();
        _end += read;
    }
}
