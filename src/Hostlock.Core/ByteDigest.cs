using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hostlock;

/// <summary>
/// Computes the SHA-256 or the SHA-1 of bytes; there is no other way to compute them. The library of the system is fast, but a process that
/// needs one digest would spend most of its time on loading it. So our own code hashes the first bytes of a process
/// (docs/decisions/0023).
/// </summary>
/// <remarks>
/// An instance takes bytes in pieces. It holds them until their end is seen or they are too many for our own code: the library cannot go
/// on from the state of another.
/// </remarks>
sealed class ByteDigest : IDisposable
{
    /// <summary>The bytes of a SHA-256.</summary>
    public const int Sha256Bytes = 32;

    const int BlockBytes = 64;

    // Bytes that are held in one array. The library gets as many at once.
    const int Room = 64 * 1024;

    readonly Kind _kind;
    readonly OwnShare _share;
    readonly List<byte[]> _full = [];
    byte[] _last = ArrayPool<byte>.Shared.Rent(Room);
    int _used;
    IncrementalHash? _library;

    /// <summary>Begins a digest of bytes that come in pieces.</summary>
    public ByteDigest(Kind kind)
        : this(kind, OwnShare.OfProcess)
    {
    }

    /// <summary>Begins one with a share of its own.</summary>
    internal ByteDigest(Kind kind, OwnShare share) => (_kind, _share) = (kind, share);

    /// <summary>The functions.</summary>
    public enum Kind
    {
        Sha1,
        Sha256,
    }

    /// <summary>The SHA-256 of bytes.</summary>
    public static byte[] Sha256(ReadOnlySpan<byte> bytes) =>
        OwnShare.OfProcess.TryTake(bytes.Length) ? Own(Kind.Sha256, [], bytes) : SHA256.HashData(bytes);

    /// <summary>The SHA-256 of bytes, in small hexadecimal digits.</summary>
    public static string Sha256Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(Sha256(bytes));

    /// <summary>The SHA-256 of a text in UTF-8, in small hexadecimal digits.</summary>
    public static string Sha256Hex(string text) => Sha256Hex(Encoding.UTF8.GetBytes(text));

    /// <summary>Adds a piece.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > Room - _used)
        {
            if (_library is not null && _used == 0)
            {
                _library.AppendData(bytes);
                return;
            }
            bytes[..(Room - _used)].CopyTo(_last.AsSpan(_used));
            bytes = bytes[(Room - _used)..];
            _used = Room;
            MakeRoom();
        }
        bytes.CopyTo(_last.AsSpan(_used));
        _used += bytes.Length;
    }

    /// <summary>The digest of all pieces. Nothing can be added afterwards.</summary>
    public byte[] Finish()
    {
        if (_library is null && _share.TryTake(Held))
            return Own(_kind, _full, _last.AsSpan(0, _used));
        HandOver();
        return _library!.GetHashAndReset();
    }

    /// <summary>Lets go of the library, and of what is held.</summary>
    public void Dispose()
    {
        _library?.Dispose();
        Forget();
        ArrayPool<byte>.Shared.Return(_last);
        _last = [];
    }

    long Held => ((long)_full.Count * Room) + _used;

    void MakeRoom()
    {
        if (_library is null && _share.Allows(Held + 1))
        {
            _full.Add(_last);
            _last = ArrayPool<byte>.Shared.Rent(Room);
            _used = 0;
        }
        else
        {
            HandOver();
        }
    }

    // Gives the library all that is held.
    void HandOver()
    {
        _share.End();
        _library ??= IncrementalHash.CreateHash(_kind == Kind.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        foreach (var full in _full)
            _library.AppendData(full, 0, Room);
        _library.AppendData(_last, 0, _used);
        Forget();
        _used = 0;
    }

    void Forget()
    {
        foreach (var full in _full)
            ArrayPool<byte>.Shared.Return(full);
        _full.Clear();
    }

    // FIPS 180-4, 5.1.1 and 6: blocks, then a one, zeros, and the number of bits.
    static byte[] Own(Kind kind, List<byte[]> full, ReadOnlySpan<byte> last)
    {
        var state = (kind == Kind.Sha256 ? Sha256Blocks.Start : Sha1Blocks.Start).ToArray();
        foreach (var each in full)
            Take(kind, state, each.AsSpan(0, Room));
        var whole = last.Length / BlockBytes * BlockBytes;
        Take(kind, state, last[..whole]);
        Span<byte> end = stackalloc byte[2 * BlockBytes];
        end.Clear();
        last[whole..].CopyTo(end);
        var used = last.Length - whole;
        end[used] = 0x80;
        end = end[..(used + 1 + sizeof(long) <= BlockBytes ? BlockBytes : 2 * BlockBytes)];
        BinaryPrimitives.WriteInt64BigEndian(end[^sizeof(long)..], (((long)full.Count * Room) + last.Length) * 8);
        Take(kind, state, end);
        var digest = new byte[state.Length * sizeof(uint)];
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(i * sizeof(uint)), state[i]);
        return digest;
    }

    static void Take(Kind kind, uint[] state, ReadOnlySpan<byte> blocks)
    {
        if (kind == Kind.Sha256)
            Sha256Blocks.Take(state, blocks);
        else
            Sha1Blocks.Take(state, blocks);
    }

    /// <summary>The bytes that our own code still hashes.</summary>
    internal sealed class OwnShare(long bytes)
    {
        /// <summary>That of the process. Our code takes 3 ms of a processor for a megabyte, and loading the library takes 2.</summary>
        public static readonly OwnShare OfProcess = new(512 * 1024);

        long _left = bytes;

        /// <summary>Tells whether so many bytes are left.</summary>
        public bool Allows(long bytes) => Volatile.Read(ref _left) >= bytes;

        /// <summary>Takes bytes; false if so many are not left. Then the library is loaded, and does all that comes.</summary>
        public bool TryTake(long bytes)
        {
            if (!Allows(bytes))
            {
                End();
                return false;
            }
            Interlocked.Add(ref _left, -bytes);
            return true;
        }

        /// <summary>Leaves nothing.</summary>
        public void End() => Volatile.Write(ref _left, 0);
    }
}
