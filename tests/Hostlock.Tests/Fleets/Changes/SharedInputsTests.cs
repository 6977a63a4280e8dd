using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>Which locks get the new entry of an input with <c>scope = "shared"</c>, and which do not.</summary>
public sealed class SharedInputsTests : IDisposable
{
    const string Shared = "[inputs.a]\nscope = \"shared\"\n";

    static readonly LockEdge.Locked OldB = Locked("github:acme/b", 1, 1);
    static readonly LockFile Old = SmallLocks.Of(("a", A(1)), ("b", OldB));
    static readonly LockFile Now = SmallLocks.Of(("a", A(2)), ("b", Locked("github:acme/b", 2, 2)));

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_lock_gets_the_shared_input_and_nothing_else()
    {
        var web = Assert.IsType<LockOutcome.Planned>(Spread(Shared, Old)[1]).Lock;

        Assert.True(LockDiff.Same(SmallLocks.Of(("a", A(2)), ("b", OldB)), web.After));
        Assert.Equal(["'a' is shared: web gets it as well"], web.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public void What_changed_beneath_a_shared_input_is_shared_too()
    {
        var before = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1, ("x", Locked("github:acme/x", 1, 1)))));
        var after = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1, ("x", Locked("github:acme/x", 2, 2)))));

        var web = Assert.IsType<LockOutcome.Planned>(Spread(Shared, before, Plan("plex", before, after))[1]).Lock;

        Assert.True(LockDiff.Same(after, web.After));
    }

    [Fact]
    public void An_input_that_is_frozen_elsewhere_stays_there_and_that_is_said()
    {
        var web = Assert.IsType<LockOutcome.Planned>(Spread($"[hosts.web.freeze.a]\nreason = \"ZFS\"\n{Shared}", Old)[1]).Lock;

        Assert.False(web.IsChange);
        Assert.Equal(["'a' is shared, but frozen on web: ZFS"], web.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public void A_lock_that_is_updated_as_well_gets_it_on_top_of_its_own_update()
    {
        var own = SmallLocks.Of(("a", A(1)), ("b", Locked("github:acme/b", 3, 3)));

        var outcomes = Spread(Shared, Old, Plan("plex", Old, Now), Plan("web", Old, own));

        var web = Assert.IsType<LockOutcome.Planned>(outcomes[1]).Lock;
        Assert.Equal(2, outcomes.Count);
        Assert.True(LockDiff.Same(Old, web.Before!));
        Assert.True(LockDiff.Same(own.With(InputPath.Of("a"), A(2)), web.After));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[inputs.c]\nscope = \"shared\"\n")]
    public void An_input_that_is_not_shared_stays_with_its_host(string policies) => Assert.Single(Spread(policies, Old));

    [Fact]
    public void A_lock_that_has_it_already_or_has_no_such_input_is_left_alone()
    {
        Assert.Single(Spread(Shared, Now));
        Assert.Single(Spread(Shared, SmallLocks.Of(("b", OldB))));
        Assert.Single(Spread(Shared, null));
    }

    [Fact]
    public void A_lock_that_could_not_be_made_stays_failed()
    {
        var failed = new LockOutcome.Failed(PlaceOf("web"), FleetException.NoHosts());

        Assert.Same(failed, Spread(Shared, Old, Plan("plex", Old, Now), failed)[1]);
    }

    [Fact]
    public void An_input_that_would_follow_nothing_in_another_lock_is_an_error()
    {
        var after = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2, ("x", Follows("c")))), ("c", OldB));

        var error = Assert.Throws<FleetException>(() => Spread(Shared, Old, Plan("plex", Old, after)));

        Assert.Equal("'a' is shared, but web cannot have it: 'a/x' would follow 'c', which its lock does not have", error.Message);
    }

    static LockEdge.Locked A(int digit) => Locked("github:acme/a", digit, digit);

    IReadOnlyList<LockOutcome> Spread(string policies, LockFile? web) => Spread(policies, web, Plan("plex", Old, Now));

    // What comes of an update of plex beside web, whose lock is on disk.
    IReadOnlyList<LockOutcome> Spread(string policies, LockFile? web, params LockOutcome[] outcomes)
    {
        var folder = Open(policies);
        var place = PlaceOf("web");
        File.Delete(place.FullPath);
        if (web is not null)
            HostLocks.Write(place, web);
        return SharedInputs.Spread(folder, outcomes).Outcomes;
    }

    LockOutcome.Planned Plan(string host, LockFile before, LockFile after) =>
        new(PlannedLock.Of(PlaceOf(host), before, after));

    LockPlace PlaceOf(string host) => LockPlace.Of(_folder.Path, $"locks/{host}.lock", [Owner(host)]);

    FleetFolder Open(string policies)
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("locks/.keep", "");
        _folder.Write("hostlock.toml", $"version = 1\n[hosts.plex]\n[hosts.web]\n{policies}");
        return FleetFolder.Open(_folder.Path);
    }
}
