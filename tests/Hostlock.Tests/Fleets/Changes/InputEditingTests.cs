using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>A change of declarations takes along the locks that it concerns, and nothing that was not asked for.</summary>
public sealed class InputEditingTests : IDisposable
{
    const string A = """a.url = "github:acme/a";""", B = """b.url = "github:acme/b";""";

    readonly TempFolder _folder = new();
    readonly FlakeWorld _world = new();

    public InputEditingTests()
    {
        foreach (var name in new[] { "a", "a/next", "b" })
            _world.Flake($"github:acme/{name}");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
        _folder.Write("flake.nix", FlakeWorld.FlakeNix(A));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_lock_of_the_file_gets_the_input_and_nothing_is_written()
    {
        await LockAsync(A, "root", "plex");
        var before = _folder.Read("flake.nix");

        var plan = await PlanAsync(null, new InputChange.Add("b", "github:acme/b", true));

        Assert.Equal(("flake.nix", before), (plan.File, plan.Before));
        Assert.Contains("""b.url = "github:acme/b";""", plan.After, StringComparison.Ordinal);
        Assert.Equal(["root: b", "plex: b"], plan.Locks.Select(Moved));
        Assert.Equal(before, _folder.Read("flake.nix"));
    }

    [Fact]
    public async Task If_nothing_is_locked_yet_the_lock_of_the_flake_is_made()
    {
        _folder.Write("flake.nix", FlakeWorld.FlakeNix(""));

        Assert.Equal(["root: b"], (await PlanAsync(null, new InputChange.Add("b", "github:acme/b", true))).Locks.Select(Moved));
    }

    [Fact]
    public async Task A_lock_that_would_change_in_another_input_too_is_brought_in_line_first()
    {
        await LockAsync("", "root");

        var error = await Assert.ThrowsAsync<FleetException>(() => PlanAsync(null, new InputChange.Add("b", "github:acme/b", true)));

        Assert.Equal("'flake.lock' is not in line with what is declared now: 'a' would change too", error.Message);
    }

    [Fact]
    public async Task A_reference_that_cannot_be_fetched_is_an_error()
    {
        await LockAsync(A, "root");
        _world.Break("github:acme/b");

        await Assert.ThrowsAnyAsync<HostlockException>(() => PlanAsync(null, new InputChange.Add("b", "github:acme/b", true)));
    }

    [Fact]
    public async Task What_is_declared_already_changes_nothing()
    {
        await LockAsync(A, "root");

        var plan = await PlanAsync(null, new InputChange.Refer("a", "github:acme/a"));

        Assert.False(plan.IsChange);
        Assert.Empty(plan.Locks);
    }

    [Fact]
    public async Task A_host_of_the_common_flake_gets_a_reference_in_the_settings_and_no_other_lock_moves()
    {
        await LockAsync(A, "root", "plex", "web");

        var plan = await PlanAsync("plex", new InputChange.Refer("a", "github:acme/a/next"));

        Assert.Equal("hostlock.toml", plan.File);
        Assert.Contains("github:acme/a/next", plan.After, StringComparison.Ordinal);
        Assert.Equal(["plex: a"], plan.Locks.Select(Moved));
    }

    [Fact]
    public async Task A_host_of_the_common_flake_declares_no_input_and_takes_back_only_a_reference_that_it_has()
    {
        await LockAsync(A, "root", "plex");
        var plex = HostName.Parse("plex");

        Assert.Equal(
            FleetException.SharesItsFlake(plex, InputPath.Of("b"), isDeclared: false).Message,
            (await RefusedAsync("plex", new InputChange.Add("b", "github:acme/b", true))).Message);
        Assert.Equal("'b' is not an input of plex", (await RefusedAsync("plex", new InputChange.Refer("b", "github:acme/b"))).Message);
        Assert.Equal(
            FleetException.NoOwnReference(plex, "a", []).Message, (await RefusedAsync("plex", new InputChange.Remove("a"))).Message);
    }

    [Fact]
    public async Task A_host_that_shares_its_lock_has_no_reference_of_its_own()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"locks/both.lock\"\n[hosts.web]\nlock = \"locks/both.lock\"\n");

        var error = await RefusedAsync("plex", new InputChange.Refer("a", "github:acme/a/next"));

        Assert.StartsWith("'plex' shares the lock 'locks/both.lock' with web", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_of_an_input_that_no_lock_has_cannot_follow_another()
    {
        _folder.Write("flake.nix", FlakeWorld.FlakeNix(A + B));
        await LockAsync(A + B, "root");

        var error = await RefusedAsync(null, new InputChange.Follow(InputPath.Of("a", "nixpkgs"), InputPath.Of("b")));

        Assert.Equal("'a/nixpkgs' is not an input of root", error.Message);
    }

    [Fact]
    public async Task A_lock_of_another_flake_that_cannot_be_brought_in_line_is_no_hindrance()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\nflake = \"plex/flake.nix\"\n");
        _folder.Write("plex/flake.nix", "this is not Nix");
        await LockAsync(A, "root", "plex");

        Assert.Equal(["root: b"], (await PlanAsync(null, new InputChange.Add("b", "github:acme/b", true))).Locks.Select(Moved));
    }

    async Task LockAsync(string inputs, params string[] names)
    {
        var lockFile = await _world.LockAsync(inputs);
        foreach (var name in names)
            HostLocks.Write(FleetFolder.Open(_folder.Path).PlaceNamed(name), lockFile);
    }

    Task<DeclarationPlan> PlanAsync(string? host, InputChange change) =>
        new InputEditing(new CountingProcesses(), FleetFolder.Open(_folder.Path), _world).PlanAsync(
            new([change], host is null ? null : HostName.Parse(host)), TestContext.Current.CancellationToken);

    async Task<FleetException> RefusedAsync(string? host, InputChange change) =>
        await Assert.ThrowsAsync<FleetException>(() => PlanAsync(host, change));

    static string Moved(PlannedLock planned) =>
        $"{planned.Place.Name}: {string.Join(' ', planned.Diff.Changes.Select(change => change.Path))}";
}
