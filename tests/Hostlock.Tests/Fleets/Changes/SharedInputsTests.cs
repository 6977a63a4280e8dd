using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The locks that get the new entry of an input with <c>scope = "shared"</c>, and those that do not.</summary>
public sealed class SharedInputsTests : IDisposable
{
    const string Shared = "[inputs.a]\nscope = \"shared\"\n";

    static readonly LockEdge.Locked OldB = Locked("github:acme/b", 1, 1);
    static readonly LockFile Old = SmallLocks.Of(("a", A(1)), ("b", OldB));
    static readonly LockFile Now = SmallLocks.Of(("a", A(2)), ("b", Locked("github:acme/b", 2, 2)));

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lock_gets_the_shared_input_and_nothing_else()
    {
        var web = Assert.IsType<LockOutcome.Planned>((await SpreadAsync(Shared, Old))[1]).Lock;

        Assert.True(LockDiff.Same(SmallLocks.Of(("a", A(2)), ("b", OldB)), web.After));
        Assert.Equal(["'a' is shared: web gets it as well"], web.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public async Task What_changed_beneath_a_shared_input_is_shared_too()
    {
        var before = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1, ("x", Locked("github:acme/x", 1, 1)))));
        var after = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1, ("x", Locked("github:acme/x", 2, 2)))));

        var web = Assert.IsType<LockOutcome.Planned>((await SpreadAsync(Shared, before, Plan("plex", before, after)))[1]).Lock;

        Assert.True(LockDiff.Same(after, web.After));
    }

    [Fact]
    public async Task An_input_that_is_frozen_elsewhere_stays_there_and_that_is_said()
    {
        var web = Assert.IsType<LockOutcome.Planned>((await SpreadAsync($"[hosts.web.freeze.a]\nreason = \"ZFS\"\n{Shared}", Old))[1]).Lock;

        Assert.False(web.IsChange);
        Assert.Equal(["'a' is shared, but frozen on web: ZFS"], web.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public async Task A_lock_that_is_updated_as_well_gets_it_on_top_of_its_own_update()
    {
        var own = SmallLocks.Of(("a", A(1)), ("b", Locked("github:acme/b", 3, 3)));

        var outcomes = await SpreadAsync(Shared, Old, Plan("plex", Old, Now), Plan("web", Old, own));

        var web = Assert.IsType<LockOutcome.Planned>(outcomes[1]).Lock;
        Assert.Equal(2, outcomes.Count);
        Assert.True(LockDiff.Same(Old, web.Before!));
        Assert.True(LockDiff.Same(own.With(InputPath.Of("a"), A(2)), web.After));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[inputs.c]\nscope = \"shared\"\n")]
    public async Task An_input_that_is_not_shared_stays_with_its_host(string policies) =>
        Assert.Single(await SpreadAsync(policies, Old));

    [Fact]
    public async Task A_lock_that_has_it_already_or_has_no_such_input_is_left_alone()
    {
        Assert.Single(await SpreadAsync(Shared, Now));
        Assert.Single(await SpreadAsync(Shared, SmallLocks.Of(("b", OldB))));
        Assert.Single(await SpreadAsync(Shared, null));
    }

    [Fact]
    public async Task A_lock_that_could_not_be_made_stays_failed()
    {
        var failed = new LockOutcome.Failed(PlaceOf("web"), FleetException.NoHosts());

        Assert.Same(failed, (await SpreadAsync(Shared, Old, Plan("plex", Old, Now), failed))[1]);
    }

    [Fact]
    public async Task An_input_that_would_follow_nothing_fails_in_that_lock_alone()
    {
        var after = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2, ("x", Follows("c")))), ("c", OldB));

        var outcomes = await SpreadAsync(Shared, Old, Plan("plex", Old, after));

        Assert.IsType<LockOutcome.Planned>(outcomes[0]);
        Assert.Equal(
            "'a' is shared, but web cannot have it: 'a/x' would follow 'c', which its lock does not have",
            Assert.IsType<LockOutcome.Failed>(outcomes[1]).Why.Message);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_read_fails_alone()
    {
        var folder = Open(Shared);
        File.WriteAllText(PlaceOf("web").FullPath, "<<<<<<< HEAD\n");

        var outcomes = (await new SharedInputs(folder, DeclaredAsync).SpreadAsync([Plan("plex", Old, Now)])).Outcomes;

        Assert.IsType<LockOutcome.Planned>(outcomes[0]);
        Assert.IsType<LockException>(Assert.IsType<LockOutcome.Failed>(outcomes[1]).Why);
    }

    [Fact]
    public async Task A_host_that_declares_another_branch_keeps_its_own()
    {
        var own = SmallLocks.Of(("a", Locked("github:acme/a/next", 5, 5)), ("b", OldB));

        var web = Assert.IsType<LockOutcome.Planned>(
            (await SpreadAsync("[hosts.web]\ninputs.a = \"github:acme/a/next\"\n" + Shared, own))[1]).Lock;

        Assert.False(web.IsChange);
        Assert.Equal(
            ["'a' is shared, but stays as it is on web: web tracks github:acme/a/next"], web.Warnings.Select(warning => warning.Message));
    }

    [Fact]
    public async Task A_branch_of_one_hosts_own_is_not_given_to_others_and_another_source_is()
    {
        var own = SmallLocks.Of(("a", Locked("github:acme/a/next", 5, 5)), ("b", OldB));
        const string policies = "[hosts.plex]\ninputs.a = \"github:acme/a/next\"\n[hosts.web]\n" + Shared;

        var alone = Assert.IsType<LockOutcome.Planned>((await SpreadAsync(policies, Old, Plan("plex", Old, own)))[1]).Lock;
        var beside = Assert.IsType<LockOutcome.Planned>(
            (await SpreadAsync(policies, Old, Plan("plex", Old, own), Plan("nas", Old, Now)))[2]).Lock;

        Assert.False(alone.IsChange);
        Assert.Equal(
            ["'a' is shared, but stays as it is on web: plex tracks github:acme/a/next for itself"],
            alone.Warnings.Select(warning => warning.Message));
        Assert.True(LockDiff.Same(SmallLocks.Of(("a", A(2)), ("b", OldB)), beside.After));
    }

    static LockEdge.Locked A(int digit) => Locked("github:acme/a", digit, digit);

    Task<IReadOnlyList<LockOutcome>> SpreadAsync(string policies, LockFile? web) => SpreadAsync(policies, web, Plan("plex", Old, Now));

    // The outcomes after an update of plex, beside web, whose lock is on disk.
    async Task<IReadOnlyList<LockOutcome>> SpreadAsync(string policies, LockFile? web, params LockOutcome[] outcomes)
    {
        var folder = Open(policies);
        var place = PlaceOf("web");
        File.Delete(place.FullPath);
        if (web is not null)
            HostLocks.Write(place, web);
        // The places are those of the fleet, with what it says of them.
        IReadOnlyList<LockOutcome> known =
        [
            .. outcomes.Select(outcome =>
                outcome is LockOutcome.Planned(var planned) && folder.TryOwnerNamed(planned.Place.Name) is { } owner
                    ? new LockOutcome.Planned(planned.At(folder.PlaceOf(owner)))
                    : outcome),
        ];
        return (await new SharedInputs(folder, DeclaredAsync).SpreadAsync(known)).Outcomes;
    }

    // flake.nix declares a and b, and each host what hostlock.toml gives it.
    static Task<Flake> DeclaredAsync(LockPlace place)
    {
        var flake = FlakeNixParser.Parse(
            new SourceText("flake.nix", "{ inputs.a.url = \"github:acme/a\"; inputs.b.url = \"github:acme/b\"; outputs = _: { }; }"));
        var inputs = flake.Inputs.ToBuilder();
        foreach (var (name, reference) in place.References)
            inputs[name] = inputs[name] with { Reference = FlakeRef.ParseInput(reference, true, null, null) };
        return Task.FromResult(flake with { Inputs = inputs.ToImmutable() });
    }

    LockOutcome.Planned Plan(string host, LockFile before, LockFile after) =>
        new(PlannedLock.Of(PlaceOf(host), before, after));

    LockPlace PlaceOf(string host) => LockPlace.Of(_folder.Path, $"locks/{host}.lock", [Owner(host)]);

    FleetFolder Open(string policies)
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }");
        _folder.Write("locks/.keep", "");
        string[] hosts = [.. new[] { "plex", "web" }.Where(host => !policies.Contains($"[hosts.{host}]", StringComparison.Ordinal))];
        _folder.Write("hostlock.toml", $"version = 1\n{string.Concat(hosts.Select(host => $"[hosts.{host}]\n"))}{policies}");
        return FleetFolder.Open(_folder.Path);
    }
}
