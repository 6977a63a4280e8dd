using System.Runtime.InteropServices;

namespace Hostlock.Benchmarks;

/// <summary>What the programs that ran so far, and have ended, took of the machine.</summary>
/// <param name="Cpu">The time of all cores, in and outside of the kernel.</param>
/// <param name="Faults">The pages that the kernel had to give or to map.</param>
/// <param name="WrittenBytes">The bytes that were written to disks.</param>
readonly partial record struct ChildUsage(TimeSpan Cpu, long Faults, long WrittenBytes)
{
    const int Children = -1, BlockBytes = 512;

    /// <summary>What they took up to now.</summary>
    public static ChildUsage Now()
    {
        var usage = new long[16 + 2];
        if (GetUsage(Children, usage) != 0)
            throw new InvalidOperationException("the system does not say what its programs took");
        // Two times in seconds and microseconds, the peak, three sizes, the faults without and with the disk, swaps, blocks in and out.
        var cpu = TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
        return new(cpu, usage[8] + usage[9], usage[12] * BlockBytes);
    }

    /// <summary>What was taken since an earlier time.</summary>
    public static ChildUsage operator -(ChildUsage now, ChildUsage earlier) =>
        new(now.Cpu - earlier.Cpu, now.Faults - earlier.Faults, now.WrittenBytes - earlier.WrittenBytes);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, [Out] long[] usage);
}
