using System.Text;
using Hostlock.Fleets;
using Hostlock.Fleets.Undoing;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Undoing;

/// <summary>The list of what was done, of which git knows a part and the record of changes another.</summary>
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

    async Task<IEnumerable<string>> TitlesAsync() =>
        (await DoneThings.ReadAsync(
            new ProcessRunner(), FleetFolder.Open(_folder.Path), InputSelection.All, 10, TestContext.Current.CancellationToken))
        .Select(thing => thing.Change.Title);
}
