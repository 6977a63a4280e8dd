using Hostlock.Platform;

namespace Hostlock.Fetching.Archives;

/// <summary>
/// A stream that a thread of its own reads a little ahead of its reader, so that inflating and hashing use two cores. A stream that ends in
/// its first piece needs no thread: the reader itself reads it.
/// </summary>
sealed class ReadAhead : ForwardStream
{
    const int Pieces = 8;
    const int PieceBytes = 256 * 1024;

    readonly byte[][] _pieces = new byte[Pieces][];
    readonly int[] _lengths = new int[Pieces];
    readonly SemaphoreSlim _free = new(Pieces - 1, Pieces);
    readonly SemaphoreSlim _filled = new(0, Pieces);
    readonly CancellationTokenSource _stop = new();
    readonly Stream _source;
    readonly CancellationToken _cancellationToken;
    Task? _reading;
    Exception? _failure;
    bool _isBegun;
    int _at, _used = -1;

    /// <summary>Makes the stream. Nothing is read before the first read.</summary>
    /// <param name="source">The stream to read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public ReadAhead(Stream source, CancellationToken cancellationToken) => (_source, _cancellationToken) = (source, cancellationToken);

    /// <summary>Reads the first piece, and says whether the stream ends in it. If it does not, the thread begins.</summary>
    public bool EndsInFirstPiece()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            _lengths[0] = Fill(0);
            _used = 0;
            if (_lengths[0] == PieceBytes)
                _reading = Task.Factory.StartNew(
                    ReadOn, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            else
                _filled.Release(); // the second piece is empty
        }
        return _reading is null;
    }

    public override int Read(Span<byte> buffer)
    {
        EndsInFirstPiece();
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
            _reading?.Wait(CancellationToken.None);
            _stop.Dispose();
            _free.Dispose();
            _filled.Dispose();
        }
        base.Dispose(disposing);
    }

    void ReadOn()
    {
        for (var at = 1; ; at = (at + 1) % Pieces)
        {
            try
            {
                _free.Wait(_stop.Token);
            }
            catch (OperationCanceledException why)
            {
                _failure = why;
            }
            var read = _lengths[at] = Fill(at);
            _filled.Release();
            if (read == 0)
                return;
        }
    }

    // Pieces are filled, because decompressors give few bytes at a time. The reader meets a failure after the bytes that came before it.
    int Fill(int at)
    {
        var read = 0;
        try
        {
            var piece = _pieces[at] ??= GC.AllocateUninitializedArray<byte>(PieceBytes);
            int more;
            while (_failure is null && read < piece.Length && (more = _source.Read(piece, read, piece.Length - read)) > 0)
                read += more;
        }
        catch (Exception why)
        {
            _failure = why;
        }
        return read;
    }
}
