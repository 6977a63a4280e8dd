using System.Runtime.ExceptionServices;

namespace Hostlock;

/// <summary>
/// Does the same for many things on all processors, and waits for what others wait for too. The base library has PLINQ and WaitAsync of
/// <see cref="Task{TResult}"/> for it, but a program that is compiled ahead of time makes the static fields of each of their generic
/// instances at every start, whatever it is started for.
/// </summary>
static class Together
{
    /// <summary>Maps each item on one of the processors, and gives the results in the order of the items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="map">Maps one item. Several calls run at the same time.</param>
    /// <exception cref="Exception">A call threw it; if several did, one of theirs.</exception>
    public static TResult[] Map<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> map)
    {
        var results = new TResult[items.Count];
        try
        {
            Parallel.For(0, results.Length, i => results[i] = map(items[i]));
        }
        catch (AggregateException whys)
        {
            ExceptionDispatchInfo.Throw(whys.InnerExceptions[0]);
        }
        return results;
    }

    /// <summary>Waits for a task that others wait for too.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Stops the waiting, not the task.</param>
    public static async Task<T> WaitAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        await ((Task)task).WaitAsync(cancellationToken);
        return await task;
    }
}
