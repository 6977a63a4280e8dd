namespace Hostlock.Cli.Serving;

/// <summary>
/// Runs the commands of a page, one at a time, as the command line does: the same call, with the same words, whose text goes to the page. A
/// command that changes something is run only if its plan was shown, and nothing has changed since.
/// </summary>
/// <param name="runAsync">Runs a command line: its words, the place of its text, and its cancellation.</param>
/// <param name="state">The state of the files of the flake, as one word.</param>
/// <param name="changed">Wakes those who show what
/// runs.</param>
/// <param name="ended">Stops what runs.</param>
sealed class CommandSeat(
    Func<string[], TextWriter, CancellationToken, Task<ExitCode>> runAsync, Func<string> state, Pulse changed, CancellationToken ended)
{
    readonly Lock _gate = new();
    int _last;

    /// <summary>The command that runs, or ran last; null if none did.</summary>
    public CommandOnPage? Current { get; private set; }

    /// <summary>Shows the plan of a command, or runs the command if it only looks.</summary>
    /// <param name="command">The command.</param>
    /// <returns>False if another one is under way.</returns>
    public bool TryPlan(PageCommand command) =>
        TryBegin(command, command.PlanWords is { } plan ? plan : command.Words, isPlan: command.PlanWords is not null);

    /// <summary>Runs the command whose plan was shown last.</summary>
    /// <param name="plan">The number of the plan.</param>
    /// <returns>Null if it runs; otherwise why it does not.</returns>
    public string? TryDo(int plan)
    {
        CommandOnPage shown;
        lock (_gate)
        {
            if (Current is not { IsPlan: true, CanBeDone: true } current || current.Id != plan)
                return "the plan of this command is not the last one that was shown; show it once more";
            shown = current;
        }
        if (shown.State != state())
            return "files of the flake have changed since the plan was shown; show it once more";
        return TryBegin(shown.Command, shown.Command.Words, isPlan: false) ? null : "another command is under way";
    }

    /// <summary>Stops the command that runs, as Ctrl-C would.</summary>
    /// <param name="run">Its number.</param>
    /// <returns>Null if it stops; otherwise why it does not.</returns>
    public string? TryStop(int run)
    {
        lock (_gate)
        {
            if (Current is not { Code: null } current || current.Id != run)
                return "this command does not run any more";
            current.Stop();
            return null;
        }
    }

    /// <summary>Waits until nothing runs any more.</summary>
    public Task EndedAsync() => Current?.Ended ?? Task.CompletedTask;

    bool TryBegin(PageCommand command, IReadOnlyList<string> words, bool isPlan)
    {
        lock (_gate)
        {
            if (ended.IsCancellationRequested || Current is { Code: null })
                return false;
            var began = new CommandOnPage(++_last, command, isPlan, changed, ended);
            began.Begin(words, runAsync, state);
            Current = began;
        }
        changed.Beat();
        return true;
    }
}

/// <summary>A command that was begun from a page.</summary>
sealed class CommandOnPage
{
    readonly Pulse _changed;
    readonly CancellationTokenSource _stop;

    /// <param name="id">Its number.</param>
    /// <param name="command">The command.</param>
    /// <param name="isPlan">True if only its plan is made.</param>
    /// <param name="changed">Wakes those who show it.</param>
    /// <param name="ended">Stops it.</param>
    public CommandOnPage(int id, PageCommand command, bool isPlan, Pulse changed, CancellationToken ended)
    {
        (Id, Command, IsPlan, _changed) = (id, command, isPlan, changed);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ended);
        Text = new(changed.Beat);
    }

    /// <summary>Its number.</summary>
    public int Id { get; }

    /// <summary>The command.</summary>
    public PageCommand Command { get; }

    /// <summary>True if only its plan is made.</summary>
    public bool IsPlan { get; }

    /// <summary>The text that it prints.</summary>
    public RunText Text { get; }

    /// <summary>The way in which it ended; null while it runs.</summary>
    public ExitCode? Code { get; private set; }

    /// <summary>The state of the files that the plan was made of, as one word.</summary>
    public string State { get; private set; } = "";

    /// <summary>Ends when it does.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>True if its plan was made, so that it may be done.</summary>
    public bool CanBeDone => IsPlan && Code is ExitCode.Done or ExitCode.Partly;

    /// <summary>The words about it beside its text.</summary>
    public string Told => (Code, IsPlan) switch
    {
        (null, true) => "makes its plan …",
        (null, false) => "runs …",
        (ExitCode.Done or ExitCode.Partly, true) => "this is its plan; nothing is done yet",
        (ExitCode.Done, false) => "done",
        (ExitCode.Interrupted, _) => "stopped",
        (ExitCode.Waiting, _) => "waits for a person or a time",
        (var code, _) => $"ended with exit code {(int)code}",
    };

    /// <summary>Stops it, as Ctrl-C would.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Begins it.</summary>
    /// <param name="words">The words of the line.</param>
    /// <param name="runAsync">Runs them.</param>
    /// <param name="state">What the files of the flake are, as one word.</param>
    public void Begin(
        IReadOnlyList<string> words, Func<string[], TextWriter, CancellationToken, Task<ExitCode>> runAsync, Func<string> state) =>
        Ended = Task.Run(async () =>
        {
            // A file that changes while the plan is made makes it void.
            State = state();
            Code = await runAsync([.. words], Text, _stop.Token);
            _changed.Beat();
        });
}
