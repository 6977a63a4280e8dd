using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

public sealed class PromotionTests : IDisposable
{
    const string Inputs = """a.url = "github:acme/a"; b.url = "github:acme/b";""";

    static readonly PromotionRequest Whole = new PromotionRequest.Whole();

    readonly TempFolder _folder = new();
    readonly FlakeWorld _world = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_target_gets_the_tested_lock_entry_for_entry()
    {
        var (old, tested) = await OldAndTestedAsync();
        var web = Place("web", old);

        var planned = Planned(Promotion.Plan(Place("plex", tested), tested, [web], Whole));

        Assert.True(LockDiff.Same(tested, planned.After));
        Assert.Equal(["a", "b"], planned.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Empty(planned.Held);
    }

    [Fact]
    public async Task What_the_target_has_frozen_is_held_and_the_rest_is_carried_over()
    {
        var (old, tested) = await OldAndTestedAsync();
        var web = Place("web", old) with { Frozen = NameMap<Freeze>.Of([KeyValuePair.Create("a", new Freeze("it does not boot", null))]) };

        var planned = Planned(Promotion.Plan(Place("plex", tested), tested, [web], Whole));

        Assert.Equal(["b"], planned.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Equal([new(InputPath.Of("a"), new HoldingRule.Frozen(new("it does not boot", null)))], planned.Held);
    }

    [Fact]
    public async Task Each_side_keeps_the_references_of_its_own()
    {
        var (old, tested) = await OldAndTestedAsync();
        var plex = Place("plex", tested) with { References = NameMap<string>.Of([KeyValuePair.Create("a", "github:acme/a/next")]) };
        var web = Place("web", old) with { References = NameMap<string>.Of([KeyValuePair.Create("b", "github:acme/b/next")]) };

        var planned = Planned(Promotion.Plan(plex, tested, [web], Whole));

        Assert.False(planned.IsChange);
        Assert.Equal(["plex tracks github:acme/a/next for itself", "web tracks github:acme/b/next"], planned.Held.Select(input => input.Rule.ToString()));
    }

    [Fact]
    public async Task One_input_is_carried_over_with_all_beneath_it_and_nothing_else()
    {
        var (old, tested) = await OldAndTestedAsync();

        var planned = Planned(Promotion.Plan(Place("plex", tested), tested, [Place("web", old)], new PromotionRequest.Inputs([InputPath.Of("a")])));

        Assert.Equal(["a"], planned.Diff.Changes.Select(change => change.Path.ToString()));
    }

    [Fact]
    public async Task A_target_that_would_go_back_in_time_is_refused_unless_it_is_wanted()
    {
        var (old, tested) = await OldAndTestedAsync();
        var (from, web) = (Place("plex", old), Place("web", tested));

        var refused = Assert.IsType<LockOutcome.Failed>(Promotion.Plan(from, old, [web], Whole).Outcomes[0]);

        Assert.True(Assert.IsType<FleetException>(refused.Why).IsRefusal);
        Assert.True(LockDiff.Same(old, Planned(Promotion.Plan(from, old, [web], Whole with { AllowsDowngrade = true })).After));
    }

    [Fact]
    public async Task A_lock_with_a_follows_that_would_lead_nowhere_is_refused()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b", """a.url = "github:acme/a";""");
        var tested = await _world.LockAsync("""a.url = "github:acme/a"; b = { url = "github:acme/b"; inputs.a.follows = "a"; };""");
        var old = await _world.LockAsync("""b.url = "github:acme/b";""");

        var refused = Assert.IsType<LockOutcome.Failed>(
            Promotion.Plan(Place("plex", tested), tested, [Place("web", old)], new PromotionRequest.Inputs([InputPath.Of("b")])).Outcomes[0]);

        Assert.Equal("'b/a' would follow 'a', which the lock of web would not have", refused.Why.Message);
        Assert.Equal("promote 'a' as well, or the whole lock", refused.Why.Hint);
    }

    [Fact]
    public async Task An_input_that_was_not_tested_is_an_error()
    {
        var (old, tested) = await OldAndTestedAsync();

        Assert.Throws<FleetException>(() => Promotion.Plan(Place("plex", tested), tested, [Place("web", old)], new PromotionRequest.Inputs([InputPath.Of("c")])));
    }

    static PlannedLock Planned(LockPlan plan) => Assert.IsType<LockOutcome.Planned>(Assert.Single(plan.Outcomes)).Lock;

    async Task<(LockFile Old, LockFile Tested)> OldAndTestedAsync()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var old = await _world.LockAsync(Inputs);
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        return (old, await _world.LockAsync(Inputs));
    }

    LockPlace Place(string host, LockFile file)
    {
        var place = LockPlace.OfFile(host, _folder[$"{host}.lock"]);
        HostLocks.Write(place, file);
        return place;
    }
}
