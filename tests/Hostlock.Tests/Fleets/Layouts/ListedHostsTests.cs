using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Layouts;

/// <summary>The hosts that hostlock.toml lists, compared with those that the text of flake.nix names. Nothing is claimed of names that are
/// computed.</summary>
public sealed class ListedHostsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hosts_that_came_and_hosts_that_went_are_told()
    {
        var listed = Of("nixosConfigurations = { plex = 1; phone = 2; };", "[hosts.plex]\n[hosts.web]\n");

        Assert.Equal(("phone", "web"), (Words(listed.Unlisted), Words(listed.Gone)));
    }

    [Fact]
    public void A_home_of_a_host_belongs_to_it_and_one_of_nobody_to_no_host()
    {
        var listed = Of(
            "nixosConfigurations.plex = 1; homeConfigurations = { \"j@plex\" = 2; \"j@laptop\" = 3; guest = 4; };", "[hosts.plex]\n");

        Assert.Empty(listed.Unlisted);
        var (host, paths) = Assert.Single(listed.UnlistedConfigurations);
        Assert.Equal(("plex", "homeConfigurations.\"j@plex\""), (host.ToString(), Words(paths)));
    }

    [Fact]
    public void If_a_flake_has_nothing_but_homes_each_makes_a_host() =>
        Assert.Equal("laptop plex", Words(Of("homeConfigurations = { \"j@plex\" = 2; \"j@laptop\" = 3; guest = 4; };", "").Unlisted));

    [Fact]
    public void A_host_that_lost_one_of_its_configurations_is_not_gone()
    {
        var listed = Of(
            "nixosConfigurations.plex = 1; homeConfigurations = { };",
            "[hosts.plex]\nconfigurations = [\"nixosConfigurations.plex\", 'homeConfigurations.\"j@plex\"']\n");

        Assert.Empty(listed.Gone);
        Assert.Equal("homeConfigurations.\"j@plex\"", Words(Assert.Single(listed.GoneConfigurations).Value));
    }

    [Fact]
    public void Outputs_are_compared_if_they_are_listed()
    {
        const string Flake = "nixosConfigurations.plex = 1; packages = { };";

        Assert.Empty(Of(Flake, "[hosts.plex]\n").UnlistedOutputs);
        var listed = Of(Flake, "outputs = [\"nixosConfigurations\", \"lib\"]\n[hosts.plex]\n");
        Assert.Equal(("packages", "lib"), (Words(listed.UnlistedOutputs), Words(listed.GoneOutputs)));
    }

    [Theory]
    [InlineData("nixosConfigurations = builtins.mapAttrs (n: n) (import ./hosts.nix);")]
    [InlineData("nixosConfigurations = import ./hosts.nix;")]
    public void Nothing_is_claimed_of_names_that_are_computed(string outputs)
    {
        var listed = Of(outputs, "[hosts.web]\n");

        Assert.Equal(("", ""), (Words(listed.Unlisted), Words(listed.Gone)));
    }

    [Theory]
    [InlineData("[hosts.plxe]", "plex", "plxe plex", "", "")]
    [InlineData("[hosts.web1]", "web2", "", "web2", "web1")]
    [InlineData("[hosts.plxe]\n[hosts.orc]", "plex = 1; nas", "plxe plex", "nas", "orc")]
    [InlineData("[hosts.plxe]\n[hosts.pelx]", "plex", "pelx plex", "", "plxe")]
    public void A_host_under_a_similar_name_neither_came_nor_went(string toml, string hosts, string misspelt, string came, string went)
    {
        var listed = Of($"nixosConfigurations = {{ {hosts} = 1; }};", toml + "\n");

        Assert.Equal(misspelt, Words(listed.Misspelt.Select(host => $"{host.Key} {host.Value}")));
        Assert.Equal((came, went), (Words(listed.Came), Words(listed.Went)));
    }

    [Fact]
    public void If_many_hosts_came_and_went_no_name_is_taken_for_another()
    {
        var names = Enumerable.Range(0, 11).Select(i => $"host-{(char)('a' + i)}").ToList();

        var listed = Of(
            $"nixosConfigurations = {{ {string.Concat(names.Select(name => $"{name}x = 1; "))} }};",
            string.Concat(names.Select(name => $"[hosts.{name}]\n")));

        Assert.Empty(listed.Misspelt);
        Assert.Equal(11, listed.Went.Count());
    }

    [Fact]
    public void A_configuration_that_the_flake_of_the_host_has_is_not_gone()
    {
        _folder.Write("hosts/web/flake.nix", "{ outputs = _: { nixosConfigurations.web = 1; }; }");

        Assert.Empty(Of("nixosConfigurations.plex = 1;", "[hosts.plex]\n[hosts.web]\nflake = \"hosts/web/flake.nix\"\n").Gone);
    }

    [Fact]
    public void Outputs_that_are_known_are_not_read_again()
    {
        var written = Of("", "[hosts.plex]\n");
        var known = OutputNames.Read(new SourceText("flake.nix", "{ outputs = _: { nixosConfigurations.plex = 1; }; }"));

        var listed = ListedHosts.Of(FleetFolder.Open(_folder.Path), known);

        Assert.False(written.IsInLine);
        Assert.True(listed.IsInLine);
    }

    static string Words<T>(IEnumerable<T> values) => string.Join(' ', values);

    ListedHosts Of(string outputs, string toml)
    {
        _folder.Write("flake.nix", $"{{ outputs = inputs: import ./hostlock.nix inputs (_: {{ {outputs} }}); }}");
        _folder.Write("hostlock.toml", $"version = 1\n{toml}");
        return ListedHosts.Of(FleetFolder.Open(_folder.Path));
    }
}
