using System.Buffers;
using System.Buffers.Binary;

namespace Hostlock.Nar;

/// <summary>A receiver of the bytes of a NAR.</summary>
interface INarOutput
{
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>Hashes the bytes that are written to it, by SHA-256.</summary>
sealed class NarDigest : INarOutput, IDisposable
{
    readonly ByteDigest _digest = new(ByteDigest.Kind.Sha256);

    public void Write(ReadOnlySpan<byte> bytes) => _digest.Append(bytes);

    public NarHash Finish() => NarHash.FromDigest(_digest.Finish());

    public void Dispose() => _digest.Dispose();
}

/// <summary>Keeps bytes until their place is known.</summary>
sealed class NarHold : INarOutput
{
    // Bytes of one piece: few enough that folders can reuse pieces, many enough that a folder needs few.
    const int Room = 32 * 1024;

    readonly List<byte[]> _pieces = [];

    /// <summary>The number of bytes that are kept.</summary>
    public long Length { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var at = (int)(Length % Room);
            if (at == 0)
                _pieces.Add(ArrayPool<byte>.Shared.Rent(Room));
            var taken = Math.Min(bytes.Length, Room - at);
            bytes[..taken].CopyTo(_pieces[^1].AsSpan(at));
            bytes = bytes[taken..];
            Length += taken;
        }
    }

    /// <summary>Writes a stretch of the kept bytes to another output.</summary>
    public void CopyTo(INarOutput output, long start, long length)
    {
        while (length > 0)
        {
            var at = (int)(start % Room);
            var taken = (int)Math.Min(length, Room - at);
            output.Write(_pieces[(int)(start / Room)].AsSpan(at, taken));
            start += taken;
            length -= taken;
        }
    }

    public void Clear()
    {
        foreach (var piece in _pieces)
            ArrayPool<byte>.Shared.Return(piece);
        _pieces.Clear();
        Length = 0;
    }
}

/// <summary>
/// Writes a NAR. This is the one place that knows its bytes: it is told of folders, files and links in NAR order.
/// </summary>
/// <param name="output">The stream that gets the bytes; it may change between entries.</param>
/// <remarks>Nix 2.34.8, libutil/archive.cc: every token is a 64-bit length, its bytes, and zeros up to a multiple of eight.</remarks>
sealed class NarStream(INarOutput output)
{
    public INarOutput Output { get; set; } = output;

    public void Begin() => Token("nix-archive-1"u8);

    public void BeginFolder()
    {
        Token("("u8);
        Token("type"u8);
        Token("directory"u8);
    }

    public void BeginEntry(ReadOnlySpan<byte> name)
    {
        Token("entry"u8);
        Token("("u8);
        Token("name"u8);
        Token(name);
        Token("node"u8);
    }

    /// <summary>Closes one bracket: the end of an entry, a folder or a file.</summary>
    public void End() => Token(")"u8);

    /// <exception cref="NarException">No file system has a link with such a target, and Nix reads no NAR with one.</exception>
    public void Link(ReadOnlySpan<byte> target)
    {
        if (target.IsEmpty || target.Contains((byte)0))
            throw NarException.BadLink();
        Token("("u8);
        Token("type"u8);
        Token("symlink"u8);
        Token("target"u8);
        Token(target);
        End();
    }

    public void BeginFile(bool isExecutable, long size)
    {
        Token("("u8);
        Token("type"u8);
        Token("regular"u8);
        if (isExecutable)
        {
            Token("executable"u8);
            Token([]);
        }
        Token("contents"u8);
        Length(size);
    }

    /// <summary>Writes a piece of the contents of the file that was begun.</summary>
    public void Contents(ReadOnlySpan<byte> piece) => Raw(piece);

    public void EndFile(long size)
    {
        Pad(size);
        End();
    }

    void Token(ReadOnlySpan<byte> token)
    {
        Length(token.Length);
        Raw(token);
        Pad(token.Length);
    }

    void Length(long length)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        Raw(bytes);
    }

    void Pad(long length) => Raw("\0\0\0\0\0\0\0"u8[..(int)(-length & 7)]);

    void Raw(ReadOnlySpan<byte> bytes) => Output.Write(bytes);
}
