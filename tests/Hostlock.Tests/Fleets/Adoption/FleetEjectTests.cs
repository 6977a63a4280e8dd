using System.Collections.Immutable;
using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Locks;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>The plan of <c>eject</c>: the files that it would change and remove, in a flake that git knows nothing of.</summary>
public sealed class FleetEjectTests : IDisposable
{
    const string FlakeNix =
        "{\n  inputs.a.url = \"github:acme/a\";\n"
        + "  outputs = { self, a }: { nixosConfigurations = { plex = 1; web = 2; }; };\n}\n";

    static readonly LockFile Root = SmallLocks.Of(("a", Locked("github:acme/a", 1, 1)), ("b", Locked("github:acme/b", 1, 1)));
    static readonly LockFile Moved = SmallLocks.Of(("a", Locked("github:acme/a", 2, 2)), ("b", Locked("github:acme/b", 1, 1)));

    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public FleetEjectTests()
    {
        _folder.Write("flake.nix", FlakeNix);
        Write("flake.lock", Root);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("*.png binary\n")]
    [InlineData("*.png binary")]
    [InlineData("\uFEFF*.png binary\n")]
    public async Task What_init_did_eject_undoes_to_the_byte(string? attributes)
    {
        if (attributes is not null)
            _folder.Write(".gitattributes", attributes);
        var before = Files();
        var hosts = ImmutableSortedDictionary<HostName, ImmutableArray<string>>.Empty
            .Add(HostName.Parse("plex"), ["nixosConfigurations.plex"]).Add(HostName.Parse("web"), ["nixosConfigurations.web"]);
        var folder = FleetFolder.Open(_folder.Path);
        var adoption = FleetInit.Plan(folder, new(hosts, hosts.Clear(), ["nixosConfigurations"], true, null));
        Do(FleetInit.Undertake(folder, ["init"], adoption));
        folder = FleetFolder.Open(_folder.Path);

        var plan = FleetEject.Whole(folder, new LockOwner.Root(), keepsLocks: false, await AdoptedAsync(folder));
        Do(FleetEject.Undertake(folder, ["eject"], plan, await AdoptedAsync(folder)));

        Assert.Equal(before, Files());
        Assert.Equal([("plex", ""), ("web", "")], Moves(plan));
    }

    [Fact]
    public async Task A_host_that_goes_back_to_the_root_lock_moves_in_what_differs()
    {
        Adopt("[hosts.plex]\n[hosts.web]\n", ("locks/plex.lock", Moved), ("locks/web.lock", Root));

        var plan = await HostsAsync("plex");

        Assert.Equal([("plex", "a")], Moves(plan));
        Assert.Equal(["locks/plex.lock"], plan.Removed);
        Assert.Equal("version = 1\n[hosts.plex]\nlock = \"flake.lock\"\n[hosts.web]\n", TextOf(plan, "hostlock.toml"));
        Assert.False(plan.IsWhole);
    }

    [Fact]
    public async Task A_lock_that_another_host_uses_or_that_is_to_be_kept_stays()
    {
        Adopt("[hosts.plex]\n[hosts.web]\nlock = \"locks/plex.lock\"\n", ("locks/plex.lock", Moved));

        Assert.Empty((await HostsAsync("plex")).Removed);
        Assert.Equal(["locks/plex.lock"], (await HostsAsync("plex", "web")).Removed);
        var folder = FleetFolder.Open(_folder.Path);
        Assert.Empty(FleetEject.Hosts(folder, ["plex", "web"], keepsLocks: true, await AdoptedAsync(folder)).Removed);
    }

    [Fact]
    public async Task A_lock_in_a_place_of_the_users_own_is_the_users()
    {
        Adopt("[hosts.plex]\nlock = \"pins/plex.lock\"\n", ("pins/plex.lock", Moved));

        Assert.Empty((await HostsAsync("plex")).Removed);
        Assert.Equal(["hostlock.toml"], (await WholeAsync(new LockOwner.Root())).Removed);
    }

    [Fact]
    public async Task A_lock_that_is_a_link_is_the_users_and_that_is_said()
    {
        Adopt("[hosts.plex]\n[hosts.web]\n", ("real/plex.lock", Moved), ("locks/web.lock", Root));
        File.CreateSymbolicLink(_folder["locks/plex.lock"], "../real/plex.lock");

        var plex = await HostsAsync("plex", "web");
        var whole = await WholeAsync(new LockOwner.Root());

        Assert.Equal(["locks/web.lock"], plex.Removed);
        Assert.Equal(["hostlock.toml", "locks/web.lock"], whole.Removed);
        Assert.All(
            [plex, whole],
            plan => Assert.Equal(["'locks/plex.lock' is a link, and stays with the file that it leads to"], plan.Notes));
    }

    [Fact]
    public async Task A_host_on_the_root_lock_has_nowhere_to_go()
    {
        Adopt("[hosts.plex]\nlock = \"flake.lock\"\n");

        Assert.True((await HostsAsync("plex")).IsEmpty);
    }

    [Fact]
    public async Task The_lock_of_a_host_can_become_the_root_lock_and_the_others_move_to_it()
    {
        Adopt("[hosts.plex]\n[hosts.web]\n", ("locks/plex.lock", Moved), ("locks/web.lock", Root));

        var plan = await WholeAsync(Owner("plex"));

        Assert.Equal(Encoding.UTF8.GetString(LockFileWriter.Write(Moved)), TextOf(plan, "flake.lock"));
        Assert.Equal([("plex", ""), ("web", "a")], Moves(plan));
        Assert.Equal(["hostlock.toml", "locks/plex.lock", "locks/web.lock"], plan.Removed);
        Assert.True(plan.IsWhole);
    }

    [Fact]
    public async Task A_flake_of_a_host_stays_and_that_is_said()
    {
        Adopt("[hosts.plex]\nflake = \"hosts/plex/flake.nix\"\nlock = \"hosts/plex/flake.lock\"\n", ("hosts/plex/flake.lock", Moved));

        Assert.Equal(
            ["plex: 'hosts/plex/flake.nix' and 'hosts/plex/flake.lock' stay; flake.nix has plex by flake.lock alone from then on"],
            (await WholeAsync(new LockOwner.Root())).Notes);
    }

    [Theory]
    [InlineData(
        "[hosts.plex]\n[hosts.nas]\nflake = \"hosts/nas/flake.nix\"\n", "nas",
        "the inputs of nas are declared in 'hosts/nas/flake.nix', which flake.lock does not lock")]
    [InlineData(
        "[hosts.plex]\ninputs.a = \"github:acme/a/next\"\n", "plex",
        "plex tracks a by itself, and flake.lock holds only what all hosts track")]
    [InlineData("[hosts.plex]\n", "plx", "unknown host 'plx'")]
    public async Task A_host_that_the_root_lock_cannot_build_stays(string hosts, string name, string message)
    {
        Adopt(hosts, ("locks/plex.lock", Moved));

        Assert.Equal(message, (await Assert.ThrowsAsync<FleetException>(() => HostsAsync(name))).Message);
    }

    static IEnumerable<(string Host, string Inputs)> Moves(EjectPlan plan) =>
        plan.Moves.Select(move => (move.Host.ToString(), string.Join(' ', move.Inputs)));

    static string TextOf(EjectPlan plan, string path) =>
        Encoding.UTF8.GetString(plan.Changed.Single(file => file.Path == path).Contents.Span);

    static Task<AdoptedFiles> AdoptedAsync(FleetFolder folder) =>
        AdoptedFiles.ReadAsync(folder, new CountingProcesses(), TestContext.Current.CancellationToken);

    void Adopt(string hosts, params (string Path, LockFile Lock)[] locks)
    {
        _folder.Write("hostlock.toml", $"version = 1\n{hosts}");
        foreach (var (path, file) in locks)
            Write(path, file);
    }

    void Write(string path, LockFile file) => _folder.Write(path, Encoding.UTF8.GetString(LockFileWriter.Write(file)));

    async Task<EjectPlan> HostsAsync(params string[] names)
    {
        var folder = FleetFolder.Open(_folder.Path);
        return FleetEject.Hosts(folder, names, keepsLocks: false, await AdoptedAsync(folder));
    }

    async Task<EjectPlan> WholeAsync(LockOwner kept)
    {
        var folder = FleetFolder.Open(_folder.Path);
        return FleetEject.Whole(folder, kept, keepsLocks: false, await AdoptedAsync(folder));
    }

    // Every file with its text.
    Dictionary<string, string> Files() =>
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));

    static void Do(Undertaking undertaking)
    {
        undertaking.Apply();
        undertaking.End();
    }
}
