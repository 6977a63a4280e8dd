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

        var planned = Planned(Promotion(tested).Plan([web], Whole));

        Assert.True(LockDiff.Same(tested, planned.After));
        Assert.Equal(["a", "b"], planned.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Empty(planned.Held);
    }

    [Fact]
    public async Task What_the_target_has_frozen_is_held_and_the_rest_is_carried_over()
    {
        var (old, tested) = await OldAndTestedAsync();
        var web = Place("web", old) with { Frozen = NameMap<Freeze>.Of([KeyValuePair.Create("a", new Freeze("it does not boot", null))]) };

        var planned = Planned(Promotion(tested).Plan([web], Whole));

        Assert.Equal(["b"], planned.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Equal([new(InputPath.Of("a"), new HoldingRule.Frozen(new("it does not boot", null)))], planned.Held);
    }

    // What is declared for many hosts is judged once, and a freeze or a reference is of one host alone.
    [Fact]
    public async Task One_host_holds_an_input_and_those_around_it_get_it()
    {
        var (old, tested) = await OldAndTestedAsync();
        var (all, own) = (Declared(Inputs), Declared("""a.url = "github:acme/a/next"; b.url = "github:acme/b";"""));
        var frozen = NameMap<Freeze>.Of([KeyValuePair.Create("b", new Freeze("it does not boot", null))]);
        LockPlace[] targets =
        [
            .. Enumerable.Range(0, 9).Select(i => Place($"h{i}", old))
                .Select((place, i) => i % 3 == 1 ? place with { Frozen = frozen } : place),
        ];

        var plan = new Promotion(new(Place("plex", tested), tested, all), place => place.Name is "h2" or "h5" ? own : all, new())
            .Plan(targets, Whole);

        Assert.Equal(
            ["", "b", "a", "", "b", "a", "", "b", ""],
            plan.Outcomes.Select(
                outcome => string.Join(' ', Assert.IsType<LockOutcome.Planned>(outcome).Lock.Held.Select(held => held.Path))));
    }

    [Fact]
    public async Task An_input_that_one_host_alone_has_is_held_between_hosts_that_hold_nothing()
    {
        var (old, tested) = await OldAndTestedAsync();
        var more = old.With(InputPath.Of("c"), old.EdgeAt(InputPath.Of("a")));
        LockPlace[] targets = [.. Enumerable.Range(0, 9).Select(i => Place($"h{i}", i % 3 == 1 ? more : old))];

        var plan = Promotion(tested).Plan(targets, Whole);

        Assert.Equal(
            ["", "c", "", "", "c", "", "", "c", ""],
            plan.Outcomes.Select(
                outcome => string.Join(' ', Assert.IsType<LockOutcome.Planned>(outcome).Lock.Held.Select(held => held.Path))));
    }

    [Fact]
    public async Task Each_side_keeps_the_references_of_its_own()
    {
        var (old, tested) = await OldAndTestedAsync();
        _world.Flake("github:acme/a/next");
        _world.Flake("github:acme/b/next");
        const string OfPlex = """a.url = "github:acme/a/next"; b.url = "github:acme/b";""";
        const string OfWeb = """a.url = "github:acme/a"; b.url = "github:acme/b/next";""";
        tested = await _world.LockAsync(OfPlex, tested);
        var plex = Place("plex", tested) with { References = NameMap<string>.Of([KeyValuePair.Create("a", "github:acme/a/next")]) };
        var web = Place(
            "web",
            await _world.LockAsync(OfWeb, old)) with
        { References = NameMap<string>.Of([KeyValuePair.Create("b", "github:acme/b/next")]) };

        var planned = Planned(new Promotion(new(plex, tested, Declared(OfPlex)), _ => Declared(OfWeb), new()).Plan([web], Whole));

        Assert.False(planned.IsChange);
        Assert.Equal(
            ["plex tracks github:acme/a/next for itself", "web tracks github:acme/b/next"],
            planned.Held.Select(input => input.Rule.ToString()));
    }

    [Fact]
    public async Task A_target_keeps_the_branch_that_its_own_flake_declares_and_gets_nothing_that_it_does_not_declare()
    {
        const string OfPlex = Inputs + """c.url = "github:acme/c";""";
        const string OfWeb = """a.url = "github:acme/a/old"; b.url = "github:acme/b"; own.url = "github:acme/own";""";
        var (_, tested) = await OldAndTestedAsync();
        _world.Flake("github:acme/a/old");
        _world.Flake("github:acme/own");
        _world.Flake("github:acme/c");
        tested = await _world.LockAsync(OfPlex, tested);
        var web = Place(
            "web",
            await _world.LockAsync("""a.url = "github:acme/a/old"; own.url = "github:acme/own";""")) with
        { FlakeFolder = "hosts/web" };

        var planned = Planned(Promotion(tested, OfPlex, OfWeb).Plan([web], Whole));

        Assert.Equal(
            ["a: web tracks github:acme/a/old", "c: web does not declare it", "own: plex has no such input"],
            planned.Held.Select(input => $"{input.Path}: {input.Rule}"));
        Assert.Equal(["b"], planned.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Empty(LockStaleness.Between(Declared(OfWeb), planned.After));
    }

    [Fact]
    public async Task An_input_that_neither_lock_has_is_said_to_be_left_out()
    {
        const string OfWeb = Inputs + """own.url = "github:acme/own";""";
        var (old, tested) = await OldAndTestedAsync();

        var planned = Planned(Promotion(tested, Inputs, OfWeb).Plan([Place("web", old)], Whole));

        Assert.Equal(["own: plex has no such input"], planned.Held.Select(input => $"{input.Path}: {input.Rule}"));
    }

    [Theory]
    // The target asks for a follows that the tested entry has not, and the other way round.
    [InlineData(
        """b.url = "github:acme/b";""", """b = { url = "github:acme/b"; inputs.a.follows = "a"; };""", "web declares 'b/a' otherwise")]
    [InlineData(
        """b = { url = "github:acme/b"; inputs.a.follows = "a"; };""", """b.url = "github:acme/b";""", "web declares 'b/a' otherwise")]
    [InlineData(
        """b = { url = "github:acme/b"; inputs.a.url = "github:acme/a/next"; };""",
        """b.url = "github:acme/b";""",
        "web declares 'b/a' otherwise")]
    [InlineData("""b.url = "github:acme/b";""", """b.follows = "a";""", "web declares 'b' otherwise")]
    [InlineData("""b.url = "github:acme/b";""", """b = { url = "github:acme/b"; flake = false; };""", "web declares 'b' otherwise")]
    // An override of an input that does not exist has no effect, so it is no difference.
    [InlineData("""b.url = "github:acme/b";""", """b = { url = "github:acme/b"; inputs.none.follows = "a"; };""", null)]
    [InlineData("""b = { url = "github:acme/b"; inputs.none.follows = "a"; };""", """b.url = "github:acme/b";""", null)]
    public async Task An_entry_goes_where_the_same_is_declared_of_the_input_and_of_all_beneath_it(string ofPlex, string ofWeb, string? rule)
    {
        const string A = """a.url = "github:acme/a"; """;
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/a/next");
        _world.Flake("github:acme/b", """a.url = "github:acme/a";""");
        var old = await _world.LockAsync(A + ofWeb);
        _world.Flake("github:acme/b", """a.url = "github:acme/a";""");
        var tested = await _world.LockAsync(A + ofPlex);

        var planned = Planned(Promotion(tested, A + ofPlex, A + ofWeb).Plan([Place("web", old)], Whole));

        Assert.Equal(rule is null ? [] : [rule], planned.Held.Select(input => input.Rule.ToString()));
        Assert.Empty(LockStaleness.Between(Declared(A + ofWeb), planned.After));
    }

    [Fact]
    public async Task An_input_that_is_the_same_on_both_sides_is_not_said_to_be_kept()
    {
        var (_, tested) = await OldAndTestedAsync();
        var web =
            Place("web", tested) with { Frozen = NameMap<Freeze>.Of([KeyValuePair.Create("a", new Freeze("it does not boot", null))]) };

        var planned = Planned(Promotion(tested).Plan([web], Whole));

        Assert.False(planned.IsChange);
        Assert.Empty(planned.Held);
    }

    [Fact]
    public async Task An_entry_with_a_relative_path_stays_in_the_folder_that_it_starts_from()
    {
        const string Both = Inputs + """lib.url = "./lib";""";
        var (_, tested) = await OldAndTestedAsync();
        var reference = FlakeRef.ParseInput("./lib", true, null, null);
        var old = tested;
        tested = tested.With(
            InputPath.Of("lib"), new LockEdge.Locked(new(reference, reference, true, InputPath.Root, NameMap<LockEdge>.Empty)));

        var here = Planned(Promotion(tested, Both, Both).Plan([Place("web", old)], Whole));
        var elsewhere = Planned(Promotion(tested, Both, Both).Plan([Place("db", old) with { FlakeFolder = "hosts/db" }], Whole));

        Assert.Equal(["lib"], here.Diff.Changes.Select(change => change.Path.ToString()));
        Assert.Equal(["db declares 'lib' otherwise"], elsewhere.Held.Select(input => input.Rule.ToString()));
    }

    [Fact]
    public async Task A_target_whose_lock_cannot_be_read_keeps_all_others_from_it()
    {
        var (old, tested) = await OldAndTestedAsync();
        var broken = Place("db", old);
        File.WriteAllText(broken.FullPath, "<<<<<<< ours");

        var plan = Promotion(tested).Plan([Place("web", old), broken], Whole);

        Assert.IsType<LockOutcome.Planned>(plan.Outcomes[0]);
        Assert.IsType<LockException>(Assert.IsType<LockOutcome.Failed>(plan.Outcomes[1]).Why);
        Assert.True(plan.WritesAllOrNone);
    }

    [Fact]
    public async Task A_lock_is_not_promoted_to_itself()
    {
        var (_, tested) = await OldAndTestedAsync();

        Assert.Throws<FleetException>(() => Promotion(tested).Plan([Place("plex", tested)], Whole));
    }

    [Fact]
    public async Task One_input_is_carried_over_with_all_beneath_it_and_nothing_else()
    {
        var (old, tested) = await OldAndTestedAsync();

        var planned = Planned(Promotion(tested).Plan([Place("web", old)], new PromotionRequest.Inputs([InputPath.Of("a")])));

        Assert.Equal(["a"], planned.Diff.Changes.Select(change => change.Path.ToString()));
    }

    [Fact]
    public async Task A_target_that_would_go_back_in_time_is_refused_unless_it_is_wanted()
    {
        var (old, tested) = await OldAndTestedAsync();
        var web = Place("web", tested);

        var refused = Assert.IsType<LockOutcome.Failed>(Promotion(old).Plan([web], Whole).Outcomes[0]);

        Assert.True(Assert.IsType<FleetException>(refused.Why).IsRefusal);
        Assert.True(LockDiff.Same(old, Planned(Promotion(old).Plan([web], Whole with { AllowsDowngrade = true })).After));
    }

    [Fact]
    public async Task A_lock_with_a_follows_that_would_lead_nowhere_is_refused()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b", """a.url = "github:acme/a";""");
        const string Both = """a.url = "github:acme/a"; b = { url = "github:acme/b"; inputs.a.follows = "a"; };""";
        var tested = await _world.LockAsync(Both);
        var old = await _world.LockAsync("""b.url = "github:acme/b";""");

        var refused = Assert.IsType<LockOutcome.Failed>(
            Promotion(tested, Both, Both).Plan([Place("web", old)], new PromotionRequest.Inputs([InputPath.Of("b")])).Outcomes[0]);

        Assert.Equal("'b/a' would follow 'a', which the lock of web would not have", refused.Why.Message);
        Assert.Equal("promote 'a' as well, or the whole lock", refused.Why.Hint);
    }

    [Fact]
    public async Task An_input_that_was_not_tested_is_an_error()
    {
        var (old, tested) = await OldAndTestedAsync();

        Assert.Throws<FleetException>(() => Promotion(tested).Plan([Place("web", old)], new PromotionRequest.Inputs([InputPath.Of("c")])));
    }

    Promotion Promotion(LockFile tested, string ofPlex = Inputs, string ofTargets = Inputs) =>
        new(new(Place("plex", tested), tested, Declared(ofPlex)), _ => Declared(ofTargets), new());

    static Flake Declared(string inputs) => FlakeWorld.Top(inputs).Flake;

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
