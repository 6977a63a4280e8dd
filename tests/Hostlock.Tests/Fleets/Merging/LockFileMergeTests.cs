using System.Text;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Fleets.Merging;

/// <summary>Three files in the form of git's merge drivers: ours gets the result.</summary>
[Trait("part", "programs")]
public sealed class LockFileMergeTests : IDisposable
{
    static readonly LockFile Common = Of(("a", Locked("github:o/a", 1, 1)), ("b", Locked("github:o/b", 1, 1)));
    static readonly LockFile Ours = Of(("a", Locked("github:o/a", 2, 2)), ("b", Locked("github:o/b", 1, 1)));
    static readonly LockFile Theirs = Of(("a", Locked("github:o/a", 1, 1)), ("b", Locked("github:o/b", 3, 3)));

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_each_side_moved_is_moved_and_only_ours_is_written()
    {
        Write(Common, Ours, Theirs);
        var theirs = File.ReadAllBytes(_folder["theirs"]);

        var merge = Apply();

        Assert.IsType<MergeOutcome.Merged>(merge.Outcome);
        Assert.True(LockDiff.Same(Of(("a", Locked("github:o/a", 2, 2)), ("b", Locked("github:o/b", 3, 3))), Now()));
        Assert.Equal(theirs, File.ReadAllBytes(_folder["theirs"]));
    }

    [Fact]
    public void On_what_both_moved_our_side_stands_and_the_rest_is_merged()
    {
        Write(Common, Ours, Of(("a", Locked("github:o/a", 4, 4)), ("b", Locked("github:o/b", 3, 3))));

        var merge = Apply();

        Assert.Equal(["a"], merge.Left.Select(conflict => conflict.Input.ToString()));
        Assert.True(LockDiff.Same(Of(("a", Locked("github:o/a", 2, 2)), ("b", Locked("github:o/b", 3, 3))), Now()));
    }

    [Fact]
    public void A_side_that_has_no_file_is_an_empty_lock()
    {
        Write(null, Ours, Ours);

        Assert.IsType<MergeOutcome.Merged>(Apply().Outcome);
        Assert.True(LockDiff.Same(Ours, Now()));
    }

    [Fact]
    public void Ours_stays_as_it_is_if_a_side_is_no_lock()
    {
        Write(Common, Ours, Theirs);
        _folder.Write("theirs", "<<<<<<< HEAD\n");

        Assert.ThrowsAny<HostlockException>(() => Apply());
        Assert.True(LockDiff.Same(Ours, Now()));
    }

    [Theory]
    [InlineData("common")]
    [InlineData("ours")]
    [InlineData("theirs")]
    public void A_pipe_is_no_side_without_a_file(string side)
    {
        Write(Common, Ours, Theirs);
        File.Delete(_folder[side]);
        _ = Run.Program("mkfifo", _folder.Path, TestGit.Variables, _folder[side]).Succeeded;

        Assert.Throws<PlatformException>(() => Apply());
    }

    [Fact]
    public async Task What_a_filter_keeps_encrypted_is_merged_through_it()
    {
        TestGit.In(_folder.Path, "init", "-q");
        TestGit.In(_folder.Path, "config", "filter.moved.clean", "tr a-zA-Z n-za-mN-ZA-M");
        TestGit.In(_folder.Path, "config", "filter.moved.smudge", "tr n-za-mN-ZA-M a-zA-Z");
        _folder.Write(".gitattributes", "locks/* filter=moved\n");
        Write(Common, Ours, Theirs);
        foreach (var name in new[] { "common", "ours", "theirs" })
            _folder.Write(name, Moved(_folder.Read(name)));

        var merge = await LockFileMerge.ApplyAsync(
            new ProcessRunner(), _folder.Path, "locks/plex.lock", _folder["common"], _folder["ours"], _folder["theirs"], _ => null,
            TestContext.Current.CancellationToken);

        Assert.IsType<MergeOutcome.Merged>(merge.Outcome);
        var merged = Of(("a", Locked("github:o/a", 2, 2)), ("b", Locked("github:o/b", 3, 3)));
        Assert.Equal(Moved(Encoding.UTF8.GetString(LockFileWriter.Write(merged))), _folder.Read("ours"));

        static string Moved(string text) => new(
        [
            .. text.Select(c => !char.IsAsciiLetter(c) ? c : char.ToLowerInvariant(c) < 'n' ? (char)(c + 13) : (char)(c - 13)),
        ]);
    }

    [Fact]
    public async Task What_is_no_lock_and_goes_through_no_filter_is_an_error()
    {
        TestGit.In(_folder.Path, "init", "-q");
        Write(Common, Ours, Theirs);
        _folder.Write("theirs", "<<<<<<< HEAD\n");

        await Assert.ThrowsAsync<LockException>(
            () => LockFileMerge.ApplyAsync(
                new ProcessRunner(), _folder.Path, "plex.lock", _folder["common"], _folder["ours"], _folder["theirs"], _ => null,
                TestContext.Current.CancellationToken));
    }

    LockFile Now() => LockFileReader.Read("ours", File.ReadAllBytes(_folder["ours"]));

    void Write(LockFile? common, LockFile ours, LockFile theirs)
    {
        _folder.Write("common", "");
        foreach (var (name, file) in new[] { ("common", common), ("ours", ours), ("theirs", theirs) })
        {
            if (file is not null)
                File.WriteAllBytes(_folder[name], LockFileWriter.Write(file));
        }
    }

    SettledMerge Apply() => LockFileMerge.Apply(_folder["common"], _folder["ours"], _folder["theirs"], _ => null);
}
