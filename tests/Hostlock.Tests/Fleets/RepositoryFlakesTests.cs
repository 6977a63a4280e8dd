using Hostlock.Fleets;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

[Trait("part", "programs")]
public sealed class RepositoryFlakesTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Adopted_flakes_are_found_from_the_root_and_from_any_folder_that_is_in_none()
    {
        Adopted("nixos");
        Adopted("home-manager");
        _folder.Write("docs/notes.md", "");
        TestGit.Commit(_folder.Path, 1);

        Assert.Equal(["+home-manager", "+nixos"], Around(""));
        Assert.Equal(["+home-manager", "+nixos"], Around("docs"));
        Assert.Null(Around("nixos"));
        Assert.Equal(["+nixos"], RepositoryFlakes.Beside(_folder["home-manager"]).Select(Word));
    }

    [Fact]
    public void Those_beneath_the_folder_come_before_those_beside_it()
    {
        Adopted("machines/nixos");
        Adopted("home");
        _folder.Write("machines/README", "");
        TestGit.Commit(_folder.Path, 1);

        Assert.Equal(["+machines/nixos"], Around("machines"));
        Assert.Equal(["+home", "+machines/nixos"], Around(""));
    }

    [Fact]
    public void A_flake_within_another_belongs_to_it_unless_it_is_adopted_itself()
    {
        Adopted("nixos");
        Flake("nixos/hosts/plex");
        Adopted("nixos/guest");
        Flake("tools");
        Flake("tools/inner");
        TestGit.Commit(_folder.Path, 1);

        Assert.Equal(["+nixos", "+nixos/guest", "-tools"], Around(""));
    }

    [Fact]
    public void A_flake_at_the_root_is_spoken_of_alone_adopted_or_not()
    {
        Flake("");
        Adopted("templates/fleet");
        TestGit.Commit(_folder.Path, 1);

        Assert.Null(Around(""));
        Assert.Null(Around("templates"));
        _folder.Write("hostlock.toml", "version = 1\n");
        Assert.Null(Around(""));
    }

    [Fact]
    public void A_flake_that_is_not_adopted_stays_what_it_was_if_no_other_is()
    {
        Flake("");
        Flake("hosts/plex");
        TestGit.Commit(_folder.Path, 1);

        Assert.Null(Around(""));
        Assert.Null(Around("hosts/plex"));
    }

    [Fact]
    public void What_git_ignores_links_to_or_keeps_elsewhere_is_none_of_them()
    {
        Adopted("nixos");
        _folder.Write(".gitignore", "/old/\n/result\n");
        TestGit.Commit(_folder.Path, 1);
        Adopted("old/nixos");
        Adopted("other");
        TestGit.Commit(_folder["other"], 1);
        Directory.CreateSymbolicLink(_folder["result"], _folder["old"]);

        Assert.Equal(["+nixos"], Around(""));
        Directory.Move(_folder["nixos"], _folder["old/moved"]);
        Directory.CreateSymbolicLink(_folder["nixos"], _folder["old/moved"]);
        Assert.Equal([], Around(""));
        File.Delete(_folder["nixos"]);
        Assert.Equal([], Around(""));
    }

    [Fact]
    public void Before_git_knows_any_file_flakes_are_named_and_none_is_spoken_of()
    {
        Flake("nixos");
        Adopted("home");
        Flake(".hidden/nixos");
        TestGit.In(_folder.Path, "init", "-q");

        Assert.Equal(["-home", "-nixos"], Around(""));
    }

    [Fact]
    public void Without_a_repository_the_folders_here_are_looked_into_and_no_others()
    {
        Adopted("nixos");
        Adopted("a/too-deep");
        Flake("home");

        Assert.Equal(["-home", "+nixos"], Around(""));
    }

    [Fact]
    public void Without_a_repository_very_many_folders_are_not_looked_into()
    {
        Adopted("nixos");
        for (var i = 0; i < 2_100; i++)
            Directory.CreateDirectory(_folder[$"z{i}"]);

        Assert.Throws<FleetException>(() => Around(""));
        Flake("");
        Assert.Null(Around(""));
    }

    IEnumerable<string>? Around(string folder) => RepositoryFlakes.Around(_folder[folder])?.All.Select(Word);

    static string Word(RepositoryFlake flake) => $"{(flake.IsAdopted ? '+' : '-')}{flake.Name}";

    void Flake(string folder) => _folder.Write(Path.Combine(folder, "flake.nix"), "{ outputs = _: { }; }");

    void Adopted(string folder)
    {
        Flake(folder);
        _folder.Write(Path.Combine(folder, "hostlock.toml"), "version = 1\n");
    }
}
