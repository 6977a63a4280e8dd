using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Undoing;
using Hostlock.Platform;

namespace Hostlock.Cli;

/// <summary>
/// Has the parts of a run wait for each other before the first of them writes: once all are ready, the locks of all flakes are written at
/// once, and then each part goes on.
/// </summary>
/// <param name="processes">The seam to git.</param>
sealed class FlakesTogether(IProcessRunner processes)
{
    readonly List<(FlakeWriting? Writing, FlakeUndo? Undo, TaskCompletionSource<LockReport?> Answer)> _waiting = [];
    TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the part that was begun last waits for the others.</summary>
    public Task Waits => _next.Task;

    /// <summary>Writes the locks of a flake, together with those of the others.</summary>
    /// <param name="writing">The writing of the flake.</param>
    /// <exception cref="HostlockException">Nothing could be planned or written.</exception>
    /// <exception cref="OperationCanceledException">Another flake failed, and nothing is written in any.</exception>
    public async Task<LockReport> WriteAsync(FlakeWriting writing) => (await WaitAsync(writing, null))!;

    /// <summary>Does an undo or a redo in a flake, together with the others.</summary>
    /// <param name="undo">What is done.</param>
    /// <exception cref="HostlockException">Nothing could be written.</exception>
    /// <exception cref="OperationCanceledException">Another flake failed, and nothing is written in any.</exception>
    public Task UndoAsync(FlakeUndo undo) => WaitAsync(null, undo);

    /// <summary>Waits until all others are ready as well.</summary>
    /// <exception cref="OperationCanceledException">Another flake failed, and nothing is written in any.</exception>
    public Task ReadyAsync() => WaitAsync(null, null);

    Task<LockReport?> WaitAsync(FlakeWriting? writing, FlakeUndo? undo)
    {
        var answer = new TaskCompletionSource<LockReport?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((writing, undo, answer));
        _next.TrySetResult();
        return answer.Task;
    }

    /// <summary>Begins the next part.</summary>
    public void Begin() => _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets nobody write, because a part failed.</summary>
    public void Abandon()
    {
        foreach (var (_, _, answer) in _waiting)
            answer.TrySetCanceled();
    }

    /// <summary>Writes for all parts that wait, now that the last of them is ready, and has them go on in their order.</summary>
    /// <param name="goneOnAsync">Ends when the part that waits at this place is done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">Nothing could be planned or written.</exception>
    public async Task WriteAsync(Func<int, Task> goneOnAsync, CancellationToken cancellationToken)
    {
        var writings = _waiting.Select(each => each.Writing).OfType<FlakeWriting>().ToList();
        var reports = new Queue<LockReport>(
            writings.Count == 0 ? [] : await LockWriting.RunAsync(processes, writings, cancellationToken));
        if (_waiting.Select(each => each.Undo).OfType<FlakeUndo>().ToList() is { Count: > 0 } undos)
            await ChangeUndo.ApplyAsync(processes, undos, cancellationToken);
        for (var i = 0; i < _waiting.Count; i++)
        {
            _waiting[i].Answer.SetResult(_waiting[i].Writing is null ? null : reports.Dequeue());
            await goneOnAsync(i);
        }
    }
}
