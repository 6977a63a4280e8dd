using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

public sealed class FleetFolderTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_with_the_fleet_file_is_found_before_a_nearer_flake()
    {
        _folder.Write("flake.nix", "");
        _folder.Write("hostlock.toml", "version = 1\n");
        _folder.Write("hosts/plex/flake.nix", "");

        Assert.Equal(_folder.Path, FleetFolder.Open(_folder["hosts/plex"]).Path);
    }

    [Fact]
    public void The_search_ends_with_the_repository()
    {
        _folder.Write("flake.nix", "");
        _folder.Write("inner/.git/config", "");

        Assert.Throws<FleetException>(() => FleetFolder.Open(_folder["inner"]));
    }

    [Theory]
    [Trait("part", "programs")]
    [InlineData("mkfifo")]
    [InlineData("mkdir")]
    public async Task A_file_of_the_flake_that_is_no_file_is_not_called_missing(string made)
    {
        _folder.Write("fleet/hostlock.toml", "version = 1\n");
        _ = Run.Program(made, _folder.Path, TestGit.Variables, "fleet/flake.nix", "hostlock.toml").Succeeded;
        var fleet = FleetFolder.Open(_folder["fleet"]);

        var declarations = await Assert.ThrowsAsync<LockException>(
            () => HostDeclarations.Of(fleet, new CountingProcesses()).OfAsync(fleet.RootPlace, TestContext.Current.CancellationToken));
        var settings = Assert.Throws<PlatformException>(() => FleetFolder.Open(_folder.Path));

        Assert.Equal("path 'flake.nix' is not a regular file", declarations.Message);
        Assert.Equal("'hostlock.toml' is not a regular file", settings.Message);
    }

    [Fact]
    [Trait("part", "programs")]
    public async Task A_flake_file_that_is_a_link_to_nothing_is_missing_and_not_unknown_to_git()
    {
        _folder.Write("hostlock.toml", "version = 1\n");
        File.CreateSymbolicLink(_folder["flake.nix"], "nowhere.nix");
        TestGit.Commit(_folder.Path, 1);
        var fleet = FleetFolder.Open(_folder.Path);

        var error = await Assert.ThrowsAsync<LockException>(
            () => HostDeclarations.Of(fleet, new CountingProcesses()).OfAsync(fleet.RootPlace, TestContext.Current.CancellationToken));

        Assert.Equal("path 'flake.nix' does not exist", error.Message);
    }

    [Fact]
    public void Words_name_each_lock_once_in_their_order()
    {
        var folder = Fleet(
            "[hosts.a]\nring = 'r'\n[hosts.b]\nlock = 'locks/c.lock'\n[hosts.c]\nring = 'r'\n[hosts.d]\nlock = 'flake.lock'\n[rings.r]\n");

        Assert.Equal(["a", "b", "root"], folder.Places(["@r", "b", "d", "c", "root", "a"]).Select(place => place.Name));
        Assert.Equal(["b", "c"], folder.Places(["c"])[0].Sharers.Select(owner => owner.ToString()));
        Assert.Equal(["root", "a", "b"], folder.AllPlaces().Select(place => place.Name));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("Ünï")]
    [InlineData("--help")]
    [InlineData("@all")]
    [InlineData("..")]
    [InlineData("$(id)")]
    public void A_configuration_that_no_host_can_be_called_is_in_the_root_lock(string name)
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n");
        var quoted = name.Replace("$", "\\$", StringComparison.Ordinal);
        _folder.Write("flake.nix", $"{{ outputs = _: {{ nixosConfigurations = {{ plex = 1; \"{quoted}\" = 2; }}; }}; }}");
        var folder = FleetFolder.Open(_folder.Path);

        Assert.Equal(["plex", "root"], folder.Places(["plex", name, "root"]).Select(place => place.Name));
        Assert.Throws<FleetException>(() => folder.Places([name + "x"]));
        Assert.ThrowsAny<FleetException>(() => folder.OwnersNamed([name]));
    }

    [Theory]
    [InlineData("plx", "did you mean 'plex'?")]
    [InlineData("rot", "did you mean 'root'?")]
    [InlineData("@cnary", "did you mean 'canary'?")]
    public void A_word_that_names_nothing_has_its_nearest(string word, string hint) =>
        Assert.Equal(hint, Assert.Throws<FleetException>(() => Fleet("[hosts.plex]\n[rings.canary]\n").Places([word])).Hint);

    [Fact]
    public void A_link_out_of_the_flake_is_not_written_through()
    {
        var outside = _folder.Write("outside/file", "mine");
        var folder = Fleet("[hosts.plex]\n[hosts.web]\nlock = 'web.lock'\n[hosts.ok]\nlock = 'ok.lock'\n", "flake");
        Directory.CreateSymbolicLink(_folder["flake/locks"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["flake/web.lock"], outside);
        _folder.Write("flake/real.lock", "");
        File.CreateSymbolicLink(_folder["flake/ok.lock"], "real.lock");

        Assert.Throws<FleetException>(() => HostLocks.Write(folder.Places(["plex"])[0], LockFile.Empty));
        Assert.Throws<FleetException>(() => HostLocks.Write(folder.Places(["web"])[0], LockFile.Empty));
        HostLocks.Write(folder.Places(["ok"])[0], LockFile.Empty);

        Assert.Equal("mine", File.ReadAllText(outside));
        Assert.False(File.Exists(_folder["outside/plex.lock"]));
        Assert.NotEqual("", _folder.Read("flake/real.lock"));
    }

    [Fact]
    public void Only_one_writer_is_let_in_at_a_time()
    {
        var folder = Fleet("");

        using (folder.Reserve())
            Assert.True(Assert.Throws<FleetException>(() => FleetFolder.Open(_folder.Path).Reserve()).IsBusy);
        folder.Reserve().Dispose();

        Assert.Equal(
            ["flake.nix", "hostlock.toml"],
            Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    FleetFolder Fleet(string toml, string at = ".")
    {
        _folder.Write($"{at}/flake.nix", "");
        _folder.Write($"{at}/hostlock.toml", "version = 1\n" + toml);
        return FleetFolder.Open(_folder[at]);
    }
}
