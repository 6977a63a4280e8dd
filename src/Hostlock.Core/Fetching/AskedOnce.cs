using System.Collections.Concurrent;

namespace Hostlock.Fetching;

/// <summary>
/// Asks each question once, however many callers ask it, and gives all of them the one answer. A caller that gives up stops waiting; the
/// question goes on.
/// </summary>
sealed class AskedOnce<TQuestion, TAnswer>
    where TQuestion : notnull
{
    readonly ConcurrentDictionary<TQuestion, Lazy<Task<TAnswer>>> _answers = [];

    /// <summary>Gives the answer to a question, and asks the question if no caller has yet.</summary>
    /// <param name="question">The question.</param>
    /// <param name="ask">Asks it.</param>
    /// <param name="cancellationToken">Stops the waiting, not the question.</param>
    public Task<TAnswer> AskAsync(TQuestion question, Func<Task<TAnswer>> ask, CancellationToken cancellationToken) =>
        Together.WaitAsync(_answers.GetOrAdd(question, _ => new(ask)).Value, cancellationToken);

    /// <summary>Waits until every question that was asked has an answer or has failed, and never fails itself.</summary>
    public async Task EndAsync()
    {
        foreach (var asked in _answers.Values)
            await ((Task)asked.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
