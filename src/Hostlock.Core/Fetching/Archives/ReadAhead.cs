using Hostlock.Platform;

namespace Hostlock.Fetching.Archives;

/// <summary>A stream that a thread of its own reads a little ahead of its reader, so that inflating and hashing use two cores.</summary>
sealed class ReadAhead : ForwardStream
{
    const int Pieces = 8;
    const int PieceBytes = 256 * 1024;

    readonly byte[][] _pieces = new byte[Pieces][];
    readonly int[] _lengths = new int[Pieces];
    readonly SemaphoreSlim _free = new(Pieces, Pieces);
    readonly SemaphoreSlim _filled = new(0, Pieces);
    readonly CancellationTokenSource _stop = new();
    readonly Task _reading;
    readonly CancellationToken _cancellationToken;
    Exception? _failure;
    int _at, _used = -1;

    /// <summary>Begins to read ahead.</summary>
    /// <param name="source">The stream to read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public ReadAhead(Stream source, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _reading = Task.Factory.StartNew(
            () => ReadAll(source), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_used < 0)
        {
            _filled.Wait(_cancellationToken);
            _used = 0;
        }
        var length = _lengths[_at];
        if (length == 0)
            return _failure is null ? 0 : throw _failure;
        var taken = Math.Min(buffer.Length, length - _used);
        _pieces[_at].AsSpan(_used, taken).CopyTo(buffer);
        _used += taken;
        if (_used == length)
        {
            _used = -1;
            _at = (_at + 1) % Pieces;
            _free.Release();
        }
        return taken;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Cancel();
            _reading.Wait(CancellationToken.None);
            _stop.Dispose();
            _free.Dispose();
            _filled.Dispose();
        }
        base.Dispose(disposing);
    }

    void ReadAll(Stream source)
    {
        for (var at = 0; ; at = (at + 1) % Pieces)
        {
            var read = 0;
            try
            {
                _free.Wait(_stop.Token);
                var piece = _pieces[at] ??= new byte[PieceBytes];
                // Pieces are filled, because decompressors give few bytes at a time.
                int more;
                while (_failure is null && read < piece.Length && (more = source.Read(piece, read, piece.Length - read)) > 0)
                    read += more;
            }
            catch (Exception why)
            {
                // The reader meets the failure after the bytes that came before it.
                _failure = why;
            }
            _lengths[at] = read;
            _filled.Release();
            if (read == 0)
                return;
        }
    }
}
