using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>Repositories on this disk, with or without a work tree.</summary>
[Trait("part", "programs")]
public sealed class LocalRepositoriesTests : IDisposable
{
    readonly GitFetching _git = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task A_clean_work_tree_needs_no_process()
    {
        _git.Repository("input", 1, 2, 3);

        var locked = await _git.FetchAsync($"git+file://{_git.Folder["input"]}");

        Assert.Equal(3UL, locked.Input.Number("revCount"));
        Assert.Empty(_git.Processes.GitCommands);
    }

    [Fact]
    public async Task A_packed_repository_needs_no_process()
    {
        _git.Repository("input", 1, 2, 3);
        TestGit.In(_git.Folder["input"], "gc", "-q");

        var locked = await _git.FetchAsync($"git+file://{_git.Folder["input"]}");

        Assert.Equal(3UL, locked.Input.Number("revCount"));
        Assert.Empty(_git.Processes.GitCommands);
    }

    // An index of version 1 is read by git alone.
    [Theory]
    [InlineData("", "")]
    [InlineData("?ref=main", "")]
    [InlineData("?ref=refs/tags/v1", "")]
    [InlineData("?rev=REV", "")]
    [InlineData("", "pack.indexVersion=1")]
    [InlineData("?ref=main", "pack.indexVersion=1")]
    [InlineData("?ref=refs/tags/v1", "pack.indexVersion=1")]
    [InlineData("?rev=REV", "pack.indexVersion=1")]
    public async Task A_packed_repository_is_locked_as_one_that_is_not_and_by_one_process_at_most(string query, string setting)
    {
        _git.Repository("input", 1);
        _git.Folder.Write("input/folder/other", "text\n");
        TestGit.Commit(_git.Folder["input"], 2);
        var folder = _git.Folder["input"];
        TestGit.In(folder, "tag", "v1");
        var url = $"git+file://{folder}{query.Replace("REV", TestGit.Head(folder), StringComparison.Ordinal)}";
        var loose = await _git.FetchAsync(url);
        Directory.Delete(_git.Folder["cache"], recursive: true);
        TestGit.In(folder, [.. setting.Length == 0 ? [] : (string[])["-c", setting], "repack", "-adfq"]);
        TestGit.In(folder, "pack-refs", "--all");
        TestGit.In(folder, "prune-packed");
        Assert.Empty(_git.Processes.GitCommands);

        var packed = await _git.FetchAsync(url);

        Assert.Equal(loose.ToString(), packed.ToString());
        Assert.Equal(setting.Length == 0 ? [] : ["cat-file"], _git.Processes.GitCommands);
    }

    [Theory]
    [InlineData("submodules")]
    [InlineData("lfs")]
    public async Task A_commit_that_is_looked_through_takes_one_process_at_most(string attribute)
    {
        _git.Repository("input", 1);
        _git.Folder.Write("input/.gitmodules", "");
        _git.Folder.Write("input/.gitattributes", "*.txt text\n");
        TestGit.Commit(_git.Folder["input"], 2);
        TestGit.In(_git.Folder["input"], "gc", "-q");

        await _git.FetchAsync($"git+file://{_git.Folder["input"]}?ref=main&{attribute}=1");

        Assert.Equal(attribute == "lfs" ? [] : ["cat-file"], _git.Processes.GitCommands);
    }

    [Fact]
    public async Task Several_references_into_one_repository_share_a_process()
    {
        _git.Repository("input", 1, 2, 3);
        TestGit.In(_git.Folder["input"], "branch", "other", "HEAD~1");
        TestGit.In(_git.Folder["input"], "-c", "pack.indexVersion=1", "gc", "-q");
        using var fetcher = _git.Fetcher();

        var fetched = await Task.WhenAll(
            new[] { "main", "other", "refs/heads/main" }.Select(
                name => fetcher.FetchAsync(GitFetching.Reference($"git+file://{_git.Folder["input"]}?ref={name}"), Stop)));

        Assert.Equal([3UL, 2UL, 3UL], fetched.Select(one => one.Locked.Input.Number("revCount")!.Value));
        Assert.Equal(["cat-file"], _git.Processes.GitCommands);
    }

    [Theory]
    [InlineData("lastModified", "'lastModified' attribute mismatch")]
    [InlineData("revCount", "'revCount' attribute mismatch")]
    public async Task What_the_user_states_has_to_be_so(string name, string message)
    {
        _git.Repository("input", 1);
        using var fetcher = _git.Fetcher();
        var reference = GitFetching.Reference($"git+file://{_git.Folder["input"]}");

        var error = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.FetchAsync(reference.With(reference.Input.With(name, 7UL)), Stop));

        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public async Task A_work_tree_whose_settings_name_another_folder_is_refused()
    {
        _git.Repository("input", 1);
        TestGit.In(_git.Folder["input"], "config", "core.worktree", _git.Folder.Path);

        var error = await Assert.ThrowsAsync<FetchException>(() => _git.FetchAsync($"git+file://{_git.Folder["input"]}"));

        Assert.Contains("core.worktree", error.Message, StringComparison.Ordinal);
    }

    // Real Nix: with core.symlinks = false a link may lie there as a file, and with core.ignoreCase = true a file under another case of its
    // name; Nix then sees the tracked name alone.
    [Theory]
    [InlineData("core.symlinks", "false", "link")]
    [InlineData("core.ignoreCase", "true", "Name")]
    [InlineData("core.ignoreCase", "true", "Folder/Name")]
    public async Task What_a_file_system_cannot_say_is_no_change_if_the_settings_say_so(string setting, string value, string path)
    {
        _git.Repository("input", 1);
        var folder = _git.Folder["input"];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        if (path == "link")
            File.CreateSymbolicLink(Path.Combine(folder, path), "target");
        else
            File.WriteAllText(Path.Combine(folder, path), "target");
        TestGit.In(folder, "add", "-A");
        TestGit.In(folder, "commit", "-qm", "more");
        if (!path.Contains('/', StringComparison.Ordinal))
            File.Delete(Path.Combine(folder, path));
        if (path == "link")
            File.WriteAllText(Path.Combine(folder, path), "target");
        else if (path == "Name")
            File.WriteAllText(Path.Combine(folder, "naME"), "target");
        else
            Directory.Move(Path.Combine(folder, "Folder"), Path.Combine(folder, "FOLDER"));

        TestGit.In(folder, "config", setting, value == "true" ? "false" : "true");
        var changed = await _git.FetchAsync($"git+file://{folder}");
        TestGit.In(folder, "config", setting, value);
        var unchanged = await _git.FetchAsync($"git+file://{folder}");

        Assert.Null(changed.Revision);
        Assert.Equal(TestGit.Head(folder), unchanged.Revision);
    }

    [Fact]
    public async Task A_file_with_the_name_of_a_missing_one_and_other_contents_is_a_change_in_every_case()
    {
        _git.Repository("input", 1);
        var folder = _git.Folder["input"];
        TestGit.In(folder, "config", "core.ignoreCase", "true");
        File.Move(Path.Combine(folder, "file"), Path.Combine(folder, "File"));
        File.AppendAllText(Path.Combine(folder, "File"), "\n");

        Assert.Null((await _git.FetchAsync($"git+file://{folder}")).Revision);
    }

    [Fact]
    public async Task A_commit_whose_date_git_cannot_read_is_listed_without_one()
    {
        _git.Repository("input", 1);
        var (tree, first) = (
            TestGit.In(_git.Folder["input"], "rev-parse", "HEAD^{tree}").Trim(), TestGit.Head(_git.Folder["input"]));
        _git.Folder.Write(
            "commit", $"tree {tree}\nparent {first}\nauthor a <a@example.org> 0 +0000\ncommitter a <a@example.org> -5 +0000\n\nx\n");
        var second = Revision.Parse(
            TestGit.In(_git.Folder["input"], "hash-object", "-t", "commit", "-w", "--literally", _git.Folder["commit"]).Trim());
        using var fetcher = _git.Fetcher();

        var between = await fetcher.Revisions.BetweenAsync($"file://{_git.Folder["input"]}", (Revision.Parse(first), null), second, Stop);

        Assert.Equal([new(second, null)], between);
    }
}
