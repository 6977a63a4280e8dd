using Hostlock.Fleets.Changes;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;

namespace Hostlock.Cli;

/// <summary>Prints the events of a rollout: a line for each ring and each host, or each event of the journal as JSON on a line.</summary>
/// <param name="run">The run of the command.</param>
/// <param name="notices">Tells the program of the user.</param>
sealed class RolloutLines(CommandRun run, EventNotices notices) : IRolloutView, ILockWritingWatcher
{
    readonly IRolloutView _hosts = run is { Surroundings.CanRedraw: true, IsJson: false, Terminal.IsQuiet: false }
        ? new RolloutTable(run.Terminal, run.Surroundings)
        : new SwitchLines(run.Terminal.Live, run.Terminal.IsQuiet);
    string? _subject;

    /// <inheritdoc/>
    public void Happened(RolloutEvent happened, Rollout before, Rollout after)
    {
        notices.Tell(happened);
        if (run.IsJson)
        {
            run.Terminal.Live($"{RolloutJson.Write(happened)}\n");
        }
        else if (happened is RolloutEvent.RingOpened(var ring, _, _))
        {
            if (!run.Terminal.IsQuiet)
                _hosts.Say(RolloutText.Opened(ring, _subject));
        }
        else
        {
            _hosts.Happened(happened, before, after);
        }
    }

    /// <inheritdoc/>
    public void Say(string line) => _hosts.Say(line);

    /// <inheritdoc/>
    public void Break() => _hosts.Break();

    void ILockWritingWatcher.Settled(LockReport report)
    {
    }

    void ILockWritingWatcher.Warned(Warning warning)
    {
        _hosts.Break();
        run.Terminal.Warn(warning);
    }

    void ILockWritingWatcher.Committed(string? subject) => _subject = subject;
}
