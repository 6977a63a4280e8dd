using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The inputs that an update would move, found without fetching a tree.</summary>
public sealed class OutdatedTests : IDisposable
{
    const string Inputs = """a.url = "github:acme/a";""";

    readonly TempFolder _folder = new();
    readonly FlakeWorld _world = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_input_is_behind_by_the_commits_and_the_time_since_the_locked_revision()
    {
        var locked = _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync(Inputs);
        _world.Flake("github:acme/a");
        var newest = _world.Flake("github:acme/a");
        _world.ForgetQuestions();

        var input = await LookAtOneAsync(place);

        Assert.Equal(("a", locked, newest.Revision), (input.Name, input.Locked, input.Newest?.Id.ToString()));
        Assert.Equal((true, 2UL, 2UL * 86400), (input.CanMove, input.CommitsBehind, input.SecondsBehind));
        Assert.Empty(_world.Fetched);
    }

    [Fact]
    public async Task An_input_at_its_newest_revision_is_not_old()
    {
        _world.Flake("github:acme/a");

        var input = await LookAtOneAsync(await LockedPlaceAsync(Inputs));

        Assert.NotNull(input.Newest);
        Assert.Equal((false, false, null, null), (input.IsOld, input.CanMove, input.CommitsBehind, input.SecondsBehind));
    }

    [Fact]
    public async Task A_frozen_input_is_old_and_cannot_move()
    {
        _world.Flake("github:acme/a");
        var freeze = new Freeze("ZFS", null);
        var place = (await LockedPlaceAsync(Inputs)) with { Frozen = NameMap<Freeze>.Of([KeyValuePair.Create("a", freeze)]) };
        _world.Flake("github:acme/a");

        var input = await LookAtOneAsync(place);

        Assert.Equal((freeze, true, false, null), (input.Freeze, input.IsOld, input.CanMove, input.SecondsBehind));
    }

    // The versions are of the days 1, 2 and 7.
    [Theory]
    [InlineData(8, 1, 3, null)]
    [InlineData(8, 5, 2, 3)]
    [InlineData(12, 5, 3, null)]
    public async Task A_revision_that_is_too_young_for_the_min_age_waits(int today, int age, int newest, int? waiting)
    {
        var versions = new List<string?> { null, _world.Flake("github:acme/a").Revision };
        var place = await LockedPlaceAsync(Inputs);
        versions.Add(_world.Flake("github:acme/a").Revision);
        for (var day = 3; day < 7; day++)
            _world.Flake("github:acme/other");
        versions.Add(_world.Flake("github:acme/a").Revision);

        var input = await LookAtOneAsync(place, today, new InputPolicy(false, TimeSpan.FromDays(age), null));

        Assert.Equal(versions[newest], input.Newest?.Id.ToString());
        Assert.Equal(versions[waiting ?? 0], input.Waiting?.Id.ToString());
    }

    [Fact]
    public async Task An_input_that_cannot_be_asked_has_the_reason_and_the_others_are_told()
    {
        _world.Flake("github:acme/a");
        _world.Flake("github:acme/b");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a"; b.url = "github:acme/b";""");
        _world.Flake("github:acme/b");
        _world.Break("github:acme/a");

        var found = Assert.Single(await LookAsync([place]));

        Assert.True(found.Inputs[0].Problem!.IsOutside);
        Assert.False(found.Inputs[0].IsOld);
        Assert.True(found.Inputs[1].CanMove);
    }

    [Fact]
    public async Task Inputs_that_follow_are_passed_over_and_a_host_without_a_lock_is_told()
    {
        _world.Flake("github:acme/a");
        var place = await LockedPlaceAsync("""a.url = "github:acme/a"; b.follows = "a";""");

        var found = await LookAsync([LockPlace.OfFile("web", _folder["web.lock"]), place]);

        Assert.Equal([("web", false), ("plex", true)], found.Select(each => (each.Place.Name, each.HasLock)));
        Assert.Equal(["a"], found.SelectMany(each => each.Inputs).Select(input => input.Name));
    }

    async Task<LockPlace> LockedPlaceAsync(string inputs)
    {
        var place = LockPlace.OfFile("plex", _folder["plex.lock"]);
        HostLocks.Write(place, await _world.LockAsync(inputs));
        return place;
    }

    async Task<OutdatedInput> LookAtOneAsync(LockPlace place, int today = 30, InputPolicy? policy = null) =>
        Assert.Single(Assert.Single(await LookAsync([place], today, policy)).Inputs);

    Task<IReadOnlyList<OutdatedLock>> LookAsync(IReadOnlyList<LockPlace> places, int today = 30, InputPolicy? policy = null)
    {
        var policies = policy is null ? NameMap<InputPolicy>.Empty : NameMap<InputPolicy>.Of([KeyValuePair.Create("a", policy)]);
        return new Outdated(_world, policies, FlakeWorld.Day(today)).LookAsync(places, [], TestContext.Current.CancellationToken);
    }
}
