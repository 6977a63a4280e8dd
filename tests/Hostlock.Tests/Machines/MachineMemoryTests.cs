using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Tests.Support;
using Hostlock.Tests.Machines.Probing;

namespace Hostlock.Tests.Machines;

/// <summary>The cache remembers the last answer of each machine, and the systems that the files of a flake make.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    static readonly HostName Plex = HostName.Parse("plex");

    readonly TempFolder _folder = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    MachineCache Cache => new(_folder["cache"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void What_is_known_of_a_machine_comes_back_as_it_was(bool hasSystem, bool isAccepted)
    {
        var seen = new SeenMachine("0123", new Moment(5), "74297b7")
        {
            System = hasSystem ? FakeMachine.System('1') : null,
            IsAccepted = isAccepted,
        };

        new SeenMachines(Cache, "/fleet").Keep(Plex, seen);

        Assert.Equal(seen, new SeenMachines(Cache, "/fleet").Find(Plex));
    }

    [Fact]
    public void A_machine_is_remembered_for_its_fleet_alone()
    {
        var seen = new SeenMachine("0123", new Moment(5), "74297b7");
        new SeenMachines(Cache, "/fleet").Keep(Plex, seen);

        Assert.Equal(seen, new SeenMachines(Cache, "/fleet").Find(Plex));
        Assert.Null(new SeenMachines(Cache, "/other").Find(Plex));
        Assert.Null(new SeenMachines(Cache, "/fleet").Find(HostName.Parse("web")));
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task Files_of_one_tree_make_one_system_whatever_commit_has_them()
    {
        var known = Known();
        TestGit.Commit(_folder["flake"], 1);
        var tree = await known.TreeAsync(Head, Stop);
        known.Keep("locks/plex.lock", "nixosConfigurations.plex", tree!, FakeMachine.System('1'), "x86_64-linux");
        TestGit.In(_folder["flake"], "commit", "-q", "--allow-empty", "-m", "again");

        var again = await known.TreeAsync(Head, Stop);

        Assert.Equal(tree, again);
        Assert.Equal(tree, await known.TreeAsync(null, Stop));
        Assert.Equal((FakeMachine.System('1'), "x86_64-linux"), known.Find("locks/plex.lock", "nixosConfigurations.plex", again));
        Assert.Null(known.Find("locks/web.lock", "nixosConfigurations.plex", again));
        Assert.Null(known.Find("locks/plex.lock", "nixosConfigurations.plex", null));
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task Of_files_that_no_commit_has_nothing_is_known()
    {
        var known = Known();
        TestGit.Commit(_folder["flake"], 1);
        _folder.Write("flake/flake.nix", "{ }");

        Assert.Null(await known.TreeAsync(null, Stop));
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task Submodules_are_not_in_the_tree_of_a_commit()
    {
        var known = Known();
        _folder.Write("flake/.gitmodules", "");
        TestGit.Commit(_folder["flake"], 1);

        Assert.Null(await known.TreeAsync(Head, Stop));
    }

    Revision Head => Revision.Parse(TestGit.Head(_folder["flake"]));

    KnownSystems Known()
    {
        _folder.Write("flake/flake.nix", "{ outputs = _: { }; }");
        _folder.Write("flake/hostlock.toml", "version = 1\n[hosts.plex]\n");
        return new(new ProcessRunner(), FleetFolder.Open(_folder["flake"]), Cache);
    }
}
