using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>Names of inputs that mean none, in the settings and in questions.</summary>
public class NamesOfInputsTests
{
    static readonly LockFile Lock = Of(
        ("nixpkgs", Locked("github:acme/nixpkgs", 1, 1)),
        ("home", Locked("github:acme/home", 2, 1, ("nixpkgs", Follows("nixpkgs")))));

    static readonly Flake Declares = FlakeNixParser.Parse(
        new SourceText("flake.nix", "{ inputs.soon.url = \"github:acme/soon\"; outputs = _: { }; }"));

    [Theory]
    [InlineData("nixpkgs", true)]
    [InlineData("soon", true)]
    [InlineData("nixpkg", false)]
    public void A_policy_names_an_input_that_a_lock_has_or_a_flake_declares(string name, bool isKnown)
    {
        var fleet = FleetFile.Read($"version = 1\n[inputs.{name}]\nmin-age = \"3d\"\n");

        var unknown = PolicyNames.Unknown(fleet, [(Lock, Declares), (null, Declares)]).ToList();

        Assert.Equal(isKnown, unknown.Count == 0);
        Assert.All(unknown, found => Assert.Equal(("nixpkg", "soon"), (found.Name, string.Join(' ', found.Known))));
    }

    [Fact]
    public void A_freeze_of_no_input_is_refused_with_the_name_that_was_meant()
    {
        var place = Frozen("nixpkg");

        var error = FrozenInputs.Unknown(place, FrozenInputs.NamesIn(Lock));

        Assert.Contains("nixpkgs", error!.Hint, StringComparison.Ordinal);
        Assert.Null(FrozenInputs.Unknown(Frozen("nixpkgs"), FrozenInputs.NamesIn(Lock)));
        Assert.Empty(FrozenInputs.NamesIn(null));
    }

    [Fact]
    public void An_input_that_no_lock_has_cannot_be_asked_about()
    {
        var place = Place("plex");
        var (home, gone) = (new InputSelection([InputPath.Of("home", "nixpkgs")]), new InputSelection([InputPath.Of("gone")]));

        AskedInputs.Require(home, [(place, Lock), (place, Of())]);
        Assert.Throws<FleetException>(() => AskedInputs.Require(gone, [(place, Lock)]));
        Assert.Throws<FleetException>(() => AskedInputs.Require(gone, [(place, Lock), (place, Of())]));
    }

    [Fact]
    public void A_lock_that_cannot_be_read_says_so_by_itself() =>
        AskedInputs.Require(new InputSelection([InputPath.Of("gone")]), [(Place("plex"), null)]);

    static LockPlace Frozen(string input) => Place("plex") with
    {
        Frozen = FleetFile.Read($"version = 1\n[hosts.plex.freeze.{input}]\nreason = \"a fair\"\n").Hosts[0].Frozen,
    };
}
