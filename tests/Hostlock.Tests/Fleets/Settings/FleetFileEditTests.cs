using Hostlock.Fleets;
using Hostlock.Fleets.Settings;

namespace Hostlock.Tests.Fleets.Settings;

public class FleetFileEditTests
{
    static readonly HostName Plex = HostName.Parse("plex");
    static readonly Freeze Zfs = new("ZFS", new DateOnly(2026, 12, 31));

    [Theory]
    [InlineData("[hosts.plex]\n")]
    [InlineData("[hosts.plex] # the media machine\nring = 'a' # first\n# the end\n\n[rings.a]\n")]
    [InlineData("[hosts]\nplex.stamp = true\nweb.stamp = true\n")]
    [InlineData("[hosts]\nplex = { stamp = true } # c\n")]
    [InlineData("hosts = { plex = { stamp = true, freeze = { disko = {} } } }\n")]
    [InlineData("[hosts.plex.freeze.disko]\nreason = 'x'\n[hosts.web]\n")]
    [InlineData("[hosts.plex.freeze]\ndisko = { reason = 'x' }\n")]
    [InlineData("[hosts.plex]\nfreeze.disko = { reason = 'x' }")]
    [InlineData("[hosts.plex]\nfreeze.disko.reason = 'x'\n\n\n[hosts.web]\n")]
    [InlineData("[hosts.plex]\r\nstamp = true\r\n[hosts.web]\r\n")]
    [InlineData("[hosts.plex]\n\n\n")]
    [InlineData("[hosts.plex]\n\n[hosts.web]\n")]
    [InlineData("[hosts.plex]\n[hosts.web]\n")]
    [InlineData("[hosts]\nplex.stamp = true\n\n\n")]
    [InlineData("[hosts.plex]")]
    public void Freezing_and_unfreezing_is_as_if_nothing_was(string form)
    {
        var before = new SourceText("hostlock.toml", "version = 1\n" + form);

        var frozen = FleetFileEdit.SetFreeze(before, Plex, "nixpkgs", Zfs);
        var after = FleetFileEdit.RemoveFreeze(new("hostlock.toml", frozen.Text), Plex, "nixpkgs");

        Assert.True(Host(frozen.Text).Frozen.TryGetValue("nixpkgs", out var freeze));
        Assert.Equal(Zfs, freeze);
        Assert.Equal(Host(before.Text).Frozen.Names, Host(after.Text).Frozen.Names);
        Assert.Equal(before.Text, after.Text);
    }

    [Theory]
    [InlineData("[hosts.plex]\n\n[hosts.web]\n")]
    [InlineData("[hosts.web]\n\n[hosts.plex]\nstamp = true\n")]
    [InlineData("[hosts.plex]")]
    [InlineData("[hosts]\nplex.stamp = true\n\n\n")]
    public void New_lines_end_as_those_of_the_file_do_and_go_whole(string form)
    {
        var before = new SourceText("hostlock.toml", ("version = 1\n" + form).Replace("\n", "\r\n", StringComparison.Ordinal));

        var frozen = FleetFileEdit.SetFreeze(before, Plex, "nixpkgs", Zfs).Text;

        Assert.DoesNotContain("\n", frozen.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(before.Text, FleetFileEdit.RemoveFreeze(new("hostlock.toml", frozen), Plex, "nixpkgs").Text);
    }

    [Theory]
    [InlineData("[hosts.plex.freeze.nixpkgs] # why\nreason = 'x'\n[hosts.web]\n")]
    [InlineData("[hosts.plex]\nfreeze.nixpkgs.reason = 'x'\nfreeze.nixpkgs.until = '2026-01-01'\nstamp = true\n")]
    [InlineData("[hosts.plex]\nfreeze.nixpkgs.reason = 'x'\nfreeze.nixpkgs.until = '2026-01-01'")]
    [InlineData("[hosts.plex]\nfreeze = { nixpkgs = { reason = 'x' }, disko = {} }\n")]
    [InlineData("[hosts.plex]\nfreeze = { disko = {}, nixpkgs = { reason = 'x' } }\n")]
    [InlineData("[hosts.plex]\nfreeze = { nixpkgs = {} }\n")]
    public void Another_freeze_takes_the_place_of_the_first(string form)
    {
        var before = "version = 1\n" + form;

        var after = FleetFileEdit.SetFreeze(new("hostlock.toml", before), Plex, "nixpkgs", Zfs).Text;

        Assert.Equal(Zfs, Host(after).Frozen.Single(freeze => freeze.Key == "nixpkgs").Value);
        Assert.Equal(Host(before).Frozen.Names, Host(after).Frozen.Names);
        Assert.Equal(FleetFile.Read(before).Hosts.Length, FleetFile.Read(after).Hosts.Length);
    }

    [Theory]
    [InlineData("[hosts.plex]\n")]
    [InlineData("[hosts.\"plex\"] # the media machine\nring = 'a' # first\n[rings.a]\n")]
    [InlineData("[hosts]\nplex.stamp = true\nweb.stamp = true\n")]
    [InlineData("[hosts]\nplex = { stamp = true } # c\n")]
    [InlineData("hosts.plex.stamp = true\n")]
    [InlineData("[hosts.plex.freeze.disko]\nreason = 'x'\n[hosts.web]\n")]
    public void A_lock_that_is_set_and_taken_away_is_as_if_nothing_was(string form)
    {
        var before = "version = 1\n" + form;

        var set = FleetFileEdit.SetLock(new("hostlock.toml", before), Plex, "flake.lock").Text;
        var other = FleetFileEdit.SetLock(new("hostlock.toml", set), Plex, "a \"b\".lock").Text;
        var after = FleetFileEdit.SetLock(new("hostlock.toml", other), Plex, null).Text;

        Assert.Equal(("flake.lock", "a \"b\".lock", "locks/plex.lock"), (Host(set).Lock, Host(other).Lock, Host(after).Lock));
        Assert.Equal(FleetFile.Read(before).Hosts.Select(host => host.Name), FleetFile.Read(set).Hosts.Select(host => host.Name));
        // A header of its own may stay.
        Assert.Equal(
            before.Replace("\n", "", StringComparison.Ordinal),
            after.Replace("[hosts.plex]\n\n", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[hosts.plex]\nflake = 'a/flake.nix'\n[hosts.plex.freeze.a]\n\n[hosts.web]\nstamp = true\n")]
    [InlineData("[hosts.web]\nstamp = true\n\n[hosts.\"plex\"] # it\n# more of it\n")]
    [InlineData("[hosts]\nplex.stamp = true\nweb.stamp = true\n")]
    [InlineData("[hosts]\nplex = { stamp = true }\nweb = { stamp = true }\n")]
    [InlineData("hosts.plex.stamp = true\nhosts.web.stamp = true\n")]
    [InlineData("hosts = { plex = { }, web = { stamp = true } }\n")]
    [InlineData("[hosts.plex]\n[hosts.web]\nstamp = true\n[groups.g]\nhosts = ['plex']\n[gates.up]\ntcp = '{target}:1'\non = ['plex']\n")]
    [InlineData("[hosts.plex]\n[hosts.web]\nstamp = true\nafter = ['plex']\n")]
    public void A_host_that_is_taken_out_leaves_the_others_as_they_are(string form)
    {
        var after = FleetFileEdit.RemoveHost(new("hostlock.toml", "version = 1\n" + form), Plex).Text;

        var web = Assert.Single(FleetFile.Read(after).Hosts);
        Assert.Equal(("web", true), (web.Name.ToString(), web.IsStamped));
        Assert.DoesNotContain("plex", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("['plex', 'web'] # both", "[\"web\"] # both")]
    [InlineData("['web', \"plex\", 'plex']", "[\"web\"]")]
    [InlineData("[\n  'plex', # it\n  'web', # not it\n]", "[\n  'web', # not it\n]")]
    [InlineData("[\n  'web',\n  'plex'\n]", "[\n  'web',\n]")]
    [InlineData("['plex',\n 'web']", "[\n 'web']")]
    [InlineData("['web',\n 'plex']", "['web',\n]")]
    public void A_host_that_is_taken_out_is_in_no_group_and_no_gate_any_more(string list, string left)
    {
        string With(string names) =>
            $"version = 1\n[hosts.web]\n[groups.g]\nhosts = {names}\n[gates.up]\ntcp = '{{target}}:1'\non = {names}\n";

        var after = FleetFileEdit.RemoveHost(new("hostlock.toml", With(list) + "[hosts.plex]\n"), Plex).Text;

        Assert.Equal(With(left), after);
    }

    [Fact]
    public void The_flake_and_the_configurations_of_a_host_and_the_outputs_are_set_and_taken_away()
    {
        var before = "version = 1\n# why\noutputs = [\"a\",\n  \"b\"] # all\n\n[hosts.plex] # it\nring = 'a'\n[rings.a]\n";

        var set = Edit(before, source => FleetFileEdit.SetFlake(source, Plex, "plex/flake.nix"));
        set = Edit(
            set, source => FleetFileEdit.SetConfigurations(source, Plex, ["nixosConfigurations.plex", "homeConfigurations.\"j@plex\""]));
        set = Edit(set, source => FleetFileEdit.SetOutputs(source, ["nixosConfigurations"]));
        Assert.Equal(
            "version = 1\n# why\noutputs = [\"nixosConfigurations\"] # all\n\n[hosts.plex] # it\n"
            + "configurations = [\"nixosConfigurations.plex\", 'homeConfigurations.\"j@plex\"']\nflake = \"plex/flake.nix\"\nring = "
                + "'a'\n[rings.a]\n",
            set);

        var after = Edit(set, source => FleetFileEdit.SetConfigurations(source, Plex, null));
        after = Edit(after, source => FleetFileEdit.SetFlake(source, Plex, null));
        Assert.Equal(before.Replace("\"a\",\n  \"b\"", "\"nixosConfigurations\"", StringComparison.Ordinal), after);
        Assert.Equal(
            "version = 1\n# why\n\n[hosts.plex] # it\nring = 'a'\n[rings.a]\n",
            Edit(after, source => FleetFileEdit.SetOutputs(source, null)));

        static string Edit(string text, Func<SourceText, SourceText> edit) => edit(new SourceText("hostlock.toml", text)).Text;
    }

    [Fact]
    public void A_freeze_that_is_there_already_changes_nothing()
    {
        var source = new SourceText(
            "hostlock.toml", "version = 1\n[hosts.plex]\nfreeze.nixpkgs = { until = '2026-12-31', reason = \"ZFS\" }\n");

        Assert.Equal(source.Text, FleetFileEdit.SetFreeze(source, Plex, "nixpkgs", Zfs).Text);
    }

    [Fact]
    public void What_is_not_frozen_cannot_be_let_go() =>
        Assert.Throws<FleetException>(
            () => FleetFileEdit.RemoveFreeze(new("hostlock.toml", "version = 1\n[hosts.plex]\n"), Plex, "nixpkgs"));

    static Host Host(string text) => FleetFile.Read(text).Hosts.Single(host => host.Name == Plex);
}
