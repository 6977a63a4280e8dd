using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;

namespace Hostlock.Tests.Fleets.Layouts;

/// <summary>The hosts that the outputs of a flake name, each with its configurations.</summary>
public class NamedHostsTests
{
    [Theory]
    [InlineData("nixosConfigurations = { plex = 1; web = 2; };", "plex: nixosConfigurations.plex | web: nixosConfigurations.web")]
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations = { \"jono@plex\" = 1; \"jono@gone\" = 2; guest = 3; };",
        "plex: nixosConfigurations.plex homeConfigurations.\"jono@plex\"")]
    [InlineData("homeConfigurations = { \"jono@plex\" = 1; jono = 2; };", "plex: homeConfigurations.\"jono@plex\"")]
    [InlineData(
        "nixosConfigurations.plex = 1; homeConfigurations.plex = 2;",
        "plex: nixosConfigurations.plex homeConfigurations.plex")]
    [InlineData("nixosConfigurations = import ./hosts.nix;", "")]
    [InlineData("nixosConfigurations.\"no host\" = 1;", "")]
    public void Hosts_are_those_with_a_system_and_homes_go_with_them(string outputs, string hosts) =>
        Assert.Equal(
            hosts,
            string.Join(
                " | ",
                NamedHosts.In(OutputNames.Read(new SourceText("flake.nix", $"{{ outputs = _: {{ {outputs} }}; }}")))
                    .Select(host => $"{host.Key}: {string.Join(' ', host.Value)}")));

    [Theory]
    [InlineData("homeConfigurations", "jono@plex", "plex")]
    [InlineData("homeConfigurations", "jono", "jono")]
    [InlineData("nixosConfigurations", "plex", "plex")]
    [InlineData("nixosConfigurations", "jono@plex", null)]
    public void A_home_is_of_the_host_behind_its_at(string output, string name, string? host) =>
        Assert.Equal(host, NamedHosts.OwnerOf(output, name)?.ToString());
}
