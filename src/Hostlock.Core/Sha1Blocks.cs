using System.Buffers.Binary;
using static System.Numerics.BitOperations;

namespace Hostlock;

/// <summary>SHA-1 without a library, as git names objects: the state, and the function that takes blocks into it.</summary>
/// <remarks>FIPS 180-4, whose sections are named below. The variables have its names.</remarks>
static class Sha1Blocks
{
    /// <summary>The state before the first block (5.3.1).</summary>
    public static ReadOnlySpan<uint> Start => [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

    /// <summary>Takes blocks of 64 bytes into a state (6.1.2).</summary>
    public static void Take(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        Span<uint> w = stackalloc uint[80];
        for (; !blocks.IsEmpty; blocks = blocks[64..])
        {
            for (var t = 0; t < 16; t++)
                w[t] = BinaryPrimitives.ReadUInt32BigEndian(blocks[(4 * t)..]);
            for (var t = 16; t < w.Length; t++)
                w[t] = RotateLeft(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4]);
            for (var t = 0; t < w.Length; t++)
            {
                // 4.1.1 and 4.2.1.
                var next = RotateLeft(a, 5) + e + w[t] + (t / 20) switch
                {
                    0 => (d ^ (b & (c ^ d))) + 0x5a827999,
                    1 => (b ^ c ^ d) + 0x6ed9eba1,
                    2 => ((b & c) | (d & (b | c))) + 0x8f1bbcdc,
                    _ => (b ^ c ^ d) + 0xca62c1d6,
                };
                (e, d, c, b, a) = (d, c, RotateLeft(b, 30), a, next);
            }
            state[0] += a;
            state[1] += b;
            state[2] += c;
            state[3] += d;
            state[4] += e;
        }
    }
}
