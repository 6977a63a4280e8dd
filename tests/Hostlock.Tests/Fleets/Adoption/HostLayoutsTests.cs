using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Locks;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Adoption;

public sealed class HostLayoutsTests : IDisposable
{
    const string Declared = "{ inputs.a.url = \"github:o/a\"; outputs = _: { nixosConfigurations = { plex = 1; plex-2 = 2; }; }; }";

    const string OwnInputs = "{ inputs.a.url = \"github:o/a\"; outputs = _: { nixosConfigurations.plex = 1; }; }";

    static readonly HostName Plex = HostName.Parse("plex");

    readonly TempFolder _folder = new();

    public HostLayoutsTests()
    {
        _folder.Write("flake.nix", Declared);
        _folder.Write("flake.lock", LockOf('1'));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_host_without_inputs_of_its_own_gets_a_copy_of_the_root_lock() =>
        AssertLayout("flake.nix", "locks/plex.lock", LockOf('1'));

    [Fact]
    public void Without_a_root_lock_there_is_nothing_to_copy()
    {
        File.Delete(_folder["flake.lock"]);

        Assert.Throws<FleetException>(Layout);
    }

    [Fact]
    public void A_flake_without_inputs_needs_no_root_lock()
    {
        _folder.Write("flake.nix", "{ outputs = _: { nixosConfigurations.plex = 1; }; }");
        File.Delete(_folder["flake.lock"]);

        AssertLayout("flake.nix", "locks/plex.lock", Encoding.UTF8.GetString(LockFileWriter.Write(LockFile.Empty)));
    }

    [Fact]
    public void A_second_flake_file_keeps_its_place_beside_the_first()
    {
        _folder.Write("flake-plex.nix", OwnInputs);

        AssertLayout("flake-plex.nix", "flake-plex.lock", LockOf('1'));
    }

    [Fact]
    public void What_a_second_flake_file_does_not_declare_is_told()
    {
        _folder.Write("flake-plex.nix", "{ inputs.b.url = \"github:o/b\"; outputs = _: { }; }");

        AssertLayout(
            "flake-plex.nix", "flake-plex.lock", null,
            "plex is declared in 'flake-plex.nix' and has no lock; 'hostlock lock plex' makes it",
            "'flake-plex.nix' does not declare a: plex cannot use what flake.nix makes of that");
    }

    [Theory]
    [InlineData("hosts")]
    [InlineData("nixos/hosts")]
    [InlineData("systems/x86_64-linux")]
    [InlineData(".")]
    public void A_flake_with_the_configuration_of_the_host_is_the_hosts_own(string above)
    {
        var at = above == "." ? "plex" : $"{above}/plex";
        _folder.Write($"{at}/flake.nix", OwnInputs);
        _folder.Write($"{at}/flake.lock", LockOf('2'));

        AssertLayout(
            $"{at}/flake.nix", $"{at}/flake.lock", null,
            $"plex is built by flake.lock now, and by '{at}/flake.lock' itself from then on, so its derivation will move");
    }

    [Fact]
    public void A_flake_that_alone_has_the_host_is_built_by_its_own_lock_and_moves_nothing()
    {
        _folder.Write("flake.nix", "{ inputs.a.url = \"github:o/a\"; outputs = _: { nixosConfigurations = { plex-2 = 2; }; }; }");
        _folder.Write("hosts/plex/flake.nix", OwnInputs);
        _folder.Write("hosts/plex/flake.lock", LockOf('2'));

        Assert.False(AssertLayout("hosts/plex/flake.nix", "hosts/plex/flake.lock", null).Moves);
    }

    [Fact]
    public void A_flake_that_is_only_named_like_the_host_is_not()
    {
        _folder.Write("hosts/plex/flake.nix", "{ inputs.b.url = \"github:o/b\"; outputs = _: { packages = { }; }; }");

        AssertLayout("flake.nix", "locks/plex.lock", LockOf('1'));
    }

    [Fact]
    public void A_flake_that_the_root_takes_in_has_the_pins_of_the_copy_in_the_root_lock()
    {
        TakeIn();

        var layout = Layout();

        Assert.Equal(("hosts/plex/flake.nix", "hosts/plex/flake.lock"), (layout.Flake, layout.Lock));
        Assert.Contains(new string('3', 40), Encoding.UTF8.GetString(layout.Seed!), StringComparison.Ordinal);
        Assert.Equal("what flake.lock pins for 'sub': the same pins", layout.What);
    }

    [Fact]
    public void A_newer_lock_of_such_a_flake_is_taken_and_what_moves_is_told()
    {
        TakeIn();
        _folder.Write("hosts/plex/flake.lock", LockOf('2', modified: 2));

        var layout = AssertLayout(
            "hosts/plex/flake.nix", "hosts/plex/flake.lock", null,
            "plex is built by flake.lock's copy of 'hosts/plex/flake.lock' now, and by 'hosts/plex/flake.lock' itself from then on, so "
                + "its derivation will move");
        Assert.True(layout.Moves);
        Assert.Equal(["3 → 2"], layout.Notes.SelectMany(note => note.Changes).Select(Revisions));
    }

    [Theory]
    [InlineData(0, "github:o/a", "")] // older
    [InlineData(1, "github:o/a", "")] // nobody knows which is the newer
    [InlineData(2, "github:o/a/stable", ", and not in line with 'hosts/plex/flake.nix'")] // newer, but no longer what is declared
    public void Another_lock_of_such_a_flake_gives_way_to_the_pins_that_build_the_host(int modified, string original, string why)
    {
        TakeIn();
        _folder.Write("hosts/plex/flake.lock", LockOf('2', modified, original));

        var layout = Layout();

        Assert.False(layout.Moves);
        Assert.Contains(new string('3', 40), Encoding.UTF8.GetString(layout.Seed!), StringComparison.Ordinal);
        Assert.Equal(
            [$"'hosts/plex/flake.lock' is not what builds plex{why}: it gets the pins that do"], layout.Notes.Select(note => note.Text));
        Assert.Equal(["2 → 3"], layout.Notes.SelectMany(note => note.Changes).Select(Revisions));
    }

    [Fact]
    public void An_older_lock_is_taken_if_it_alone_is_what_the_flake_declares()
    {
        TakeIn();
        _folder.Write("hosts/plex/flake.nix", "{ inputs.a.url = \"github:o/a/stable\"; outputs = _: { }; }");
        _folder.Write("hosts/plex/flake.lock", LockOf('2', modified: 0, "github:o/a/stable"));

        Assert.True(Layout() is { Moves: true, Seed: null });
    }

    [Fact]
    public void What_the_root_lets_such_a_flake_follow_is_pinned_to_what_builds_the_host()
    {
        TakeIn();
        _folder.Write("flake.lock", _folder.Read("flake.lock")
            .Replace("\"sub\": { \"inputs\": { \"a\": \"a\" }", "\"sub\": { \"inputs\": { \"a\": [ \"a\" ] }", StringComparison.Ordinal)
            .Replace("{ \"sub\": \"sub\" }", "{ \"a\": \"a\", \"sub\": \"sub\" }", StringComparison.Ordinal));
        _folder.Write("hosts/plex/flake.lock", LockOf('2', modified: 0));

        Assert.Contains(new string('3', 40), Encoding.UTF8.GetString(Layout().Seed!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, true)]
    public void A_flake_of_inputs_alone_is_compared_with_the_root_lock_that_builds_its_host(int modified, bool moves)
    {
        _folder.Write("hosts/plex/flake.nix", "{ inputs.a.url = \"github:o/a\"; outputs = _: { }; }");
        _folder.Write("hosts/plex/flake.lock", LockOf('2', modified));

        var layout = Layout();

        Assert.Equal(moves, layout.Moves);
        Assert.Equal(moves ? null : LockOf('1'), layout.Seed is null ? null : Encoding.UTF8.GetString(layout.Seed));
    }

    [Theory]
    [InlineData("locks/plex.lock", "locks/plex.lock", false)]
    [InlineData("flake-plex.lock", "flake-plex.lock", false)]
    [InlineData("lock_backups/plex_2024.lock", "locks/plex.lock", true)]
    [InlineData("backups/flake.plex-old.lock", "locks/plex.lock", true)]
    public void A_copied_lock_is_put_to_use(string file, string place, bool isCopied)
    {
        _folder.Write(file, LockOf('2'));

        AssertLayout(
            "flake.nix",
            place,
            isCopied ? LockOf('2') : null,
            $"plex is adopted with '{file}', which differs from flake.lock: its derivation will move");
    }

    [Fact]
    public void A_copy_goes_to_the_host_whose_name_fits_it_best()
    {
        _folder.Write("locks/plex-2.lock", LockOf('2'));

        AssertLayout("flake.nix", "locks/plex.lock", LockOf('1'));
    }

    [Fact]
    public void A_backup_that_flake_nix_has_moved_on_from_is_passed_over()
    {
        _folder.Write("lock_backups/plex.lock", LockOf('2', original: "github:o/a/stable"));

        AssertLayout(
            "flake.nix",
            "locks/plex.lock",
            LockOf('1'),
            "'lock_backups/plex.lock' is not adopted for plex: it is not in line with flake.nix");
    }

    [Fact]
    public void A_lock_under_the_very_name_is_adopted_all_the_same_and_how_to_bring_it_in_line_is_told()
    {
        _folder.Write("locks/plex.lock", LockOf('1', original: "github:o/a/stable"));

        AssertLayout(
            "flake.nix",
            "locks/plex.lock",
            null,
            "'locks/plex.lock' is not in line with flake.nix; 'hostlock lock plex' brings it in line");
    }

    [Fact]
    public void Copies_that_do_not_do_are_passed_over_with_the_reason()
    {
        _folder.Write("backups/plex-a.lock", "<<<<<<<");
        _folder.Write("backups/plex-b.lock", "{ \"nodes\": { \"root\": {} }, \"root\": \"root\", \"version\": 7 }");
        _folder.Write("backups/plex-c.lock", LockOf('1', modified: 9));
        _folder.Write("backups/plex-d.lock", LockOf('1', modified: 8));

        Assert.Equal(
            [
                "'backups/plex-a.lock' is not adopted for plex: it cannot be read as a lock",
                "'backups/plex-b.lock' is not adopted for plex: it does not have a",
                "'backups/plex-d.lock' is passed over for plex: 'backups/plex-c.lock' is newer",
            ],
            Layout().Notes.Select(note => note.Text).Where(note => note.StartsWith('\'')));
    }

    [Fact]
    public void A_host_that_hostlock_toml_has_is_where_it_says()
    {
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\nlock = \"pins/p.lock\"\n");
        var folder = FleetFolder.Open(_folder.Path);

        var layout = new HostLayouts(folder, [Plex]).Of(folder.HostOf(Plex));

        Assert.Equal(("flake.nix", "pins/p.lock"), (layout.Flake, layout.Lock));
        Assert.Equal(LockOf('1'), Encoding.UTF8.GetString(layout.Seed!));
    }

    void TakeIn()
    {
        _folder.Write("flake.nix", "{ inputs.sub.url = \"path:./hosts/plex\"; outputs = _: { nixosConfigurations.plex = 1; }; }");
        _folder.Write("hosts/plex/flake.nix", "{ inputs.a.url = \"github:o/a\"; outputs = _: { }; }");
        _folder.Write("flake.lock", LockOf('3').Replace(
            "\"root\": { \"inputs\": { \"a\": \"a\" } }",
            "\"sub\": { \"inputs\": { \"a\": \"a\" }, \"locked\": { \"path\": \"./hosts/plex\", \"type\": \"path\" }, "
            + "\"original\": { \"path\": \"./hosts/plex\", \"type\": \"path\" }, \"parent\": [] }, \"root\": { \"inputs\": { \"sub\": "
                + "\"sub\" } }",
            StringComparison.Ordinal));
    }

    static string Revisions(LockChange change) =>
        $"{((LockEdge.Locked)change.Before!).Node.Locked.Revision![0]} → {((LockEdge.Locked)change.After!).Node.Locked.Revision![0]}";

    HostLayout AssertLayout(string flake, string place, string? seed, params string[] notes)
    {
        var layout = Layout();

        Assert.Equal((flake, place), (layout.Flake, layout.Lock));
        Assert.Equal(seed, layout.Seed is null ? null : Encoding.UTF8.GetString(layout.Seed));
        Assert.Equal(notes, layout.Notes.Select(note => note.Text));
        return layout;
    }

    HostLayout Layout() => new HostLayouts(FleetFolder.Open(_folder.Path), [Plex, HostName.Parse("plex-2")]).Of(Plex);

    static string LockOf(char revision, int modified = 1, string original = "github:o/a") => $$"""
        { "nodes": {
          "a": {
            "locked": {
              "lastModified": {{modified}}, "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
              "owner": "o", "repo": "a", "rev": "{{new string(revision, 40)}}", "type": "github"
            },
            "original": {
              {{(original.EndsWith("/stable", StringComparison.Ordinal) ? "\"ref\": \"stable\"," : "")}}
              "owner": "o", "repo": "a", "type": "github"
            }
          },
          "root": { "inputs": { "a": "a" } }
        }, "root": "root", "version": 7 }
        """;
}
