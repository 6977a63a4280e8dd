using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Undoing;

/// <summary>The list of what was done, of which git knows a part and the record of changes another.</summary>
[Trait("part", "programs")]
public sealed class DoneThingsTests : IDisposable
{
    const int LongAfter = 20_000;

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_commit_whose_bytes_a_command_replaced_is_listed_and_one_that_took_them_back_is_not()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }\n");
        _folder.Write("flake.lock", "old");
        TestGit.Commit(_folder.Path, 1);
        ChangeRecord.Begin(FleetFolder.Open(_folder.Path), ["update", "root"], [("flake.lock", Encoding.UTF8.GetBytes("new"))]);

        Assert.Equal(["hostlock update root", "day 1"], await TitlesAsync());

        foreach (var text in (string[])["new", "old"])
        {
            _folder.Write("flake.lock", text);
            TestGit.Commit(_folder.Path, LongAfter);
        }
        Assert.Equal(["hostlock update root", "day 1"], await TitlesAsync());
    }

    [Fact]
    public async Task A_lock_that_was_made_through_a_link_is_told_of_as_that_of_its_host_and_a_circle_of_links_is_passed_by()
    {
        _folder.Write("flake.nix", "{ outputs = _: { }; }\n");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\n");
        Directory.CreateDirectory(_folder["locks"]);
        File.CreateSymbolicLink(_folder["locks/plex.lock"], "../real/plex.lock");
        File.CreateSymbolicLink(_folder["locks/web.lock"], "web.lock");
        TestGit.Commit(_folder.Path, 1);
        ChangeRecord.Begin(
            FleetFolder.Open(_folder.Path), ["lock", "plex"], [("locks/plex.lock", LockFileWriter.Write(LockFile.Empty))]);

        var thing = Assert.Single(await ReadAsync());

        Assert.Equal(["plex"], thing.Locks.Select(planned => planned.Place.Name));
        Assert.False(thing.IsTakenBack);
    }

    async Task<IEnumerable<string>> TitlesAsync() => (await ReadAsync()).Select(thing => thing.Change.Title);

    Task<IReadOnlyList<DoneThing>> ReadAsync() => DoneThings.ReadAsync(
        new ProcessRunner(), FleetFolder.Open(_folder.Path), InputSelection.All, 10, TestContext.Current.CancellationToken);
}
