using System.Collections.Concurrent;

namespace Hostlock.Fetching;

/// <summary>
/// The answers to questions that are asked once, however many want to know. The answer is for all of them: one who gives up stops waiting, and the
/// question goes on.
/// </summary>
sealed class AskedOnce<TQuestion, TAnswer>
    where TQuestion : notnull
{
    readonly ConcurrentDictionary<TQuestion, Lazy<Task<TAnswer>>> _answers = [];

    /// <summary>The answer to a question, which is asked if nobody has yet.</summary>
    /// <param name="question">The question.</param>
    /// <param name="ask">Asks it.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public Task<TAnswer> AskAsync(TQuestion question, Func<Task<TAnswer>> ask, CancellationToken cancellationToken) =>
        _answers.GetOrAdd(question, _ => new(ask)).Value.WaitAsync(cancellationToken);

    /// <summary>Waits until every question that was asked has an answer or has failed, and never fails itself.</summary>
    public async Task EndAsync()
    {
        foreach (var asked in _answers.Values)
            await ((Task)asked.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
