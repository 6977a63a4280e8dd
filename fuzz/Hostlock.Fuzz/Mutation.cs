using System.Text;

namespace Hostlock.Fuzz;

/// <summary>Makes an input out of others: it changes bits and numbers, and cuts, doubles and moves stretches, or takes those of
/// another.</summary>
sealed class Mutation(Random random, IReadOnlyList<byte[]> seeds, IReadOnlyList<string> words)
{
    const int MaximumBytes = 64 * 1024;

    static readonly byte[] Odd = [0, 1, 0x7f, 0x80, 0xff, .. "\"\\{}/\n-09 "u8];

    /// <summary>One of the inputs to begin with, as it is.</summary>
    public byte[] Seed() => seeds[random.Next(seeds.Count)];

    /// <summary>One of the inputs to begin with, changed, and of at most 64 KiB.</summary>
    public byte[] Next()
    {
        var bytes = Seed().ToList();
        for (var steps = 1 << random.Next(5); steps > 0; steps--)
            Step(bytes);
        return [.. bytes.Take(MaximumBytes)];
    }

    void Step(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(bytes.Count - at, 1 << random.Next(9));
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = Odd[random.Next(Odd.Length)];
                break;
            case 2:
                bytes.Insert(at, Odd[random.Next(Odd.Length)]);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 5:
                var piece = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), piece);
                break;
            case 6:
                var other = Seed();
                var start = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(start, Math.Min(other.Length - start, 1 << random.Next(10))).ToArray());
                break;
            case 7 when words.Count > 0:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(words[random.Next(words.Count)]));
                break;
            case 8 when words.Count > 0:
                // Deep nesting, which is what ends parsers.
                var word = Encoding.UTF8.GetBytes(words[random.Next(words.Count)]);
                for (var times = 1 << random.Next(12); times > 0 && bytes.Count < MaximumBytes; times--)
                    bytes.InsertRange(at, word);
                break;
            default:
                break;
        }
    }
}
