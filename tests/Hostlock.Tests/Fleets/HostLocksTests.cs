using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

public sealed class HostLocksTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly LockPlace _plex;

    public HostLocksTests()
    {
        _folder.Write("fleet/flake.nix", "{ outputs = _: { }; }");
        _folder.Write("fleet/hostlock.toml", "version = 1\n[hosts.plex]\n");
        _plex = FleetFolder.Open(_folder["fleet"]).PlaceNamed("plex");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("locks/plex.lock", "/nowhere/plex.lock")]
    [InlineData("locks/plex.lock", "../../nowhere")]
    [InlineData("locks", "../..")]
    public void A_lock_that_could_not_be_made_because_a_link_leads_out_is_not_said_to_be_missing(string link, string target)
    {
        Link(link, target);

        var why = Assert.Throws<FleetException>(() => HostLocks.ReadExisting(_plex));

        Assert.StartsWith("'locks/plex.lock' leads out of the flake", why.Message, StringComparison.Ordinal);
        Assert.Equal(why.Message, Assert.Throws<FleetException>(() => HostLocks.TryReadBytes(_plex)).Message);
        Assert.Equal(why.Message, Assert.Throws<FleetException>(() => HostLocks.Write(_plex, LockFile.Empty)).Message);
    }

    [Fact]
    public void A_link_to_a_place_in_the_flake_that_does_not_exist_is_a_missing_lock_which_can_be_made()
    {
        Link("locks/plex.lock", "../real/plex.lock");

        Assert.Null(HostLocks.Read(_plex));
        HostLocks.Write(_plex, LockFile.Empty);
        Assert.NotNull(HostLocks.Read(_plex));
    }

    void Link(string link, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"fleet/{link}"])!);
        File.CreateSymbolicLink(_folder[$"fleet/{link}"], target);
    }
}
