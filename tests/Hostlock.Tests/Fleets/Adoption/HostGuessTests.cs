using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

/// <summary>The names that folders suggest for hosts, offered if nothing certain names them.</summary>
public sealed class HostGuessTests : IDisposable
{
    readonly TempFolder _folder = new();

    public HostGuessTests() => _folder.Write("flake.nix", "");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_with_Nix_code_are_hosts_and_those_for_all_hosts_are_not()
    {
        foreach (var file in (string[])["plex/default.nix", "web/configuration.nix", "common/default.nix", "keys/plex.pub"])
            _folder.Write($"hosts/{file}", "");

        Assert.Equal(("hosts", "plex web"), Guess());
    }

    [Fact]
    public void A_folder_of_a_system_has_the_hosts_of_that_system()
    {
        _folder.Write("systems/x86_64-linux/plex/default.nix", "");
        _folder.Write("systems/aarch64-darwin/book/default.nix", "");

        Assert.Equal(("systems", "book plex"), Guess());
    }

    [Fact]
    public void The_first_place_that_has_some_is_taken_and_none_is_no_guess()
    {
        Assert.Null(HostGuess.In(FleetFolder.Open(_folder.Path)));
        _folder.Write("machines/web/default.nix", "");
        _folder.Write("nixos/plex/default.nix", "");

        Assert.Equal(("machines", "web"), Guess());
    }

    (string, string)? Guess() =>
        HostGuess.In(FleetFolder.Open(_folder.Path)) is var (place, names) ? (place, string.Join(' ', names)) : null;
}
