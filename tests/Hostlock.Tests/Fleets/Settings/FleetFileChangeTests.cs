using Hostlock.Fleets;
using Hostlock.Fleets.Settings;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Settings;

/// <summary>The changes of hostlock.toml that <c>freeze</c> and <c>unfreeze</c> write, and those that they refuse.</summary>
public sealed class FleetFileChangeTests : IDisposable
{
    const string Before = "version = 1\n\n# The box under the stairs.\n[hosts.plex]\n\n[hosts.web]\n";

    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;

    public FleetFileChangeTests()
    {
        _folder.Write("flake.nix", "");
        _folder.Write("hostlock.toml", Before);
        _fleet = FleetFolder.Open(_folder.Path);
        HostLocks.Write(_fleet.PlaceOf(HostName.Parse("plex")), Of(("nixpkgs", Locked("github:acme/a", 1, 1))));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_freeze_is_written_and_taken_out_without_a_trace()
    {
        Change().Freeze([HostName.Parse("plex")], ["nixpkgs"], new("ZFS", null));
        Assert.Contains("reason = \"ZFS\"", Text);

        Change().Unfreeze([HostName.Parse("plex")], ["nixpkgs"]);
        Assert.Equal(Before, Text);
    }

    [Fact]
    public void A_freeze_that_a_run_which_was_broken_off_has_removed_is_removed()
    {
        Change().Freeze([HostName.Parse("plex")], ["nixpkgs"], new("ZFS", null));
        Assert.NotNull(Change().Unfreeze([HostName.Parse("plex")], ["nixpkgs"]).Undertaking);

        Change().Unfreeze([HostName.Parse("plex")], ["nixpkgs"]).Undertaking!.End();

        Assert.Equal(Before, Text);
        Assert.Throws<FleetException>(() => Change().Unfreeze([HostName.Parse("plex")], ["nixpkgs"]));
    }

    [Fact]
    public void A_dry_run_finds_the_same_faults_and_writes_nothing()
    {
        new FleetFileChange(_fleet, isDryRun: true).Freeze([HostName.Parse("plex")], ["nixpkgs"], new("ZFS", null));

        Assert.Equal(Before, Text);
        Assert.Throws<FleetException>(
            () => new FleetFileChange(_fleet, isDryRun: true).Unfreeze([HostName.Parse("plex")], ["nixpkgs"]));
    }

    [Theory]
    [InlineData("nixpgks", "did you mean 'nixpkgs'?")]
    [InlineData("nixpkgs/systems", "hostlock freeze plex nixpkgs")]
    [InlineData("a b", "join names by '/'")]
    public void A_freeze_that_would_hold_nothing_is_refused(string input, string hint)
    {
        var why = Assert.Throws<FleetException>(() => Change().Freeze([HostName.Parse("plex")], [input], new("ZFS", null)));

        Assert.Contains(hint, why.Hint, StringComparison.Ordinal);
        Assert.Equal(Before, Text);
    }

    [Fact]
    public void Freezes_of_several_hosts_and_inputs_are_all_written_or_none()
    {
        Assert.Throws<FleetException>(
            () => Change().Freeze([HostName.Parse("plex"), HostName.Parse("web")], ["nixpkgs", "a b"], new("ZFS", null)));
        Assert.Equal(Before, Text);

        Change().Freeze([HostName.Parse("plex"), HostName.Parse("web")], ["nixpkgs"], new("ZFS", null));
        Assert.Equal(2, Text.Split("reason = \"ZFS\"").Length - 1);

        Change().Unfreeze([HostName.Parse("plex"), HostName.Parse("web")], ["nixpkgs"]).Undertaking!.End();
        Assert.Equal(Before, Text);
    }

    [Fact]
    public void Inputs_that_are_not_frozen_are_told_apart_from_those_that_are()
    {
        Change().Freeze([HostName.Parse("plex")], ["nixpkgs"], new("ZFS", null));

        var (_, frozen) = Change().Unfreeze([HostName.Parse("web"), HostName.Parse("plex")], ["nixpkgs"]);

        Assert.Equal([(HostName.Parse("plex"), "nixpkgs")], frozen);
    }

    string Text => File.ReadAllText(_folder["hostlock.toml"]);

    FleetFileChange Change() => new(_fleet, isDryRun: false);
}
