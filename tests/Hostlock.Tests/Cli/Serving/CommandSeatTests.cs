using Hostlock.Cli;
using Hostlock.Cli.Serving;

namespace Hostlock.Tests.Cli.Serving;

public class CommandSeatTests
{
    static readonly PageCommand Promote = new(["promote", "--", "plex", "web"], ["promote", "--dry-run", "--", "plex", "web"]);
    static readonly PageCommand Outdated = new(["outdated"], null);

    readonly List<string> _ran = [];
    string _files = "a";
    ExitCode _code = ExitCode.Done;
    Func<CancellationToken, Task>? _waits;

    CommandSeat NewSeat() => new(RunAsync, () => _files, new(), TestContext.Current.CancellationToken);

    async Task<ExitCode> RunAsync(string[] words, TextWriter text, CancellationToken stop)
    {
        _ran.Add(string.Join(' ', words));
        text.Write("said\n");
        if (_waits is not null)
            await _waits(stop);
        return stop.IsCancellationRequested ? ExitCode.Interrupted : _code;
    }

    [Fact]
    public async Task A_command_is_done_once_its_plan_was_shown()
    {
        var seat = NewSeat();

        Assert.True(seat.TryPlan(Promote));
        await seat.EndedAsync();
        Assert.True(seat.Current!.CanBeDone);
        Assert.Null(seat.TryDo(seat.Current.Id));
        await seat.EndedAsync();

        Assert.Equal(["promote --dry-run -- plex web", "promote -- plex web"], _ran);
        Assert.Equal(("done", false, "said\n"), (seat.Current!.Told, seat.Current.CanBeDone, seat.Current.Text.After((0, 0)).Text));
    }

    [Fact]
    public async Task Nothing_is_done_twice_or_without_a_plan_or_by_the_number_of_another()
    {
        var seat = NewSeat();

        Assert.NotNull(seat.TryDo(0));
        seat.TryPlan(Promote);
        await seat.EndedAsync();
        Assert.NotNull(seat.TryDo(seat.Current!.Id + 1));
        Assert.Null(seat.TryDo(seat.Current.Id));
        await seat.EndedAsync();
        Assert.NotNull(seat.TryDo(seat.Current.Id));
        Assert.NotNull(seat.TryDo(1));

        Assert.Equal(2, _ran.Count);
    }

    [Fact]
    public async Task A_plan_of_files_that_have_changed_is_not_done()
    {
        var seat = NewSeat();
        seat.TryPlan(Promote);
        await seat.EndedAsync();

        _files = "b";

        Assert.Contains("have changed", seat.TryDo(seat.Current!.Id), StringComparison.Ordinal);
        Assert.Single(_ran);
    }

    [Fact]
    public async Task A_plan_that_failed_is_not_done()
    {
        _code = ExitCode.No;
        var seat = NewSeat();
        seat.TryPlan(Promote);
        await seat.EndedAsync();

        Assert.Equal("ended with exit code 1", seat.Current!.Told);
        Assert.NotNull(seat.TryDo(seat.Current.Id));
    }

    [Fact]
    public async Task What_only_looks_is_run_at_once_and_not_again()
    {
        var seat = NewSeat();
        seat.TryPlan(Outdated);
        await seat.EndedAsync();

        Assert.Equal(["outdated"], _ran);
        Assert.NotNull(seat.TryDo(seat.Current!.Id));
    }

    [Fact]
    public async Task One_runs_at_a_time_and_can_be_stopped()
    {
        var begun = new TaskCompletionSource();
        _waits = async stop =>
        {
            begun.SetResult();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, stop));
        };
        var seat = NewSeat();
        seat.TryPlan(Outdated);
        await begun.Task;

        Assert.False(seat.TryPlan(Promote));
        Assert.NotNull(seat.TryStop(seat.Current!.Id + 1));
        Assert.Null(seat.TryStop(seat.Current.Id));
        await seat.EndedAsync();

        Assert.Equal("stopped", seat.Current.Told);
        Assert.NotNull(seat.TryStop(seat.Current.Id));
    }
}
