using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

[Trait("part", "programs")]
public sealed class UncommittedFilesTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public UncommittedFilesTests()
    {
        _folder.Write("flake.lock", "root");
        _folder.Write("locks/plex.lock", "plex");
        _folder.Write("locks/web.lock", "web");
        TestGit.Commit(_folder.Path, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_lies_there_as_committed_is_not_among_them() => Assert.Empty(await AmongAsync("flake.lock", "locks/plex.lock"));

    [Fact]
    public async Task A_file_that_was_changed_is()
    {
        _folder.Write("locks/plex.lock", "more");

        Assert.Equal(["locks/plex.lock"], await AmongAsync("flake.lock", "locks/plex.lock", "locks/web.lock"));
    }

    [Fact]
    public async Task A_file_that_was_only_touched_is_not()
    {
        File.SetLastWriteTimeUtc(_folder["locks/plex.lock"], new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Empty(await AmongAsync("locks/plex.lock"));
    }

    [Fact]
    public async Task A_file_that_git_does_not_know_or_only_means_to_know_is()
    {
        _folder.Write("locks/orc.lock", "orc");
        _folder.Write("new/nas.lock", "nas");
        TestGit.In(_folder.Path, "add", "-N", "new/nas.lock");

        Assert.Equal(["locks/orc.lock", "new/nas.lock"], await AmongAsync("locks/orc.lock", "new/nas.lock", "flake.lock"));
    }

    [Fact]
    public async Task A_file_that_is_staged_is_and_no_other()
    {
        _folder.Write("locks/plex.lock", "more");
        TestGit.In(_folder.Path, "add", "-A");

        Assert.Equal(["locks/plex.lock"], await AmongAsync("flake.lock", "locks/plex.lock", "locks/web.lock"));
    }

    [Fact]
    public async Task Nobody_needs_git_for_it()
    {
        _folder.Write("locks/plex.lock", "more");
        TestGit.In(_folder.Path, "add", "-A");
        _folder.Write("locks/web.lock", "more");

        Assert.Equal(["locks/plex.lock", "locks/web.lock"], await AmongAsync("flake.lock", "locks/plex.lock", "locks/web.lock"));
        Assert.Empty(_processes.Started);
    }

    [Fact]
    public async Task Packed_objects_give_the_same_answer()
    {
        TestGit.In(_folder.Path, "gc", "-q");
        var clean = await AmongAsync("flake.lock", "locks/plex.lock");
        _folder.Write("locks/plex.lock", "more");
        TestGit.In(_folder.Path, "add", "-A");

        Assert.Empty(clean);
        Assert.Equal(["locks/plex.lock"], await AmongAsync("flake.lock", "locks/plex.lock"));
        Assert.Empty(_processes.Started);
    }

    [Fact]
    public async Task An_index_that_is_not_that_of_the_packed_commit_is_seen()
    {
        TestGit.In(_folder.Path, "gc", "-q");
        _folder.Write("locks/plex.lock", "more");
        TestGit.In(_folder.Path, "add", "-A");
        // The index then has the id of its tree, as one without staged files does.
        TestGit.In(_folder.Path, "write-tree");

        Assert.Equal(["locks/plex.lock"], await AmongAsync("flake.lock", "locks/plex.lock"));
        Assert.Empty(_processes.Started);
    }

    [Fact]
    public async Task Before_the_first_commit_every_file_is()
    {
        using var folder = new TempFolder();
        TestGit.In(folder.Path, "init", "-q");
        folder.Write("flake.lock", "root");
        TestGit.In(folder.Path, "add", "-A");

        Assert.Equal(["flake.lock"], await AmongAsync(folder.Path, ["flake.lock"]));
        Assert.Empty(_processes.Started);
    }

    [Fact]
    public async Task A_file_that_git_was_told_to_take_as_unchanged_is_not()
    {
        TestGit.In(_folder.Path, "update-index", "--skip-worktree", "locks/plex.lock");
        _folder.Write("locks/plex.lock", "more");

        Assert.Empty(await AmongAsync("locks/plex.lock"));
    }

    Task<IEnumerable<string>> AmongAsync(params string[] files) => AmongAsync(_folder.Path, files);

    async Task<IEnumerable<string>> AmongAsync(string root, string[] files)
    {
        var tree = GitWorkTreeFiles.Around(_processes, root)!;
        var found = await UncommittedFiles.AmongAsync(tree, files, TestContext.Current.CancellationToken);
        return found.Order(StringComparer.Ordinal);
    }
}
