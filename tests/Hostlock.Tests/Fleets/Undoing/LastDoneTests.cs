using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Undoing;

/// <summary>Of two flakes in a repository, the one in which the last thing was done is found.</summary>
[Trait("part", "programs")]
public sealed class LastDoneTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly FleetFolder _nixos;
    readonly FleetFolder _home;

    public LastDoneTests()
    {
        foreach (var flake in new[] { "nixos", "home" })
        {
            _folder.Write($"{flake}/flake.nix", "{ outputs = _: { }; }\n");
            _folder.Write($"{flake}/hostlock.toml", "version = 1\n[hosts.plex]\nring = \"canary\"\n[rings.canary]\n[hosts.web]\n");
        }
        TestGit.Commit(_folder.Path, 1);
        (_nixos, _home) = (FleetFolder.Open(_folder["nixos"]), FleetFolder.Open(_folder["home"]));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_was_done_where_nothing_is_recorded() => Assert.Empty(Undo());

    [Fact]
    public void A_command_about_both_flakes_is_one_thing()
    {
        Write(_nixos, "update plex", "locks/plex.lock");
        Write(_home, "update plex", "locks/plex.lock");

        Assert.Equal([_nixos, _home], Undo());
    }

    [Fact]
    public void Another_command_is_another_thing()
    {
        Write(_nixos, "update plex", "locks/plex.lock");
        Write(_home, "update web", "locks/web.lock", after: TimeSpan.FromSeconds(1));

        Assert.Equal([_home], Undo());
    }

    [Fact]
    public void The_same_words_hours_later_are_another_thing()
    {
        Write(_nixos, "update plex", "locks/plex.lock");
        Write(_home, "update plex", "locks/plex.lock", after: TimeSpan.FromHours(3));

        Assert.Equal([_home], Undo());
    }

    [Theory]
    [InlineData("plex", "nixos")]
    [InlineData("@canary", "nixos")]
    [InlineData("web", "home")]
    [InlineData("root", "")]
    public void Only_changes_of_the_locks_that_are_meant_count(string word, string flake)
    {
        Write(_nixos, "update plex", "locks/plex.lock");
        Write(_home, "update web", "locks/web.lock", after: TimeSpan.FromSeconds(1));

        Assert.Equal(flake, string.Join(' ', Undo(word).Select(each => Path.GetFileName(each.Path))));
    }

    [Fact]
    public void What_was_changed_back_by_hand_is_nothing_to_take_back()
    {
        Write(_nixos, "update plex", "locks/plex.lock");
        File.Delete(_nixos.Full("locks/plex.lock"));

        Assert.Empty(Undo());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_broken_off_is_finished_in_both(bool isEndedInOne)
    {
        Write(_home, "update web", "locks/web.lock");
        Write(_nixos, "update plex", "locks/plex.lock", after: TimeSpan.FromMinutes(1));
        Write(_home, "update plex", "locks/plex.lock", after: TimeSpan.FromMinutes(1));
        foreach (var flake in new[] { _nixos, _home })
        {
            var change = ChangeRecord.Of(flake)!.Changes().First().Number;
            Undertaking.Of(flake, ["undo"], [("locks/plex.lock", null)], [], new UndoStep.TakeBack(change, ["locks/plex.lock"])).Apply();
        }

        if (isEndedInOne)
            Undertaking.Find(_home, ["undo"])!.End();

        Assert.Equal(isEndedInOne ? [_nixos] : [_nixos, _home], Undo());
    }

    [Fact]
    public void Nothing_is_put_back_before_something_was_taken_back()
    {
        Write(_nixos, "update plex", "locks/plex.lock");

        Assert.Empty(LastDone.FlakesToRedo([_nixos, _home]));
    }

    IEnumerable<FleetFolder> Undo(params string[] words) =>
        LastDone.FlakesToUndo([_nixos, _home], ["undo", .. words], words);

    // Writes a file as a command does. The record gets a time that is later by so much.
    static void Write(FleetFolder flake, string words, string path, TimeSpan after = default)
    {
        var contents = Encoding.UTF8.GetBytes(words);
        ChangeRecord.Begin(flake, words.Split(' '), [(path, contents)]);
        Directory.CreateDirectory(Path.GetDirectoryName(flake.Full(path))!);
        File.WriteAllBytes(flake.Full(path), contents);
        var newest = Directory.EnumerateFiles(FlakeRecords.PathOf(flake, "hostlock-changes")!, "*.json").Max(StringComparer.Ordinal)!;
        File.SetLastWriteTimeUtc(newest, DateTime.UtcNow + after);
    }
}
