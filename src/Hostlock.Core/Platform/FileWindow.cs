using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hostlock.Platform;

/// <summary>A file that is read here and there. A piece of it is held in memory, so that what lies side by side is read at once. The file
/// is not mapped: if somebody cut off a mapped file, the program would be killed.</summary>
/// <remarks>Only one caller at a time may use it.</remarks>
sealed class FileWindow : IDisposable
{
    readonly SafeFileHandle _file;
    readonly int _half;
    readonly byte[] _held;
    long _start;
    int _length;

    FileWindow(SafeFileHandle file, long length, int half)
    {
        (_file, Length, _half) = (file, length, half);
        _held = ArrayPool<byte>.Shared.Rent(2 * half);
    }

    /// <summary>The length that the file had when it was opened, in bytes.</summary>
    public long Length { get; }

    /// <summary>Opens a regular file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that are asked for at once. Twice as many are held.</param>
    /// <exception cref="IOException">The file does not exist, is not a regular file, or cannot be opened.</exception>
    public static FileWindow Open(string path, int most) =>
        new(UnixFiles.OpenFile(Encoding.UTF8.GetBytes(path), out var length), length, most);

    /// <summary>Bytes of the file, which are valid until the next call.</summary>
    /// <param name="offset">Their place in the file.</param>
    /// <param name="length">Their number.</param>
    /// <exception cref="EndOfStreamException">The file ends before.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public ReadOnlySpan<byte> At(long offset, int length)
    {
        if (offset < 0 || offset > Length - length || length > _half)
            throw new EndOfStreamException();
        if (offset < _start || offset + length > _start + _length)
            Move(offset);
        return offset + length <= _start + _length ? _held.AsSpan((int)(offset - _start), length) : throw new EndOfStreamException();
    }

    /// <summary>Reads bytes, as many as are held from there on.</summary>
    /// <param name="offset">Their place in the file.</param>
    /// <param name="into">Gets them.</param>
    /// <returns>How many were read; 0 at the end of the file.</returns>
    /// <exception cref="IOException">They cannot be read.</exception>
    public int Read(long offset, Span<byte> into)
    {
        if (offset < 0 || offset >= Length)
            return 0;
        if (offset < _start || offset >= _start + _length)
            Move(offset);
        var some = (int)Math.Clamp(_start + _length - offset, 0, into.Length);
        _held.AsSpan((int)(offset - _start), some).CopyTo(into);
        return some;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (_file.IsClosed)
            return;
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_held);
    }

    // The piece begins at a multiple of its half, so that what is asked for next is often in it, before or behind.
    void Move(long offset)
    {
        _start = offset / _half * _half;
        _length = 0;
        int read;
        while (_length < 2 * _half && (read = RandomAccess.Read(_file, _held.AsSpan(_length, (2 * _half) - _length), _start + _length)) > 0)
            _length += read;
    }
}
