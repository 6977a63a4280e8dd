using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>The bare copies of remote repositories in the cache.</summary>
[Trait("part", "programs")]
public sealed class CopiesTests : IDisposable
{
    readonly GitFetching _git = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task Locks_left_by_a_run_that_was_killed_are_no_obstacle()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);
        var url = $"git://{server.Host}/input";
        await _git.FetchAsync(url);
        var copy = Directory.EnumerateDirectories(_git.Folder["cache/git"]).Single();
        File.WriteAllText(Path.Combine(copy, "refs/heads/main.lock"), "");
        _git.Repository("input", 2);

        var locked = await _git.FetchAsync(url);

        Assert.Equal(TestGit.Head(_git.Folder["input"]), locked.Revision);
    }

    [Fact]
    public async Task A_copy_that_was_half_removed_is_made_anew()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);
        var url = $"git://{server.Host}/input";
        var before = await _git.FetchAsync(url);
        File.Delete(Path.Combine(Directory.EnumerateDirectories(_git.Folder["cache/git"]).Single(), "HEAD"));

        Assert.Equal(before, await _git.FetchAsync(url));
    }

    [Fact]
    public async Task Many_runs_at_once_fetch_into_one_copy()
    {
        _git.Repository("input", 1, 2, 3);
        using var server = new GitServer(_git.Folder.Path);
        var url = $"git://{server.Host}/input";

        var locked = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _git.FetchAsync(url), Stop)));

        Assert.Single(locked.Distinct());
        Assert.Single(Directory.EnumerateDirectories(_git.Folder["cache/git"]));
    }

    [Fact]
    public async Task The_packs_of_many_fetches_are_joined()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);
        await _git.FetchAsync($"git://{server.Host}/input");
        var copy = Directory.EnumerateDirectories(_git.Folder["cache/git"]).Single();
        // One pack at each checkpoint, as if so many fetches had been made.
        var commits = string.Concat(
            Enumerable.Range(1, 53).Select(
                i => $"commit refs/heads/more\ncommitter a <a@example.org> {i} +0000\ndata 1\n{i % 10}\ncheckpoint\n\n"));
        var import = ProcessRequest.Of("git", "-C", copy, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet").WithInput(commits);
        Assert.True((await new ProcessRunner().RunAsync(import, Stop)).Succeeded);
        Assert.InRange(Packs().Count(), 53, 60);

        _git.Repository("input", 2);
        await _git.FetchAsync($"git://{server.Host}/input");

        Assert.Contains("repack", _git.Processes.GitCommands);
        Assert.InRange(Packs().Count(), 1, 20);

        IEnumerable<string> Packs() => Directory.EnumerateFiles(copy, "*.pack", SearchOption.AllDirectories);
    }
}
