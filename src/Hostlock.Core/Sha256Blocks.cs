using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Numerics.BitOperations;

namespace Hostlock;

/// <summary>SHA-256 without a library: the state, and the function that takes blocks into it.</summary>
/// <remarks>FIPS 180-4, whose sections are named below. The functions and variables have its names.</remarks>
static class Sha256Blocks
{
    // 4.2.2.
    static ReadOnlySpan<uint> K =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>The state before the first block (5.3.3).</summary>
    public static ReadOnlySpan<uint> Start =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>Takes blocks of 64 bytes into a state (6.2.2).</summary>
    public static void Take(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        // Sixteen words of the schedule, each with its constant. The next are made four at once, beside the rounds.
        Span<uint> w = stackalloc uint[16];
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (; !blocks.IsEmpty; blocks = blocks[64..])
        {
            var (w0, w4, w8, w12) = (Words(blocks), Words(blocks[16..]), Words(blocks[32..]), Words(blocks[48..]));
            Put(w0, K, w);
            Put(w4, K[4..], w[4..]);
            Put(w8, K[8..], w[8..]);
            Put(w12, K[12..], w[12..]);
            for (var k = K[16..]; ; k = k[16..])
            {
                // A round moves each variable to the next name; here the names move, and no value is copied.
                Round(a, b, c, ref d, e, f, g, ref h, w[0]);
                Round(h, a, b, ref c, d, e, f, ref g, w[1]);
                Round(g, h, a, ref b, c, d, e, ref f, w[2]);
                Round(f, g, h, ref a, b, c, d, ref e, w[3]);
                if (k.Length > 0)
                    Put(w0 = Next(w0, w4, w8, w12), k, w);
                Round(e, f, g, ref h, a, b, c, ref d, w[4]);
                Round(d, e, f, ref g, h, a, b, ref c, w[5]);
                Round(c, d, e, ref f, g, h, a, ref b, w[6]);
                Round(b, c, d, ref e, f, g, h, ref a, w[7]);
                if (k.Length > 0)
                    Put(w4 = Next(w4, w8, w12, w0), k[4..], w[4..]);
                Round(a, b, c, ref d, e, f, g, ref h, w[8]);
                Round(h, a, b, ref c, d, e, f, ref g, w[9]);
                Round(g, h, a, ref b, c, d, e, ref f, w[10]);
                Round(f, g, h, ref a, b, c, d, ref e, w[11]);
                if (k.Length > 0)
                    Put(w8 = Next(w8, w12, w0, w4), k[8..], w[8..]);
                Round(e, f, g, ref h, a, b, c, ref d, w[12]);
                Round(d, e, f, ref g, h, a, b, ref c, w[13]);
                Round(c, d, e, ref f, g, h, a, ref b, w[14]);
                Round(b, c, d, ref e, f, g, h, ref a, w[15]);
                if (k.Length == 0)
                    break;
                Put(w12 = Next(w12, w0, w4, w8), k[12..], w[12..]);
            }
            (a, b, c, d) = (state[0] += a, state[1] += b, state[2] += c, state[3] += d);
            (e, f, g, h) = (state[4] += e, state[5] += f, state[6] += g, state[7] += h);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint w)
    {
        var t1 = h + Sum1(e) + (g ^ (e & (f ^ g))) + w;
        d += t1;
        h = t1 + Sum0(a) + ((a & b) | (c & (a | b)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Sum0(uint x) => RotateRight(x, 2) ^ RotateRight(x, 13) ^ RotateRight(x, 22);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Sum1(uint x) => RotateRight(x, 6) ^ RotateRight(x, 11) ^ RotateRight(x, 25);

    // Four words of the schedule, of the sixteen before them. The last two of them need the first two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Next(Vector128<uint> w0, Vector128<uint> w4, Vector128<uint> w8, Vector128<uint> w12)
    {
        var next = w0 + Sigma0(OneOn(w0, w4)) + OneOn(w8, w12);
        next += Sigma1(Vector128.Shuffle(w12, Vector128.Create(2u, 3, uint.MaxValue, uint.MaxValue)));
        return next + Sigma1(Vector128.Shuffle(next, Vector128.Create(uint.MaxValue, uint.MaxValue, 0, 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Sigma0(Vector128<uint> x) => Rotated(x, 7) ^ Rotated(x, 18) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Sigma1(Vector128<uint> x) => Rotated(x, 17) ^ Rotated(x, 19) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Rotated(Vector128<uint> x, int bits) => (x >>> bits) | (x << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector128<uint> words, ReadOnlySpan<uint> k, Span<uint> w) => (words + Vector128.Create(k)).CopyTo(w);

    // The four words that begin one word further on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> OneOn(Vector128<uint> words, Vector128<uint> following) =>
        Vector128.Shuffle(
            Sse.IsSupported ? Sse.MoveScalar(words.AsSingle(), following.AsSingle()).AsUInt32() : words.WithElement(0, following[0]),
            Vector128.Create(1u, 2, 3, 0));

    // Four words, which are stored with the high byte first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Words(ReadOnlySpan<byte> bytes)
    {
        var halves = Vector128.Create(bytes).AsUInt16();
        var words = ((halves << 8) | (halves >>> 8)).AsUInt32();
        return (words << 16) | (words >>> 16);
    }
}
