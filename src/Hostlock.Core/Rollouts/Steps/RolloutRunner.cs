using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Platform;

namespace Hostlock.Rollouts.Steps;

/// <summary>Is told what happens in a rollout.</summary>
public interface IRolloutWatcher
{
    /// <summary>An event was written to the journal.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="before">The rollout before it.</param>
    /// <param name="after">The rollout with it.</param>
    void Happened(RolloutEvent happened, Rollout before, Rollout after);
}

/// <summary>The result of opening a ring.</summary>
public abstract record OpenedRing
{
    OpenedRing()
    {
    }

    /// <summary>The repository has its locks.</summary>
    /// <param name="Commit">The commit that has them; null if they are not committed.</param>
    public sealed record Open(Revision? Commit) : OpenedRing;

    /// <summary>Somebody has to merge a branch first.</summary>
    public sealed record Waits : OpenedRing;
}

/// <summary>Opens rings.</summary>
public interface IRingOpener
{
    /// <summary>Puts the locks of a ring into the repository. Once that is done, doing it again changes nothing.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="ring">The ring.</param>
    /// <param name="crash">The place where this program is killed, in tests: once the locks are there, and before they are pushed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The locks cannot be written or pushed, or somebody else moved one of them.</exception>
    Task<OpenedRing> OpenAsync(RolloutPlan plan, RingPlan ring, CrashPoint crash, CancellationToken cancellationToken);
}

/// <summary>
/// Has this program killed round the line that a step writes to the journal, so that tests can show that nothing is lost:
/// <c>HOSTLOCK_CRASH_AT=activate:before</c> once the step is recorded and before it is taken, <c>activate:after</c> once it is taken and
/// before that is recorded; <c>open:before</c> and <c>open:after</c> before the locks of a ring are written, and once they are
/// and before they are pushed and that is recorded.
/// </summary>
/// <param name="place">The value of HOSTLOCK_CRASH_AT; null for none.</param>
public sealed class CrashPoint(string? place)
{
    /// <summary>The variable.</summary>
    public const string Variable = "HOSTLOCK_CRASH_AT";

    /// <summary>The name of the opening of a ring, beside those of <see cref="Step"/>.</summary>
    internal const string Open = "open";

    internal void Before(Step step) => Before(step.ToString());

    internal void After(Step step) => After(step.ToString());

    internal void Before(string step) => At(step, "before");

    internal void After(string step) => At(step, "after");

    void At(string step, string moment)
    {
        if (place is not null && place.Equals($"{step}:{moment}", StringComparison.OrdinalIgnoreCase))
            ProcessTree.KillOwn();
    }
}

/// <summary>
/// Runs a rollout: asks the rules, begins the steps that may begin, and records what happened, until a person has to be asked, or all is
/// done.
/// </summary>
/// <param name="append">Writes events to the journal; they are on the disk when this returns.</param>
/// <param name="taker">Takes steps.</param>
/// <param name="opener">Opens rings; null if the rings have nothing to open.</param>
/// <param name="watcher">Is told what happens.</param>
/// <param name="crash">The place where this program is killed, in tests.</param>
/// <param name="time">The clock.</param>
public sealed class RolloutRunner(
    Action<IReadOnlyList<RolloutEvent>> append, IStepTaker taker, IRingOpener? opener, IRolloutWatcher watcher, CrashPoint crash,
    TimeProvider time)
{
    /// <summary>Writes events.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="happened">The events, in their order.</param>
    /// <returns>The rollout after it.</returns>
    public Rollout Write(Rollout rollout, params IReadOnlyList<RolloutEvent> happened)
    {
        append(happened);
        foreach (var each in happened)
        {
            var after = rollout.After(each);
            watcher.Happened(each, rollout, after);
            rollout = after;
        }
        return rollout;
    }

    /// <summary>Goes on until nothing may be done. The rules then say what has to be asked.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="cancellationToken">Asks to stop: hosts at risk are finished, and none begins. A machine that does not answer is not
    /// waited for.</param>
    public async Task<Rollout> RunAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var working = new Dictionary<HostName, (Step Step, Task<StepResult> Task)>();
        var left = new HashSet<HostName>();
        while (true)
        {
            if (cancellationToken.IsCancellationRequested && rollout.Stopped is null)
                rollout = Interrupted(rollout);
            if (cancellationToken.IsCancellationRequested)
                left.UnionWith(rollout.Hosts.Where(host => host.IsAwaited).Select(host => host.Plan.Host));
            var orders = RolloutRules.Next(rollout, working.Keys.Concat(left).ToHashSet(), time.GetUtcNow());
            // A ring is opened when nobody is at work.
            if (orders is [Order.Open(var name)])
            {
                var before = rollout;
                rollout = await OpenAsync(rollout, rollout.Plan.Rings.Single(ring => ring.Name == name), cancellationToken);
                if (ReferenceEquals(rollout, before))
                    return rollout;
                continue;
            }
            // Of a thousand hosts, many begin and end at once: the disk is waited for once for all of them.
            var begun = orders.OfType<Order.Do>().ToList();
            rollout = Write(rollout, [.. begun.Select(order => new RolloutEvent.Began(order.Host, order.Step, time.GetUtcNow()))]);
            foreach (var (host, step) in begun)
            {
                crash.Before(step);
                working.Add(host, (step, taker.TakeAsync(rollout.Hosts[host], step, cancellationToken)));
            }
            if (working.Count == 0)
                return rollout;
            await Task.WhenAny(working.Values.Select(each => each.Task));
            var ended = new List<RolloutEvent>();
            foreach (var (host, (step, task)) in working.Where(each => each.Value.Task.IsCompleted).ToList())
            {
                working.Remove(host);
                if (task.IsCanceled)
                    left.Add(host);
                if (await ResultAsync(task, rollout.Hosts[host]) is not { } result)
                    continue;
                crash.After(step);
                ended.Add(new RolloutEvent.Ended(host, step, result, time.GetUtcNow()));
            }
            rollout = Write(rollout, ended);
        }
    }

    async Task<Rollout> OpenAsync(Rollout rollout, RingPlan ring, CancellationToken cancellationToken)
    {
        crash.Before(CrashPoint.Open);
        try
        {
            return await opener!.OpenAsync(rollout.Plan, ring, crash, cancellationToken) is OpenedRing.Open(var commit)
                ? Write(rollout, new RolloutEvent.RingOpened(ring.Name, commit, time.GetUtcNow()))
                : rollout;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Some locks of the ring may be written already; the run that opens the ring next finds them.
            return Interrupted(rollout);
        }
    }

    Rollout Interrupted(Rollout rollout) => Write(rollout, new RolloutEvent.Stopped("interrupted", time.GetUtcNow()));

    // A step that was stopped has changed nothing. Null if its end is not known, because an agent was told to activate: the journal then
    // has no end of the step, as after a kill, and the next run looks.
    static async Task<StepResult?> ResultAsync(Task<StepResult> task, HostRecord host)
    {
        try
        {
            return await task;
        }
        catch (OperationCanceledException)
        {
            return host.UnderWay == Step.Activate
                ? null
                // The reason for the silence of a machine is kept.
                : new() { Facts = host.Now, Note = host.Silences > 0 ? null : "interrupted" };
        }
    }
}
