namespace Hostlock.Tests.Support;

/// <summary>A stack of one megabyte. Work that goes a step down for each of ten thousand levels overflows it and ends the run.</summary>
static class SmallStack
{
    /// <summary>The result of some work on a thread with such a stack.</summary>
    public static T Run<T>(Func<T> work)
    {
        T? result = default;
        var thread = new Thread(() => result = work(), maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        return result!;
    }
}
