using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The lock that an update makes for a host, and the reasons that it gives for inputs that stay.</summary>
public sealed class HostUpdateTests : IDisposable
{
    const string TwoInputs = """a.url = "github:acme/a"; b.url = "github:acme/b";""";

    static readonly UpdateRequest.Move All = new(new MovedInputs.All([]));

    readonly TempFolder _folder = new();
    readonly FlakeWorld _world = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_input_whose_old_enough_revisions_are_older_than_the_locked_one_is_held_and_the_others_move()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var locked = _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync(TwoInputs);
        _world.Flake("github:acme/a");
        var b = _world.Flake("github:acme/b");

        // Only the first version of a is old enough.
        var planned = await PlanAsync(TwoInputs, place, All with { Ages = Ages(10, ("a", 8)) });

        Assert.Equal(locked, LockedAt(planned, "a"));
        Assert.Equal(b, LockedAt(planned, "b"));
        Assert.Equal([new(InputPath.Of("a"), new HoldingRule.OlderThanLocked())], planned.Held);
    }

    [Fact]
    public async Task An_input_with_no_revision_that_is_old_enough_is_held_even_if_it_was_named()
    {
        var locked = _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        _world.Flake("github:acme/a");

        var planned = await PlanAsync(
            """a.url = "github:acme/a";""", place, new(new MovedInputs.Named([InputPath.Of("a")])) { Ages = Ages(10, ("a", 30)) });

        Assert.Equal(locked, LockedAt(planned, "a"));
        Assert.False(planned.IsChange);
        Assert.IsType<HoldingRule.NoneOldEnough>(Assert.Single(planned.Held).Rule);
    }

    [Fact]
    public async Task The_newest_revision_that_is_old_enough_is_taken_and_what_was_asked_for_stays_declared()
    {
        _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        var chosen = _world.Flake("github:acme/a");
        _world.Flake("github:acme/a");

        var planned = await PlanAsync("""a.url = "github:acme/a";""", place, All with { Ages = Ages(10, ("a", 8)) });

        Assert.Equal(chosen, LockedAt(planned, "a"));
        Assert.Equal("github:acme/a", ((LockEdge.Locked)planned.After.EdgeAt(InputPath.Of("a"))!).Node.Original.ToString());
        Assert.Empty(planned.Held);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_input_of_an_input_has_its_age_whether_it_is_named_or_moves_along(bool isNamed)
    {
        const string Inputs = """a.url = "github:acme/a";""", OfA = """b.url = "github:acme/b";""";
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/a", OfA);
        var place = await LockedPlaceAsync(Inputs);
        var chosen = _world.Flake("github:acme/b"); // day 3
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/a", OfA);
        var move = isNamed ? new(new MovedInputs.Named([InputPath.TryParse("a/b")!])) : All;

        var planned = await PlanAsync(Inputs, place, move with { Ages = Ages(10, ("a/b", 7)) });

        Assert.Equal(chosen, LockedAt(planned, "a/b"));
        Assert.Empty(planned.Warnings);
        Assert.Equal(
            "github:acme/b", ((LockEdge.Locked)planned.After.EdgeAt(InputPath.TryParse("a/b")!)!).Node.Original.ToString());
    }

    [Fact]
    public async Task An_input_of_an_input_stays_at_its_revision_if_none_is_old_enough_though_the_one_above_it_moves()
    {
        const string Inputs = """a.url = "github:acme/a";""", OfA = """b.url = "github:acme/b";""";
        var locked = _world.Flake("github:acme/b");
        _world.Flake("github:acme/a", OfA);
        var place = await LockedPlaceAsync(Inputs);
        _world.Flake("github:acme/b");
        var a = _world.Flake("github:acme/a", OfA);

        var planned = await PlanAsync(Inputs, place, All with { Ages = Ages(10, ("a/b", 30)) });

        Assert.Equal(a, LockedAt(planned, "a"));
        Assert.Equal(locked, LockedAt(planned, "a/b"));
        Assert.Equal([new(InputPath.TryParse("a/b")!, new HoldingRule.NoneOldEnough())], planned.Held);
    }

    [Fact]
    public async Task An_input_that_cannot_be_reached_stays_and_is_said_and_the_others_move()
    {
        var locked = _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var place = await LockedPlaceAsync(TwoInputs);
        var b = _world.Flake("github:acme/b");
        _world.Break("github:acme/a");

        var planned = await PlanAsync(TwoInputs, place, All);

        Assert.Equal(locked, LockedAt(planned, "a"));
        Assert.Equal(b, LockedAt(planned, "b"));
        Assert.Equal(InputPath.Of("a"), Assert.Single(planned.Unreachable).Path);
    }

    [Fact]
    public async Task What_is_odd_about_a_reference_of_the_flake_or_of_the_host_is_a_warning()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        const string inputs = """a.url = "github:acme/a?x&"; b.url = "github:acme/a?";""";
        var place = (await LockedPlaceAsync(inputs)) with
        {
            References = NameMap<string>.Of([KeyValuePair.Create("b", "github:acme/b?y")]),
        };

        var planned = await PlanAsync(inputs, place, All);

        Assert.Equal(
            [
                "dubious URI query 'x' is missing equal sign '=', ignoring", "dubious URI query '' is missing equal sign '=', ignoring",
                "dubious URI query 'y' is missing equal sign '=', ignoring",
            ],
            planned.Warnings.Select(warning => warning.Message).Where(message => message.Contains("dubious", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task If_nothing_can_be_reached_the_host_fails()
    {
        _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        _world.Break("github:acme/a");

        Assert.True((await FailAsync("""a.url = "github:acme/a";""", place, All)).IsOutside);
    }

    [Fact]
    public async Task If_what_is_locked_is_at_hand_the_host_keeps_it_although_nothing_can_be_reached()
    {
        var locked = _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        _world.Break("github:acme/a");
        _world.Keep(locked);

        var planned = await PlanAsync("""a.url = "github:acme/a";""", place, All);

        Assert.False(planned.IsChange);
        Assert.Equal(InputPath.Of("a"), Assert.Single(planned.Unreachable).Path);
    }

    [Fact]
    public async Task A_frozen_input_is_held_but_not_said_to_be_if_its_declaration_moves_it()
    {
        var old = _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var place = (
            await LockedPlaceAsync(TwoInputs)) with
        {
            Frozen =
                NameMap<Freeze>.Of([KeyValuePair.Create("a", new Freeze("it does not boot", null))])
        };
        _world.Flake("github:acme/a");
        var other = _world.Flake("github:acme/a/next");

        var held = await PlanAsync(TwoInputs, place, All);
        var moved = await PlanAsync("""a.url = "github:acme/a/next"; b.url = "github:acme/b";""", place, All);

        Assert.Equal(old, LockedAt(held, "a"));
        Assert.Equal(["frozen: it does not boot"], held.Held.Select(input => input.Rule.ToString()));
        Assert.Equal(other, LockedAt(moved, "a"));
        Assert.Empty(moved.Held);
    }

    [Fact]
    public async Task A_frozen_input_that_is_named_is_an_error()
    {
        _world.Flake("github:acme/a");
        var place = (
            await LockedPlaceAsync(
                """a.url = "github:acme/a";""")) with
        { Frozen = NameMap<Freeze>.Of([KeyValuePair.Create("a", new Freeze("x", null))]) };

        Assert.Contains(
            "is frozen on plex",
            (await FailAsync("""a.url = "github:acme/a";""", place, new(new MovedInputs.Named([InputPath.Of("a")])))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Going_back_in_time_is_refused_unless_it_is_wanted()
    {
        var first = _world.Flake("github:acme/a");
        _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        var back = new UpdateRequest.Move(new MovedInputs.To(InputPath.Of("a"), first.Revision!.ToString()!));

        Assert.Contains(
            "would go back in time", (await FailAsync("""a.url = "github:acme/a";""", place, back)).Message, StringComparison.Ordinal);
        Assert.Equal(first, LockedAt(await PlanAsync("""a.url = "github:acme/a";""", place, back with { AllowsDowngrade = true }), "a"));
    }

    [Theory]
    [InlineData("main~1")]
    [InlineData("HEAD^")]
    [InlineData("@")]
    [InlineData("main@{1}")]
    [InlineData("one..two")]
    [InlineData(":/text")]
    [InlineData("-x")]
    [InlineData("")]
    public async Task An_input_moves_to_nothing_that_Nix_refuses_as_the_name_of_a_branch(string target)
    {
        foreach (var reference in (string[])["github:acme/a", "git+https://example.org/a"])
        {
            _world.Flake(reference);
            var inputs = $"a.url = \"{reference}\";";

            var why = await FailAsync(inputs, await LockedPlaceAsync(inputs), new(new MovedInputs.To(InputPath.Of("a"), target)));

            Assert.Equal($"'{target}' is not a branch, a tag or a revision", why.Message);
        }
    }

    [Theory]
    [InlineData("github:acme/a")]
    [InlineData("git+https://example.org/a")]
    public async Task The_beginning_of_a_revision_is_written_whole(string reference)
    {
        var first = _world.Flake(reference);
        _world.Flake(reference);
        var inputs = $"a.url = \"{reference}\";";
        var place = await LockedPlaceAsync(inputs);

        var planned = await PlanAsync(
            inputs, place, new(new MovedInputs.To(InputPath.Of("a"), first.Revision![..9].ToUpperInvariant())) { AllowsDowngrade = true });

        Assert.Equal(first.Revision, LockedAt(planned, "a").Revision);
    }

    [Fact]
    public async Task A_branch_may_be_called_like_the_beginning_of_a_revision()
    {
        _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        var branch = _world.Flake("github:acme/a/decade");

        var planned = await PlanAsync(
            """a.url = "github:acme/a";""", place, new(new MovedInputs.To(InputPath.Of("a"), "decade")) { AllowsDowngrade = true });

        Assert.Equal(branch, LockedAt(planned, "a"));
    }

    [Theory]
    [InlineData("git+https://example.org/a", "would go back to")]
    [InlineData("git+https://example.org/a?ref=other", "which does not descend from")]
    public async Task What_comes_before_is_told_from_what_is_elsewhere(string reference, string said)
    {
        const string Inputs = """a.url = "git+https://example.org/a";""";
        _world.OneDay();
        var there = _world.Flake(reference);
        _world.Flake("git+https://example.org/a");
        var place = await LockedPlaceAsync(Inputs);

        var why = await FailAsync(Inputs, place, new(new MovedInputs.To(InputPath.Of("a"), there.Revision!)));

        Assert.Contains(said, why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_out_of_a_lock_whose_revision_is_gone_is_made_though_the_lock_cannot_be_brought_in_line()
    {
        const string Before = """x.url = "github:acme/x";""", Now = Before + """z.url = "github:acme/z";""";
        _world.Flake("github:acme/n");
        _world.Flake("github:acme/z");
        // An input with a follows of its own is read again each time.
        _world.Flake("github:acme/x", """n.url = "github:acme/n"; m.follows = "n";""");
        var place = await LockedPlaceAsync(Before);
        var (path, old) = (InputPath.Of("x"), HostLocks.ReadExisting(LockPlace.OfFile("plex", _folder["plex.lock"])));
        var node = ((LockEdge.Locked)old.EdgeAt(path)!).Node;
        var gone = node.Locked.With(node.Locked.Input.With("rev", new string('f', 40)));
        HostLocks.Write(place, old.With(path, new LockEdge.Locked(new(gone, node.Original, true, null, node.Inputs))));
        var newest = _world.Flake("github:acme/x", """n.url = "github:acme/n"; m.follows = "n";""");

        Assert.True((await FailAsync(Now, place, new(new MovedInputs.Named([InputPath.Of("z")])))).IsOutside);
        var planned = await PlanAsync(Now, place, new(new MovedInputs.Named([path])) { AllowsDowngrade = true });

        Assert.Equal(newest, LockedAt(planned, "x"));
        Assert.Equal(["x", "z"], planned.Diff.Changes.Select(change => change.Path.ToString()));
    }

    [Fact]
    public async Task Hosts_with_one_lock_are_worked_out_once()
    {
        _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a";""");
        _world.Flake("github:acme/a");
        var places = Enumerable.Range(0, 20).Select(i => LockPlace.OfFile($"host{i}", _folder[$"host{i}.lock"])).ToList();
        foreach (var copy in places)
            File.Copy(place.FullPath, copy.FullPath);
        _world.ForgetQuestions();

        var outcomes = await Update("""a.url = "github:acme/a";""").PlanAsync(places, All, TestContext.Current.CancellationToken);

        Assert.Single(_world.Fetched);
        Assert.Equal(places.Select(copy => copy.Name), outcomes.Select(outcome => ((LockOutcome.Planned)outcome).Lock.Place.Name));
    }

    static MinimumAges Ages(int today, params IEnumerable<(string Input, int Days)> ages) =>
        new(
            null,
            NameMap<TimeSpan>.Of([.. ages.Select(age => KeyValuePair.Create(age.Input, TimeSpan.FromDays(age.Days)))]),
            FlakeWorld.Day(today));

    static FlakeRef LockedAt(PlannedLock planned, string input) =>
        ((LockEdge.Locked)planned.After.EdgeAt(InputPath.TryParse(input)!)!).Node.Locked;

    async Task<LockPlace> LockedPlaceAsync(string inputs)
    {
        var place = LockPlace.OfFile("plex", _folder["plex.lock"]);
        HostLocks.Write(place, await _world.LockAsync(inputs));
        return place;
    }

    HostUpdate Update(string inputs) => new(_world, new(MemoryFiles.Of(("flake.nix", FlakeWorld.FlakeNix(inputs))), TreePath.Root));

    async Task<PlannedLock> PlanAsync(string inputs, LockPlace place, UpdateRequest.Move request) =>
        ((LockOutcome.Planned)Assert.Single(await Update(inputs).PlanAsync([place], request, TestContext.Current.CancellationToken))).Lock;

    async Task<HostlockException> FailAsync(string inputs, LockPlace place, UpdateRequest.Move request) =>
        ((LockOutcome.Failed)Assert.Single(await Update(inputs).PlanAsync([place], request, TestContext.Current.CancellationToken))).Why;
}
