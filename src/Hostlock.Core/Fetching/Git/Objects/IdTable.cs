using System.Buffers.Binary;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.Objects;

/// <summary>The ids of objects in order, in a file of git's. Before them stands how many begin with each byte or a smaller one.</summary>
/// <remarks>git's Documentation: gitformat-pack(5).</remarks>
sealed class IdTable
{
    /// <summary>The bytes of the counts.</summary>
    public const int CountsBytes = 256 * sizeof(uint);

    /// <summary>The bytes of an id.</summary>
    public const int IdBytes = 20;

    readonly int[] _upTo;
    readonly long _start;

    IdTable(int[] upTo, long start) => (_upTo, _start) = (upTo, start);

    /// <summary>The number of ids.</summary>
    public int Count => _upTo[^1];

    /// <summary>The place behind the ids.</summary>
    public long End => _start + ((long)Count * IdBytes);

    /// <summary>Reads the counts; null if they are damaged.</summary>
    /// <param name="file">The file.</param>
    /// <param name="counts">Their place in it.</param>
    /// <param name="start">The place of the ids.</param>
    public static IdTable? Read(FileWindow file, long counts, long start)
    {
        var bytes = file.At(counts, CountsBytes);
        var upTo = new int[256];
        for (var i = 0; i < upTo.Length; i++)
        {
            var count = BinaryPrimitives.ReadUInt32BigEndian(bytes[(i * sizeof(uint))..]);
            if (count > int.MaxValue || (i > 0 && (int)count < upTo[i - 1]))
                return null;
            upTo[i] = (int)count;
        }
        return start >= 0 && start <= file.Length - ((long)upTo[^1] * IdBytes) ? new(upTo, start) : null;
    }

    /// <summary>True if an id begins with this byte.</summary>
    /// <param name="first">The byte.</param>
    public bool Has(byte first) => Before(first) < _upTo[first];

    /// <summary>The place of an id among all; null if it is not there.</summary>
    /// <param name="file">The file.</param>
    /// <param name="id">The id, twenty bytes.</param>
    public int? IndexOf(FileWindow file, ReadOnlySpan<byte> id)
    {
        var (low, high) = (Before(id[0]), _upTo[id[0]]);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            switch (file.At(_start + ((long)middle * IdBytes), IdBytes).SequenceCompareTo(id))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle;
                    break;
            }
        }
        return null;
    }

    int Before(byte first) => first == 0 ? 0 : _upTo[first - 1];
}
