namespace Hostlock.Benchmarks;

/// <summary>The use that a program made of the machine, together with the programs that it ran.</summary>
/// <param name="Cpu">The time of all cores, in and outside of the kernel.</param>
/// <param name="Faults">The pages that the kernel had to give or to map.</param>
/// <param name="WrittenBytes">The bytes that were written to disks.</param>
readonly record struct ChildUsage(TimeSpan Cpu, long Faults, long WrittenBytes)
{
    const int BlockBytes = 512;

    /// <summary>Reads the numbers that the kernel gives with the end of a program.</summary>
    /// <param name="usage">Two times in seconds and microseconds, the peak, three sizes, the faults without and with the disk, swaps,
    /// blocks in and out.</param>
    public static ChildUsage Of(ReadOnlySpan<long> usage) => new(
        TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]),
        usage[8] + usage[9],
        usage[12] * BlockBytes);

    /// <summary>The use of two programs together.</summary>
    public static ChildUsage operator +(ChildUsage one, ChildUsage other) =>
        new(one.Cpu + other.Cpu, one.Faults + other.Faults, one.WrittenBytes + other.WrittenBytes);
}
