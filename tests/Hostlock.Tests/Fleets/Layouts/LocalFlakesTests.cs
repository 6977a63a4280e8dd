using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Layouts;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Layouts;

public sealed class LocalFlakesTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly LocalFlakes _flakes;

    public LocalFlakesTests()
    {
        _folder.Write("flake.nix", "{ inputs.plex.url = \"path:./hosts/plex/\"; outputs = _: { }; }");
        _folder.Write("hosts/plex/flake.nix", "{ outputs = _: { nixosConfigurations.plex = 1; darwinConfigurations.other = 2; }; }");
        _folder.Write("hosts/broken/flake.nix", "{ inputs = ");
        _folder.Write("hosts/none/default.nix", "{ }");
        _folder.Write("systems/x86_64-linux/web/flake.nix", "{ outputs = _: { }; }");
        _flakes = new(FleetFolder.Open(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hosts", "hosts/broken hosts/plex")]
    [InlineData("systems/*", "systems/x86_64-linux/web")]
    [InlineData("nowhere", "")]
    [InlineData("nowhere/*", "")]
    public void The_folders_with_a_flake_beneath_a_place_are_found(string place, string found) =>
        Assert.Equal(found, string.Join(' ', _flakes.FoldersIn(place)));

    [Theory]
    [InlineData("path:./hosts/plex/", "hosts/plex")]
    [InlineData("path:hosts/plex", "hosts/plex")]
    [InlineData("path:FOLDER/hosts/plex", "hosts/plex")]
    [InlineData("path:FOLDER", null)]
    [InlineData("path:.", null)]
    [InlineData("path:../sibling", null)]
    [InlineData("path:/srv/plex", null)]
    [InlineData("github:o/r", null)]
    public void A_reference_means_a_folder_of_the_fleet_or_none(string reference, string? at) =>
        Assert.Equal(
            at,
            _flakes.FolderWithin(
                FlakeRef.ParseInput(reference.Replace("FOLDER", _folder.Path, StringComparison.Ordinal), true, null, null)));

    [Fact]
    public void The_input_of_the_root_is_known_by_its_folder()
    {
        Assert.Equal("plex", _flakes.RootInputAt("hosts/plex"));
        Assert.Null(_flakes.RootInputAt("hosts/broken"));
    }

    [Fact]
    public void The_outputs_with_a_host_are_those_that_name_it()
    {
        Assert.Equal(["nixosConfigurations"], _flakes.OutputsWith("hosts/plex/flake.nix", HostName.Parse("plex")));
        Assert.Empty(_flakes.OutputsWith("hosts/broken/flake.nix", HostName.Parse("broken")));
    }

    [Fact]
    public void A_flake_that_makes_no_sense_declares_nothing_known()
    {
        Assert.Null(_flakes.Declared("hosts/broken/flake.nix"));
        Assert.Null(_flakes.Declared("hosts/none/flake.nix"));
    }
}
