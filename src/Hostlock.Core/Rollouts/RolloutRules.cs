using System.Collections.Immutable;
using Hostlock.Fleets;

namespace Hostlock.Rollouts;

/// <summary>
/// Judges which steps may be taken now. It is pure, and is asked again after every event. It keeps no memory of its own, so a run that was
/// killed goes on by asking the same question.
/// </summary>
public static class RolloutRules
{
    /// <summary>The most machines that are looked at at once, of those that are not at risk. Machines at risk wait for nobody: silence
    /// would take them back.</summary>
    public const int LooksAtOnce = 50;

    /// <summary>The most machines that systems are copied to at once.</summary>
    public const int CopiesAtOnce = 4;

    /// <summary>The orders that may be carried out now; none if all is done, or the work of others has to be waited for.</summary>
    /// <param name="rollout">The rollout, with all that has happened.</param>
    /// <param name="busy">The hosts that this run is at work on. A step of another host that began and did not end was cut off.</param>
    /// <param name="now">The present time.</param>
    public static ImmutableArray<Order> Next(Rollout rollout, IReadOnlySet<HostName> busy, DateTimeOffset now)
    {
        var turn = new Turn(rollout, busy, now);
        // First the begun work, in any ring: look where a step was cut off, and finish hosts at risk, whatever was said.
        turn.Finish();
        if (WhyHalted(rollout) is null && rollout.Plan.Rings.FirstOrDefault(turn.IsUnfinished) is { } ring)
        {
            if (rollout.IsOpen(ring))
                turn.GoOn(ring);
            else
                turn.Open(ring);
        }
        return turn.Orders;
    }

    /// <summary>The orders that may be carried out now in a rollout that nobody is at work on.</summary>
    /// <param name="rollout">The rollout, with all that has happened.</param>
    /// <param name="now">The present time.</param>
    public static ImmutableArray<Order> Next(Rollout rollout, DateTimeOffset now) => Next(rollout, new HashSet<HostName>(), now);

    /// <summary>The reason why no further host may begin; null if one may.</summary>
    /// <param name="rollout">The rollout, with all that has happened.</param>
    public static string? WhyHalted(Rollout rollout) =>
        rollout.Stopped ?? rollout.Plan.Rings.Select(ring => WhyHalted(rollout, ring)).FirstOrDefault(why => why is not null);

    static string? WhyHalted(Rollout rollout, RingPlan ring)
    {
        var (failed, absent) = (0, 0);
        HostName? first = null;
        foreach (var host in rollout.HostsOf(ring))
        {
            if (host.Outcome == HostOutcome.Stranded)
                return $"{host.Plan.Host} failed";
            if (host.IsFailure)
                (failed, first) = (failed + 1, first ?? host.Plan.Host);
            else if (host.Outcome == HostOutcome.Absent)
                absent++;
        }
        if (failed > ring.Rule.MaxFailed)
        {
            return ring.Rule.MaxFailed == 0
                ? $"{first} failed"
                : $"{failed} of {ring.Hosts.Length} hosts of ring '{ring.Name}' failed, and {ring.Rule.MaxFailed} may";
        }
        return absent > ring.Rule.MaxAbsent
            ? $"{absent} of {ring.Hosts.Length} hosts of ring '{ring.Name}' are out of reach, and {ring.Rule.MaxAbsent} may be"
            : null;
    }

    /// <summary>The next step of a host; null if a person has to decide, or the host has its outcome.</summary>
    /// <param name="host">The host, with all that is known of it.</param>
    public static Step? NextStep(HostRecord host)
    {
        if (host.Outcome is not null)
            return null;
        if (host.UnderWay is not null || host.Now is null || host.Before is null)
            return Step.Probe;
        return host.Phase switch
        {
            // A host that began to go back goes back, although a power cut may have taken the verdict away.
            HostPhase.Tried or HostPhase.OnTrial or HostPhase.Unconfirmed or HostPhase.Kept when host.Returns > 0 => Step.Return,
            HostPhase.Switching => Step.Probe,
            HostPhase.Before when host.IsDeferred => null,
            HostPhase.Before => !host.Now.HasTarget ? Step.Copy : Step.Activate,
            HostPhase.Tried => host.Verdict == Verdict.Fail || host.Activations >= HostRecord.MostActivations ? Step.Return : Step.Activate,
            // An engine that moves the profile was stopped half-way, by us or by a power cut.
            HostPhase.Pending when host.Plan.Activation == Activation.Switch && host.MayActivateAgain => Step.Activate,
            HostPhase.Pending => Step.Return,
            HostPhase.OnTrial or HostPhase.Unconfirmed or HostPhase.Kept => host.Verdict switch
            {
                Verdict.Fail => Step.Return,
                _ when !host.NeedsCheck => Step.Keep,
                null => Step.Check,
                Verdict.Pass => Step.Keep,
                _ => null,
            },
            _ => null,
        };
    }

    /// <summary>One answer of the rules, as it is put together.</summary>
    sealed class Turn
    {
        readonly Rollout _rollout;
        readonly IReadOnlySet<HostName> _busy;
        readonly DateTimeOffset _now;
        readonly ImmutableArray<Order>.Builder _orders = ImmutableArray.CreateBuilder<Order>();
        int _looks = LooksAtOnce;
        int _copies = CopiesAtOnce;

        public Turn(Rollout rollout, IReadOnlySet<HostName> busy, DateTimeOffset now)
        {
            (_rollout, _busy, _now) = (rollout, busy, now);
            foreach (var host in busy.Select(name => rollout.Hosts[name]).Where(host => !host.IsAtRisk))
                _ = host.UnderWay == Step.Copy ? _copies-- : _looks--;
        }

        public ImmutableArray<Order> Orders => _orders.ToImmutable();

        bool IsIdle => _orders.Count == 0 && _busy.Count == 0;

        public bool IsUnfinished(RingPlan ring) => _rollout.HostsOf(ring).Any(host => host.Outcome is null);

        public void Finish()
        {
            foreach (var host in _rollout.Hosts)
            {
                if (host.Outcome is not null || (host.UnderWay is null && !host.IsAtRisk) || _busy.Contains(host.Plan.Host))
                    continue;
                if (NextStep(host) is { } step)
                    Take(host, step);
                else if (host.Verdict == Verdict.Unclear)
                    _orders.Add(new Order.AskToKeep(host.Plan.Host));
            }
        }

        // A look or a copy is harmless, and waits for nothing.
        public void GoOn(RingPlan ring)
        {
            var isTime = ring.Rule.Window is not { } window || window.OpenSince(_now) is not null;
            // The number of hosts out of reach is known before the first is changed, if it matters.
            var areCounted = ring.Rule.MaxAbsent is null
                || _rollout.HostsOf(ring).All(host => host.Before is not null || host.Outcome is not null);
            var room = ring.Rule.Parallel - _rollout.Hosts.Count(host => host.IsAtRisk);
            var groups = new GroupRoom(_rollout);
            var waits = false;
            var questions = new List<Order>();
            foreach (var host in _rollout.HostsOf(ring))
            {
                if (host is not { Outcome: null, UnderWay: null, IsAtRisk: false } || _busy.Contains(host.Plan.Host))
                    continue;
                if (NextStep(host) is not { } step)
                {
                    questions.Add(host.IsDeferred ? new Order.AskForAgent(host.Plan.Host) : new Order.AskToKeep(host.Plan.Host));
                    continue;
                }
                if (step is Step.Probe or Step.Copy)
                {
                    Take(host, step);
                    continue;
                }
                if (host.Plan.After.Any(IsToCome))
                    continue;
                waits = true;
                if (!_rollout.IsApproved || !isTime || !areCounted || room <= 0 || !groups.Enter(host.Plan.Host))
                    continue;
                Take(host, step);
                room--;
            }
            // A person is asked once, when all is known.
            if (!IsIdle)
                return;
            _orders.AddRange(questions);
            if (!waits)
                return;
            if (!_rollout.IsApproved)
                _orders.Add(new Order.AskToBegin());
            else if (!isTime)
                _orders.Add(new Order.Wait(ring.Name, ring.Rule.Window!.OpensAt(_now), WaitReason.Window));
        }

        // The door of a ring: the hosts before it are settled and have run long enough, and they are asked once more.
        public void Open(RingPlan ring)
        {
            if (_orders.Count > 0)
                return;
            var before = _rollout.Plan.Rings.TakeWhile(each => each != ring).SelectMany(each => _rollout.HostsOf(each)).ToList();
            var kept = before.Where(host => host.Outcome == HostOutcome.Kept).ToList();
            var isApproved = _rollout.ApprovedRings.TryGetValue(ring.Name, out var approval);
            var approvedAt = approval?.At ?? default;
            if (Asks(kept.Where(host => host.KeptSince is null && host.AskedAt is null)))
                return;
            var question = isApproved ? null : Question(ring, before, kept);
            var ready = ReadyAt(ring, kept);
            if (WaitsFor(ring, question, ready) is { } order)
            {
                if (IsIdle)
                    _orders.Add(order);
                return;
            }
            // The hosts before are asked once more when all of them are settled and the ring may begin: an approval may have taken days.
            var settledAt = before.Where(host => !host.IsLate).Max(host => host.SettledAt);
            var since = new[] { ready, approvedAt, ring.Rule.Window?.OpenSince(_now) ?? ready, settledAt ?? ready }.Max();
            if (!Asks(kept.Where(host => host.AskedAt is not { } at || at < since)))
                _orders.Add(new Order.Open(ring.Name));
        }

        bool IsToCome(HostName name) => _rollout.Hosts.Find(name) is { Outcome: null };

        Order? WaitsFor(RingPlan ring, DoorReason? question, DateTimeOffset ready)
        {
            if (question is { } reason and not DoorReason.Approval)
                return new Order.AskToOpen(ring.Name, reason);
            if (ready > _now)
                return new Order.Wait(ring.Name, ready, WaitReason.Soak);
            if (question is not null)
                return new Order.AskToOpen(ring.Name, DoorReason.Approval);
            if (ring.Rule.Window is { } window && window.OpenSince(_now) is null)
                return new Order.Wait(ring.Name, window.OpensAt(_now), WaitReason.Window);
            return _rollout.IsApproved ? null : new Order.AskToBegin();
        }

        static DoorReason? Question(RingPlan ring, List<HostRecord> before, List<HostRecord> kept)
        {
            if (before.Count > 0 && kept.All(host => host.KeptSince is null))
                return kept.Count > 0 ? DoorReason.Reboot : DoorReason.NothingTried;
            if (ring.Rule.Soak > TimeSpan.Zero && kept.Any(host => host.KeptSince is null))
                return DoorReason.Reboot;
            return ring.Rule.NeedsApproval ? DoorReason.Approval : null;
        }

        // The soak counts from the hosts that were there in time: one that came late would hold up all others.
        static DateTimeOffset ReadyAt(RingPlan ring, List<HostRecord> kept)
        {
            var running = kept.Where(host => host.KeptSince is not null).ToLookup(host => host.IsLate);
            return (running.Contains(false) ? running[false] : running[true])
                .Select(host => host.KeptSince!.Value + ring.Rule.Soak).DefaultIfEmpty().Max();
        }

        // True if an answer is still to come.
        bool Asks(IEnumerable<HostRecord> hosts)
        {
            foreach (var host in hosts.Where(host => !_busy.Contains(host.Plan.Host)))
                Take(host, host.Question);
            return !IsIdle;
        }

        void Take(HostRecord host, Step step)
        {
            if (host.IsAtRisk || step is not (Step.Probe or Step.Copy or Step.Check)
                || (step == Step.Copy ? _copies-- : _looks--) > 0)
                _orders.Add(new Order.Do(host.Plan.Host, step));
        }
    }

    /// <summary>The number of hosts of each group that may still be put at risk.</summary>
    sealed class GroupRoom(Rollout rollout)
    {
        readonly List<(GroupPlan Group, HashSet<HostName> AtRisk)> _groups =
        [
            .. rollout.Plan.Groups.Select(
                group => (group, group.Hosts.Where(host => rollout.Hosts.Find(host) is { IsAtRisk: true }).ToHashSet())),
        ];

        /// <summary>Lets a host in if each of its groups has room for it.</summary>
        /// <param name="host">The host.</param>
        public bool Enter(HostName host)
        {
            var groups = _groups.Where(each => each.Group.Hosts.Contains(host)).ToList();
            if (!groups.All(each => each.AtRisk.Count < each.Group.Parallel))
                return false;
            foreach (var (_, atRisk) in groups)
                atRisk.Add(host);
            return true;
        }
    }
}
