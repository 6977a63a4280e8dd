using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets;

/// <summary>A copy of a flake looks to git as the flake does, and nothing that is done in it is done to the flake.</summary>
[Trait("part", "programs")]
public sealed class FlakeCopyTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly ProcessRunner _processes = new();

    public void Dispose()
    {
        // The runtime cannot delete files whose names are not text.
        foreach (var folder in new[] { "fleet", "linked", "cache" })
            FlakeCopy.Remove(_folder[folder]);
        _folder.Dispose();
    }

    string Copy => _folder["cache/copy"];

    [Theory]
    [InlineData("fleet", "fleet")]
    [InlineData("fleet", "fleet/nixos")]
    [InlineData("linked", "linked/nixos")]
    public async Task Git_sees_in_the_copy_what_it_sees_in_the_flake(string root, string flake)
    {
        Repository();
        TestGit.In(_folder["fleet"], "worktree", "add", "-q", "-b", "linked", _folder["linked"]);
        Change(root);

        var copy = await MakeAsync(flake);

        Assert.Equal($"{Copy}{flake[root.Length..]}", copy.Folder.Path);
        foreach (var question in new[] { "status --porcelain", "diff", "diff --cached", "log --format=%H%d", "ls-files -s -v" })
            Assert.Equal(
                Run.Program("git", _folder[root], TestGit.Variables, question.Split(' ')),
                Run.Program("git", Copy, TestGit.Variables, question.Split(' ')));
        Assert.False(File.Exists($"{Copy}/ignored"));
        Assert.Equal(("../flake.nix", "untracked"), (new FileInfo($"{Copy}/nixos/link").LinkTarget, File.ReadAllText($"{Copy}/untracked")));
        Assert.Equal(File.GetUnixFileMode(_folder[$"{root}/run.sh"]), File.GetUnixFileMode($"{Copy}/run.sh"));
        Assert.Equal("odd", Run.Program("sh", Copy, TestGit.Variables, "-c", "cat \"$(printf 'nixos/\\351')\"").Succeeded);
    }

    [Fact]
    public async Task What_is_done_in_the_copy_is_not_done_to_the_flake()
    {
        Repository();
        Change("fleet");
        TestGit.In(_folder["fleet"], "config", "core.worktree", _folder["fleet"]);
        var before = State();

        await MakeAsync("fleet");
        TestGit.In(Copy, "add", "-A");
        TestGit.CommitStaged(Copy, 9);
        TestGit.In(Copy, "checkout", "-q", "HEAD~1");
        FlakeCopy.Remove(Copy);

        Assert.Equal(before, State());
        Assert.False(Directory.Exists(Copy));

        string State() => string.Join('\n', new[] { "status --porcelain", "rev-parse HEAD", "fsck", "ls-files -s" }
            .Select(question => Run.Program("git", _folder["fleet"], TestGit.Variables, question.Split(' ')).Succeeded));
    }

    [Fact]
    public async Task Without_git_all_is_copied_except_the_copy_itself()
    {
        _folder.Write("flake.nix", "{ }");
        _folder.Write("locks/plex.lock", "{}");

        var copy = await MakeAsync(".");

        Assert.Equal(Copy, copy.Folder.Path);
        Assert.Equal("{}", _folder.Read("cache/copy/locks/plex.lock"));
        Assert.Equal(["cache", "flake.nix", "locks"], Directory.EnumerateFileSystemEntries(Copy).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{Copy}/cache"));
    }

    void Repository()
    {
        _folder.Write("fleet/.gitignore", "ignored\n");
        _folder.Write("fleet/flake.nix", "{ }");
        _folder.Write("fleet/nixos/flake.nix", "{ }");
        File.CreateSymbolicLink(_folder["fleet/nixos/link"], "../flake.nix");
        File.SetUnixFileMode(
            _folder.Write("fleet/run.sh", "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _ = Run.Program("sh", _folder["fleet/nixos"], TestGit.Variables, "-c", "printf odd > \"$(printf '\\351')\"").Succeeded;
        TestGit.Commit(_folder["fleet"], 1);
        _folder.Write("fleet/second", "second");
        TestGit.Commit(_folder["fleet"], 2);
    }

    void Change(string root)
    {
        _folder.Write($"{root}/flake.nix", "{ outputs = _: { }; }");
        _folder.Write($"{root}/staged", "staged");
        TestGit.In(_folder[root], "add", "staged");
        _folder.Write($"{root}/staged", "and changed");
        _folder.Write($"{root}/intended", "intended");
        TestGit.In(_folder[root], "add", "-N", "intended");
        _folder.Write($"{root}/untracked", "untracked");
        _folder.Write($"{root}/ignored", "ignored");
        File.Delete(_folder[$"{root}/second"]);
    }

    Task<FlakeCopy> MakeAsync(string flake) =>
        FlakeCopy.MakeAsync(_processes, FleetFolder.Open(_folder[flake]), Copy, TestContext.Current.CancellationToken);
}
