using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>Earlier locks are put back by one choice, whichever run ends it.</summary>
public sealed class LockRestorationTests : IDisposable
{
    static readonly string[] Words = ["restore", "plex", "web", "--to", "HEAD~1"];

    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;
    readonly List<string> _asked = [];
    bool _isTold;

    public LockRestorationTests()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
        _fleet = FleetFolder.Open(_folder.Path);
        foreach (var place in Places)
            HostLocks.Write(place, Text(1));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_lock_gets_what_is_chosen_for_it_and_nothing_is_recorded_of_a_plan_alone()
    {
        var plan = await PlanAsync(New(), 2, isWritten: false);

        Assert.Equal(["plex", "web"], _asked);
        Assert.Equal([2, 2], Digits(plan));
        Assert.False(_isTold);
        Assert.Null(Undertaking.Find(_fleet, Words));
    }

    [Fact]
    public async Task What_was_broken_off_is_finished_by_the_choice_that_was_made_whatever_would_be_chosen_now()
    {
        var begun = await PlanAsync(New(), 2, isWritten: true);
        HostLocks.Write(Places[0], ((LockOutcome.Planned)begun.Outcomes[0]).Lock.After);
        _asked.Clear();

        var again = New();
        var plan = await PlanAsync(again, 3, isWritten: true);

        Assert.Empty(_asked);
        Assert.True(_isTold);
        Assert.Equal([2, 2], Digits(plan));
        foreach (var outcome in plan.Outcomes.Cast<LockOutcome.Planned>())
            HostLocks.Write(outcome.Lock.Place, outcome.Lock.After);
        again.End();
        Assert.Null(Undertaking.Find(_fleet, Words));
        Assert.Equal([3, 3], Digits(await PlanAsync(New(), 3, isWritten: false)));
    }

    [Fact]
    public async Task Another_command_finishes_nothing_of_it()
    {
        var begun = await PlanAsync(New(), 2, isWritten: true);
        HostLocks.Write(Places[0], ((LockOutcome.Planned)begun.Outcomes[0]).Lock.After);

        var plan = await PlanAsync(new(_fleet, ["restore", "plex", "web", "--to", "HEAD~2"], Places), 3, isWritten: false);

        Assert.False(_isTold);
        Assert.Equal([3, 3], Digits(plan));
    }

    LockPlace[] Places => [.. new[] { "plex", "web" }.Select(_fleet.PlaceNamed)];

    LockRestoration New() => new(_fleet, Words, Places);

    Task<LockPlan> PlanAsync(LockRestoration restoration, int digit, bool isWritten) => restoration.PlanAsync(
        (place, _) =>
        {
            _asked.Add(place.Name);
            return Task.FromResult(PlannedLock.Restoring(place, LockFileWriter.Write(Text(digit)).ToArray(), "the earlier lock"));
        },
        isWritten, () => _isTold = true, TestContext.Current.CancellationToken);

    static LockFile Text(int digit) => Of(("a", Locked("github:acme/a", digit, digit)));

    static IEnumerable<int> Digits(LockPlan plan) => plan.Outcomes.Cast<LockOutcome.Planned>().Select(
        outcome => ((LockEdge.Locked)outcome.Lock.After.Root.Inputs.Single().Value).Node.Locked.Revision![0] - '0');
}
