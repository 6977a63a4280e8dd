using Hostlock.Platform;

namespace Hostlock.Fetching.Compression;

/// <summary>
/// The input of a decompressor. It can show its next bytes, it knows whether its end was met, and it refuses to go on if much was read and
/// little was inflated, because a server may send empty members for ever.
/// </summary>
sealed class PackedInput(Stream source) : ForwardStream
{
    /// <summary>
    /// The bytes by which compressed input may exceed its inflated contents: headers, trailers, and bytes that were read ahead.
    /// </summary>
    public const long Idle = 16 << 20;

    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
    readonly byte[] _last = new byte[8];
    int _at, _end;
    bool _isDry;
    long _passed, _allowed = Idle;

    /// <summary>True after a read that met the end of the source.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The number of bytes that were read so far.</summary>
    public long Passed => _passed - (_end - _at);

    /// <summary>The last eight bytes that came from the source; fewer if fewer came.</summary>
    public ReadOnlySpan<byte> Last => _last.AsSpan(8 - (int)Math.Min(8, _passed));

    /// <summary>Allows as many more bytes to be read as the number of inflated bytes permits.</summary>
    public void Allow(long inflated) => _allowed = Idle + inflated + inflated / 8;

    /// <summary>Waits until some bytes have come, so that <see cref="Peek"/> does not block.</summary>
    public async Task FillAsync(int count, CancellationToken cancellationToken)
    {
        while (!_isDry && _end < count)
            Took(await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken));
    }

    /// <summary>The next bytes, without consuming them; fewer at the end.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_end - _at < count)
        {
            _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
            (_at, _end) = (0, _end - _at);
            while (!_isDry && _end < count)
                Took(source.Read(_buffer.AsSpan(_end)));
        }
        return _buffer.AsSpan(_at, Math.Min(count, _end - _at));
    }

    /// <summary>Consumes the next bytes, exactly as many as asked for.</summary>
    /// <exception cref="FetchException">The source ends before.</exception>
    public byte[] Take(int count)
    {
        var bytes = new byte[count];
        return this.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes
            : throw FetchException.BadArchive("its compressed bytes end too early");
    }

    public override int Read(Span<byte> buffer)
    {
        if (!Refill() || buffer.IsEmpty)
            return 0;
        var taken = Math.Min(buffer.Length, _end - _at);
        _buffer.AsSpan(_at, taken).CopyTo(buffer);
        _at += taken;
        return taken;
    }

    public override int ReadByte() => Refill() ? _buffer[_at++] : -1;

    bool Refill()
    {
        if (_at < _end)
            return true;
        (_at, _end) = (0, 0);
        if (!_isDry)
            Took(source.Read(_buffer));
        HasEnded |= _end == 0;
        return _end > 0;
    }

    void Took(int read)
    {
        _isDry = read == 0;
        _passed += read;
        var kept = Math.Min(8, read);
        _last.AsSpan(kept).CopyTo(_last);
        _buffer.AsSpan(_end + read - kept, kept).CopyTo(_last.AsSpan(8 - kept));
        _end += read;
        if (_passed > _allowed)
            throw FetchException.ArchiveTooLarge("what it holds beside what it inflates to, in bytes,", Idle);
    }
}
