namespace Hostlock.Tests;

public class TogetherTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Results_are_in_the_order_of_the_items(int count) =>
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), Together.Map([.. Enumerable.Range(0, count)], i => $"{i}"));

    [Fact]
    public void What_a_call_throws_is_thrown_as_it_is() =>
        Assert.Throws<InvalidDataException>(() => Together.Map<int, int>([1, 2, 3], i => throw new InvalidDataException($"{i}")));

    [Fact]
    public async Task Who_stops_waiting_does_not_stop_the_task()
    {
        var task = new TaskCompletionSource<int>();
        using var stop = new CancellationTokenSource();
        var (stopped, other) = (Together.WaitAsync(task.Task, stop.Token), Together.WaitAsync(task.Task, CancellationToken.None));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        task.SetResult(7);
        Assert.Equal(7, await other);
    }
}
