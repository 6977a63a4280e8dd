using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>The hosts that are adopted: those that are named, those of hostlock.toml, or all that the flake has.</summary>
public sealed class HostSelectionTests : IDisposable
{
    readonly TempFolder _folder = new();

    public HostSelectionTests()
    {
        _folder.Write("flake.nix", "{ outputs = { self }: { nixosConfigurations = { plex = { }; web = { }; db = { }; }; }; }");
        _folder.Write("flake.lock", """{ "nodes": { "root": { } }, "root": "root", "version": 7 }""");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_words_all_hosts_of_the_flake_are_adopted() => Assert.Equal(["db", "plex", "web"], await HostsAsync());

    [Fact]
    public async Task Words_name_the_hosts_each_once() => Assert.Equal(["plex", "web"], await HostsAsync("web", "plex", "web"));

    [Fact]
    public async Task Hosts_that_the_file_keeps_on_the_root_lock_stay_there_until_they_are_named()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\nlock = \"flake.lock\"\n");

        Assert.Equal(["db", "plex"], await HostsAsync());
        Assert.Equal(["web"], await HostsAsync("web"));
    }

    [Fact]
    public async Task A_word_that_is_no_host_of_the_flake_has_its_nearest() =>
        Assert.Equal("did you mean 'plex'?", (await Assert.ThrowsAsync<FleetException>(() => HostsAsync("plx"))).Hint);

    async Task<IEnumerable<string>> HostsAsync(params string[] words) =>
        (await HostSelection.PlanAsync(
            FleetFolder.Open(_folder.Path), words, new CountingProcesses(), TestContext.Current.CancellationToken))
        .Hosts.Keys.Select(host => host.ToString());
}
