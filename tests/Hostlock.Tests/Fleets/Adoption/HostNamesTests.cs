using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

public sealed class HostNamesTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nixosConfigurations = { plex = 1; orc = 2; };", "orc: nixosConfigurations.orc|plex: nixosConfigurations.plex", true)]
    [InlineData("nixosConfigurations.plex = 1; packages = { };", "plex: nixosConfigurations.plex", true)]
    [InlineData("darwinConfigurations.apple = 1; nixosConfigurations.\"1st\" = 2;", "1st: nixosConfigurations.\"1st\"|apple: darwinConfigurations.apple", true)]
    [InlineData("nixosConfigurations.plex = 1; homeConfigurations.\"jono@plex\" = 2;", "plex: nixosConfigurations.plex homeConfigurations.\"jono@plex\"", true)]
    // Of two homes one is a host's and the other nobody's: with the outputs listed, that other would not exist.
    [InlineData("nixosConfigurations.plex = 1; homeConfigurations = { \"j@plex\" = 2; \"j@nowhere\" = 3; };", "plex: nixosConfigurations.plex homeConfigurations.\"j@plex\"", false)]
    [InlineData("nixosConfigurations.plex = 1; homeConfigurations.\"j@nowhere\" = 2;", "plex: nixosConfigurations.plex", true)]
    [InlineData("nixosConfigurations = builtins.f 1; darwinConfigurations.apple = 1;", "apple: darwinConfigurations.apple", false)]
    [InlineData("packages = { };", "", true)]
    public void The_text_of_a_flake_says_hosts_and_whether_they_are_all(string outputs, string hosts, bool areAll)
    {
        var names = OutputNames.Read(new SourceText("flake.nix", $"{{ outputs = _: {{ {outputs} }}; }}"));

        Assert.Equal(hosts, string.Join('|', HostNames.In(names).Select(host => $"{host.Key}: {string.Join(' ', host.Value)}")));
        Assert.Equal(areAll, HostNames.SaysAllHosts(names));
    }

    [Fact]
    public async Task Nix_is_asked_only_for_what_the_text_does_not_say_and_only_before_there_is_a_list()
    {
        _folder.Write("flake.nix", "{ outputs = _: { nixosConfigurations.plex = 1; }; }");
        Assert.True((await FindAsync(nix: null)).IsComplete);

        _folder.Write("flake.nix", "{ outputs = builtins.f 1; }");
        var asked = await FindAsync("""{"all":["nixosConfigurations","lib"],"hosts":{"nixosConfigurations":["plex"],"darwinConfigurations":[],"homeConfigurations":[]}}""");
        Assert.Equal(["plex"], asked.Configurations.Keys.Select(host => host.ToString()));
        Assert.Equal(["nixosConfigurations", "lib"], asked.Outputs);

        _folder.Write("hostlock.toml", "version = 1\n");
        Assert.False((await FindAsync(nix: null)).IsComplete);
    }

    [Fact]
    public async Task Flakes_in_folders_of_hosts_add_theirs_and_take_none_away()
    {
        _folder.Write("flake.nix", "{ outputs = _: { nixosConfigurations.plex = 1; }; }");
        _folder.Write("hosts/plex/flake.nix", "{ outputs = _: { darwinConfigurations.plex = 1; }; }");
        _folder.Write("machines/web/flake.nix", "{ outputs = _: { nixosConfigurations.web = 1; }; }");

        var names = await FindAsync(nix: null);

        Assert.Equal(["nixosConfigurations.plex"], names.ConfigurationsOf(HostName.Parse("plex")));
        Assert.Equal(["nixosConfigurations.web"], names.ConfigurationsOf(HostName.Parse("web")));
        Assert.Equal(["nixosConfigurations.unknown"], names.ConfigurationsOf(HostName.Parse("unknown")));
    }

    [Fact]
    public void Where_nothing_says_a_name_the_folders_are_suggested()
    {
        _folder.Write("flake.nix", "{ outputs = builtins.f 1; }");
        var folder = FleetFolder.Open(_folder.Path);
        Assert.Equal("name them: hostlock init HOST…", HostNames.Unknown(folder).Hint);

        _folder.Write("machines/plex/default.nix", "{ }");
        _folder.Write("machines/common/default.nix", "{ }");
        _folder.Write("machines/empty/README", "");

        Assert.Equal("name them; by the folders of machines: hostlock init plex", HostNames.Unknown(folder).Hint);
    }

    Task<HostNames> FindAsync(string? nix) =>
        HostNames.FindAsync(FleetFolder.Open(_folder.Path), new PretendNix(nix), TestContext.Current.CancellationToken);

    /// <summary>A nix that gives one answer; one that must not be asked if the answer is null.</summary>
    sealed class PretendNix(string? answer) : IProcessRunner
    {
        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            Task.FromResult(new Finished(0, answer ?? throw new InvalidOperationException($"{request.Program} was asked"), ""));

        public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
    }
}
