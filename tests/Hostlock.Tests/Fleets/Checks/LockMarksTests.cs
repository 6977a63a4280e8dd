using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Checks;

public sealed class LockMarksTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_outputs_of_flake_nix_are_read_with_its_declarations()
    {
        _folder.Write("flake.nix", "{ outputs = _: { nixosConfigurations.plex = 1; }; }");
        var folder = FleetFolder.Open(_folder.Path);

        var marked = await LockMarks.AddAsync(
            FleetStatus.Read(folder.AllPlaces()), folder, new CountingProcesses(), TestContext.Current.CancellationToken);

        Assert.Equal("plex", Assert.Single(marked.Outputs!.Configurations["nixosConfigurations"]));
    }
}
