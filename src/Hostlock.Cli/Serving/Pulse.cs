namespace Hostlock.Cli.Serving;

/// <summary>Wakes all that wait for the next change. They find the change themselves, so a slow one misses nothing.
/// </summary>
sealed class Pulse
{
    TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends at the next change.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes all that wait.</summary>
    public void Beat() =>
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
