using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>The contents of files in commits, also of files that git keeps encrypted: here, with every letter moved by thirteen.</summary>
[Trait("part", "programs")]
public sealed class GitHistoryTests : IDisposable
{
    const string Moved = "tr a-zA-Z n-za-mN-ZA-M";

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_git_keeps_by_a_filter_is_read_through_it()
    {
        Filter(smudge: Moved);
        _folder.Write(".gitattributes", "locks/* filter=moved\n");
        Commit("locks/plex.lock", "plain");

        Assert.Equal("cynva", TestGit.In(_folder.Path, "cat-file", "blob", "HEAD:locks/plex.lock"));
        Assert.Equal("plain", await ContentsAsync("locks/plex.lock"));
        Assert.Equal("plain", await BlobAsync("locks/plex.lock"));
    }

    // The past of a lock may have it under another name.
    [Fact]
    public async Task So_is_one_that_nobody_announced()
    {
        Filter(smudge: Moved);
        _folder.Write(".gitattributes", "locks/* filter=moved\n");
        Commit("locks/old.lock", "plain");

        Assert.Equal("plain", await ContentsAsync("locks/old.lock"));
    }

    [Fact]
    public async Task No_filter_runs_for_a_file_that_has_none()
    {
        Filter(smudge: "touch ran; cat");
        _folder.Write(".gitattributes", "other/* filter=moved\n");
        Commit("locks/plex.lock", "plain");

        Assert.Equal("plain", await ContentsAsync("locks/plex.lock"));
        Assert.False(File.Exists(_folder["ran"]));
    }

    // A clone without the key has the attribute, and no program for it.
    [Fact]
    public async Task What_nobody_can_decrypt_here_comes_as_git_has_it()
    {
        Filter(smudge: Moved);
        _folder.Write(".gitattributes", "locks/* filter=moved\n");
        Commit("locks/plex.lock", "plain");
        TestGit.In(_folder.Path, "config", "--remove-section", "filter.moved");

        Assert.Equal("cynva", await ContentsAsync("locks/plex.lock"));
    }

    [Fact]
    public async Task A_filter_that_fails_is_an_error()
    {
        Filter(smudge: Moved);
        _folder.Write(".gitattributes", "locks/* filter=moved\n");
        Commit("locks/plex.lock", "plain");
        Filter(smudge: "false");

        var error = await Assert.ThrowsAnyAsync<HostlockException>(() => ContentsAsync("locks/plex.lock"));

        Assert.Contains("read 'locks/plex.lock' through its filter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_whose_date_git_cannot_read_has_none()
    {
        TestGit.In(_folder.Path, "init", "-q", "-b", "main");
        Commit("locks/plex.lock", "plain");
        var tree = TestGit.In(_folder.Path, "rev-parse", "HEAD^{tree}").Trim();
        _folder.Write("commit", $"tree {tree}\nauthor a <a@example.org> 0 +0000\ncommitter a <a@example.org> -5 +0000\n\nx\n");
        var commit = TestGit.In(_folder.Path, "hash-object", "-t", "commit", "-w", "--literally", _folder["commit"]).Trim();
        TestGit.In(_folder.Path, "update-ref", "HEAD", commit);
        using var history = new GitHistory(new ProcessRunner(), _folder.Path, ["locks/plex.lock"]);

        Assert.Equal(
            [new(Revision.Parse(commit), null, "x", "")],
            await history.OfAsync(["locks/plex.lock"], 10, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("link", "locks/plex.lock", "plain")]
    [InlineData("folder", "locks", null)]
    [InlineData("folder/plex.lock", "../locks/plex.lock", "plain")]
    [InlineData("locks/other.lock", "../../locks/plex.lock", null)]
    [InlineData("locks/other.lock", "/locks/plex.lock", null)]
    [InlineData("locks/other.lock", "missing", null)]
    [InlineData("locks/other.lock", "other.lock", null)]
    public async Task A_link_leads_to_another_file_of_the_same_commit(string path, string target, string? contents)
    {
        TestGit.In(_folder.Path, "init", "-q", "-b", "main");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        Directory.CreateDirectory(_folder["locks"]);
        File.CreateSymbolicLink(_folder[path], target);
        Commit("locks/plex.lock", "plain");

        Assert.Equal(contents, await ContentsAsync(path));
    }

    [Fact]
    public async Task A_folder_that_is_a_link_is_followed_too()
    {
        TestGit.In(_folder.Path, "init", "-q", "-b", "main");
        File.CreateSymbolicLink(_folder["folder"], "locks");
        Commit("locks/plex.lock", "plain");

        Assert.Equal("plain", await ContentsAsync("folder/plex.lock"));
        Assert.Null(await ContentsAsync("folder/web.lock"));
        Assert.Null(await ContentsAsync("none/web.lock"));
    }

    [Fact]
    public async Task Files_of_a_commit_are_read_together_and_equal_ones_are_one_array()
    {
        TestGit.In(_folder.Path, "init", "-q", "-b", "main");
        File.CreateSymbolicLink(_folder["folder"], "locks");
        _folder.Write("locks/orc.lock", "other");
        _folder.Write("locks/web.lock", "plain");
        Commit("locks/plex.lock", "plain");
        using var history = new GitHistory(new ProcessRunner(), _folder.Path, ["locks/plex.lock"]);
        string[] files = ["locks/plex.lock", "locks/web.lock", "folder/plex.lock", "locks/orc.lock", "locks/none.lock", "locks", "x/y"];

        var contents = await history.ContentsAsync("HEAD", files, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["plain", "plain", "plain", "other", null, null, null],
            contents.Select(each => each is null ? null : Encoding.UTF8.GetString(each)));
        Assert.Same(contents[0], contents[1]);
        Assert.Same(contents[0], contents[2]);
        Assert.All(await history.ContentsAsync("HEAD^", files, TestContext.Current.CancellationToken), Assert.Null);
    }

    [Fact]
    public async Task What_is_too_large_to_be_a_lock_is_not_cut_to_the_size_of_one()
    {
        TestGit.In(_folder.Path, "init", "-q", "-b", "main");
        Commit("locks/plex.lock", $"{{{new string(' ', LockFileReader.MaximumBytes)}}}");

        var contents = await ContentsAsync("locks/plex.lock");

        var error = Assert.Throws<LockException>(() => LockFileReader.Read("plex.lock@HEAD", Encoding.UTF8.GetBytes(contents!)));
        Assert.Equal("'plex.lock@HEAD' is too large: at most 16777216 bytes of a file are read", error.Message);
    }

    [Fact]
    public async Task A_repository_whose_ids_are_no_revisions_has_no_history_for_us()
    {
        TestGit.In(_folder.Path, "init", "-q", "-b", "main", "--object-format=sha256");
        Commit("locks/plex.lock", "plain");
        using var history = new GitHistory(new ProcessRunner(), _folder.Path, ["locks/plex.lock"]);

        var error = await Assert.ThrowsAsync<FetchException>(
            () => history.OfAsync(["locks/plex.lock"], 1, TestContext.Current.CancellationToken));

        Assert.Contains("not named by SHA-1", error.Message, StringComparison.Ordinal);
    }

    void Filter(string smudge)
    {
        if (!Directory.Exists(_folder[".git"]))
            TestGit.In(_folder.Path, "init", "-q", "-b", "main");
        TestGit.In(_folder.Path, "config", "filter.moved.clean", Moved);
        TestGit.In(_folder.Path, "config", "filter.moved.smudge", smudge);
        TestGit.In(_folder.Path, "config", "filter.moved.required", "true");
    }

    void Commit(string path, string text)
    {
        _folder.Write(path, text);
        TestGit.Commit(_folder.Path, 1);
    }

    async Task<string?> ContentsAsync(string path)
    {
        using var history = new GitHistory(new ProcessRunner(), _folder.Path, ["locks/plex.lock"]);
        return await history.ContentsAsync("HEAD", path, TestContext.Current.CancellationToken) is { } contents
            ? Encoding.UTF8.GetString(contents)
            : null;
    }

    async Task<string> BlobAsync(string path)
    {
        using var history = new GitHistory(new ProcessRunner(), _folder.Path, [path]);
        var id = TestGit.In(_folder.Path, "rev-parse", $"HEAD:{path}").Trim();
        return Encoding.UTF8.GetString((await history.BlobAsync(id, path, TestContext.Current.CancellationToken))!);
    }
}
