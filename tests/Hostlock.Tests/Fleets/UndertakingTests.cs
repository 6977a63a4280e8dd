using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

/// <summary>The record of a change in several steps is written before the first step, so that another run can finish the change.</summary>
public sealed class UndertakingTests : IDisposable
{
    static readonly string[] Words = ["eject", "--keep", "plex"];

    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public UndertakingTests()
    {
        _folder.Write("flake.nix", "old");
        _folder.Write("locks/plex.lock", "{}");
        _folder.Write("same", "same");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait("part", "programs")]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_broken_off_is_finished_from_the_record_and_nothing_of_it_stays(bool hasGit)
    {
        if (hasGit)
            TestGit.Commit(_folder.Path, 1);
        Planned().Record();
        _folder.Write("flake.nix", "new");

        var found = Find(Words)!;
        Assert.Equal(["added", "locks/plex.lock"], found.Left.Select(file => file.Path));
        Assert.Equal(["added"], found.New);
        Assert.Equal(["locks/plex.lock"], found.Forgotten);
        found.Apply();
        Assert.Empty(Find(Words)!.Left);
        found.End();

        Assert.Null(Find(Words));
        Assert.Equal(("new", "added"), (_folder.Read("flake.nix"), _folder.Read("added")));
        Assert.Equal(
            ["added", "flake.nix", "same"],
            Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Where(name => name != ".git").Order());
        if (hasGit)
            Assert.Empty(Directory.EnumerateFiles(_folder[".git"], "hostlock*"));
    }

    [Fact]
    public void It_is_that_of_its_command_alone()
    {
        Planned().Record();
        _folder.Write("flake.nix", "new");

        Assert.Null(Find(["eject"]));
        Assert.Null(Find(["eject", "--keep plex"]));
        Assert.Equal(Words, Find(null)!.Words);
    }

    [Fact]
    public void It_does_not_count_before_its_first_step_nor_once_somebody_changed_a_file()
    {
        Planned().Record();
        Assert.Null(Find(Words));

        _folder.Write("flake.nix", "new");
        Assert.NotNull(Find(Words));

        _folder.Write("locks/plex.lock", "{ }");
        Assert.Null(Find(Words));
    }

    [Fact]
    public void A_file_that_somebody_changed_since_it_was_planned_is_not_overwritten()
    {
        var planned = Planned();
        _folder.Write("flake.nix", "other");

        Assert.True(Assert.Throws<FleetException>(planned.Apply).IsBusy);

        Assert.Equal("other", _folder.Read("flake.nix"));
        Assert.False(File.Exists(_folder["added"]));
    }

    [Fact]
    public void The_record_is_not_written_through_a_link_in_the_flake()
    {
        using var other = new TempFolder();
        other.Write("mine", "mine");
        File.CreateSymbolicLink(_folder[".hostlock-unfinished"], other["mine"]);

        Assert.Throws<PlatformException>(Planned().Record);
        Assert.Throws<PlatformException>(Planned().Apply);

        Assert.Equal(("mine", "old"), (other.Read("mine"), _folder.Read("flake.nix")));
    }

    [Fact]
    public void Nothing_is_written_if_a_file_that_is_to_be_deleted_lies_beyond_a_link_that_leads_out()
    {
        using var other = new TempFolder();
        other.Write("plex.lock", "{}");
        Directory.Delete(_folder["locks"], recursive: true);
        Directory.CreateSymbolicLink(_folder["locks"], other.Path);

        Assert.Throws<FleetException>(Planned().Apply);

        Assert.Equal(("old", "{}"), (_folder.Read("flake.nix"), other.Read("plex.lock")));
        Assert.False(File.Exists(_folder["added"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"version\":2}")]
    public void A_record_that_no_hostlock_wrote_is_none(string record)
    {
        _folder.Write(".hostlock-unfinished", record);

        Assert.Null(Find(null));
    }

    [Theory]
    [InlineData(true, "a", null)]
    [InlineData(false, "a", "none")]
    [InlineData(false, "../a", null)]
    [InlineData(false, ".git/a", null)]
    public void A_record_names_only_files_of_the_flake_and_contents_that_it_has(bool counts, string path, string? after)
    {
        Write(["init"], new { path, before = (string?)null, after });

        Assert.Equal(counts, Find(null) is not null);
    }

    [Theory]
    [InlineData(true, "eject", "--keep", "plex")]
    [InlineData(true, "init", "plex", "web", "--upgrade")]
    [InlineData(true, "resolve", "@canary", "--input", "nixpkgs", "--newer")]
    [InlineData(true, "restore", "plex", "--to", "HEAD~1", "-i", "nixpkgs")]
    [InlineData(false)]
    [InlineData(false, "bisect", "plex", "--run", "rm -rf ~")]
    [InlineData(false, "eject", "--yes")]
    [InlineData(false, "eject", "-C/etc/nixos")]
    public void A_record_names_only_a_command_that_undertakes_something(bool counts, params string[] words)
    {
        Write(words);

        Assert.Equal(counts, Find(null) is not null);
    }

    [Fact]
    [Trait("part", "programs")]
    public void Each_flake_of_a_repository_has_its_own()
    {
        _folder.Write("other/flake.nix", "old");
        TestGit.Commit(_folder.Path, 1);
        Planned().Record();
        _folder.Write("flake.nix", "new");
        _folder.Write("other/flake.nix", "new");

        Assert.Null(Undertaking.Find(FleetFolder.Open(_folder["other"]), null));
        Assert.NotNull(Find(null));
    }

    void Write(string[] words, params object[] files) =>
        _folder.Write(
            ".hostlock-unfinished",
            JsonSerializer.Serialize(
                new { version = 1, words, contents = new Dictionary<string, string>(), files, forgotten = Array.Empty<string>() }));

    Undertaking Planned() => Undertaking.Of(
        Flake,
        Words,
        [("flake.nix", "new"u8.ToArray()), ("same", "same"u8.ToArray()), ("added", "added"u8.ToArray()), ("locks/plex.lock", null)],
        ["locks/plex.lock"]);

    Undertaking? Find(string[]? words) => Undertaking.Find(Flake, words);

    FleetFolder Flake => FleetFolder.Open(_folder.Path);
}
