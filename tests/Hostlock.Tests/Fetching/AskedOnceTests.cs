using Hostlock.Fetching;

namespace Hostlock.Tests.Fetching;

public class AskedOnceTests
{
    readonly AskedOnce<string, int> _questions = new();
    readonly TaskCompletionSource<int> _answer = new();
    int _asked;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_gives_up_does_not_take_the_answer_from_the_others()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var (leaving, waiting) = (AskAsync("a", patience.Token), AskAsync("a", Stop));

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.False(waiting.IsCompleted);
        _answer.SetResult(7);

        Assert.Equal(7, await waiting);
        Assert.Equal(7, await AskAsync("a", Stop));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task A_failure_is_the_answer_for_all()
    {
        var waiting = AskAsync("a", Stop);
        _answer.SetException(new InvalidOperationException("no"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync("a", Stop));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task The_end_comes_with_the_last_answer_whatever_it_is()
    {
        _ = AskAsync("a", Stop);

        var end = _questions.EndAsync();
        Assert.False(end.IsCompleted);
        _answer.SetException(new InvalidOperationException("no"));

        await end;
    }

    Task<int> AskAsync(string question, CancellationToken cancellationToken) => _questions.AskAsync(
        question,
        () =>
        {
            _asked++;
            return _answer.Task;
        },
        cancellationToken);
}
