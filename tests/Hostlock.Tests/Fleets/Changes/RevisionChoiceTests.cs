using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The revisions that an update asks the resolver for, before anything is fetched.</summary>
public sealed class RevisionChoiceTests
{
    const string Inputs = """a.url = "github:acme/a";""";

    static readonly UpdateRequest.Move All = new(new MovedInputs.All([]));

    readonly FlakeWorld _world = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_an_age_or_a_target_nothing_is_asked_and_nothing_overridden()
    {
        _world.Flake("github:acme/a");
        var old = await _world.LockAsync(Inputs);

        var chosen = await ChooseAsync(Inputs, old, All);

        Assert.IsType<LockRequest.Recreate>(chosen.Request);
        Assert.Empty(chosen.Request.Overrides);
        Assert.Empty(_world.AskedForNewest);
    }

    [Fact]
    public async Task The_newest_that_is_old_enough_overrides_the_declared_reference()
    {
        _world.Flake("github:acme/a");
        var old = await _world.LockAsync(Inputs);
        var aged = _world.Flake("github:acme/a");
        _world.Flake("github:acme/a");

        var chosen = await ChooseAsync(Inputs, old, All with { Ages = Ages(10, 8) });

        Assert.Equal(aged.Revision, chosen.Request.Overrides[InputPath.Of("a")].Revision);
        Assert.Equal("github:acme/a", chosen.Top.Flake.Inputs["a"].Reference!.ToString());
    }

    [Theory]
    [InlineData(8, typeof(HoldingRule.OlderThanLocked))]
    [InlineData(30, typeof(HoldingRule.NoneOldEnough))]
    public async Task An_input_with_nothing_newer_that_is_old_enough_stays(int days, Type rule)
    {
        _world.Flake("github:acme/a"); // day 1
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/a"); // day 3
        var old = await _world.LockAsync(Inputs + """b.url = "github:acme/b";""");

        var chosen = await ChooseAsync(Inputs + """b.url = "github:acme/b";""", old, All with { Ages = Ages(10, days) });

        Assert.IsType(rule, Assert.Single(chosen.Held).Rule);
        Assert.Equal([InputPath.Of("b")], Assert.IsType<LockRequest.Update>(chosen.Request).Inputs);
    }

    [Fact]
    public async Task Going_back_is_chosen_if_it_is_allowed()
    {
        var first = _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        _world.Flake("github:acme/a");
        var old = await _world.LockAsync(Inputs);

        var chosen = await ChooseAsync(Inputs, old, All with { Ages = Ages(10, 8), AllowsDowngrade = true });

        Assert.Equal(first.Revision, chosen.Request.Overrides[InputPath.Of("a")].Revision);
    }

    [Fact]
    public async Task An_input_that_cannot_be_asked_stays_if_it_is_locked_and_fails_if_not()
    {
        _world.Flake("github:acme/a");
        var old = await _world.LockAsync(Inputs);
        _world.Break("github:acme/a");

        var chosen = await ChooseAsync(Inputs, old, All with { Ages = Ages(10, 1) });

        Assert.Equal(InputPath.Of("a"), Assert.Single(chosen.Unreachable).Path);
        Assert.True((await FailAsync(Inputs, LockFile.Empty, All with { Ages = Ages(10, 1) })).IsOutside);
    }

    [Fact]
    public async Task An_input_without_dates_moves_whatever_its_age()
    {
        const string Archive = """a.url = "https://example.org/a.tar.gz";""";
        _world.Flake("https://example.org/a.tar.gz");
        var old = await _world.LockAsync(Archive);

        var chosen = await ChooseAsync(Archive, old, All with { Ages = Ages(10, 9) });

        Assert.IsType<LockRequest.Recreate>(chosen.Request);
        Assert.Empty(chosen.Held);
    }

    [Fact]
    public async Task A_pinned_declaration_and_a_follows_have_no_age()
    {
        var pinned = _world.Flake("github:acme/a");
        var inputs = $"a.url = \"github:acme/a/{pinned.Revision}\"; c.follows = \"a\";";
        var old = await _world.LockAsync(inputs);
        _world.ForgetQuestions();

        await ChooseAsync(inputs, old, All with { Ages = new(TimeSpan.FromDays(9), NameMap<TimeSpan>.Empty, FlakeWorld.Day(10)) });

        Assert.Empty(_world.AskedForNewest);
    }

    [Fact]
    public async Task A_target_overrides_one_input_and_an_indirect_one_is_written_out()
    {
        _world.Flake("github:acme/a");
        _world.Register("a", "github:acme/a");
        const string Indirect = """a = { };""";
        var old = await _world.LockAsync(Indirect);

        var chosen = await ChooseAsync(Indirect, old, new(new MovedInputs.To(InputPath.Of("a"), "next")));

        Assert.Equal("flake:a/next", chosen.Request.Overrides[InputPath.Of("a")].ToString());
        Assert.Equal("flake:a", chosen.Top.Flake.Inputs["a"].Reference!.ToString());
    }

    [Fact]
    public async Task A_target_of_what_is_no_input_is_an_error_that_names_the_nearest()
    {
        _world.Flake("github:acme/a");
        var why = await FailAsync(Inputs, await _world.LockAsync(Inputs), new(new MovedInputs.To(InputPath.Of("aa"), "next")));

        Assert.Equal("did you mean 'a'?", why.Hint);
    }

    static MinimumAges Ages(int today, int days) =>
        new(null, NameMap<TimeSpan>.Of([KeyValuePair.Create("a", TimeSpan.FromDays(days))]), FlakeWorld.Day(today));

    Task<RevisionChoice.Chosen> ChooseAsync(string inputs, LockFile old, UpdateRequest.Move move) =>
        new RevisionChoice(_world, SmallLocks.Place("plex"), FlakeWorld.Top(inputs), old)
            .ChooseAsync(
                move,
                move.Inputs is MovedInputs.To(var path, _) ? new LockRequest.Update([path]) : new LockRequest.Recreate(),
                Stop);

    Task<HostlockException> FailAsync(string inputs, LockFile old, UpdateRequest.Move move) =>
        Assert.ThrowsAnyAsync<HostlockException>(() => ChooseAsync(inputs, old, move));
}
