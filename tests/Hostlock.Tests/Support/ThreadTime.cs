using System.Runtime.InteropServices;

namespace Hostlock.Tests.Support;

/// <summary>The time that a piece of work takes of the processor, whatever else the machine does meanwhile.</summary>
static partial class ThreadTime
{
    // CLOCK_THREAD_CPUTIME_ID of Linux (clock_gettime(2)).
    const int OfThisThread = 3;

    /// <summary>The time of the processor that an action takes on this thread.</summary>
    public static TimeSpan Of(Action action)
    {
        var start = Now();
        action();
        return Now() - start;
    }

    static TimeSpan Now()
    {
        if (ReadClock(OfThisThread, out var time) != 0)
            throw new InvalidOperationException("the thread has no clock");
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out ClockTime time);

    // struct timespec of 64-bit Linux.
    readonly record struct ClockTime(long Seconds, long Nanoseconds);
}
