using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>Repositories over the wire: what is asked, what is fetched, and what is done when nobody answers.</summary>
public sealed class RemotesTests : IDisposable
{
    readonly GitFetching _git = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task A_remote_repository_is_asked_once_and_fetched_once()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);

        await _git.FetchAsync($"git://{server.Host}/input");
        Assert.Equal(["ls-remote", "cat-file", "fetch"], _git.Processes.GitCommands);

        _git.Processes.Started.Clear();
        await _git.FetchAsync($"git://{server.Host}/input");
        Assert.Equal(["ls-remote", "cat-file"], _git.Processes.GitCommands);
    }

    [Fact]
    public async Task A_remote_branch_that_moved_or_was_rewritten_is_followed()
    {
        _git.Repository("input", 1, 2);
        using var server = new GitServer(_git.Folder.Path);
        var url = $"git://{server.Host}/input";
        var before = await _git.FetchAsync(url);

        TestGit.In(_git.Folder["input"], "reset", "-q", "--hard", "HEAD~1");
        _git.Repository("input", 7);
        var after = await _git.FetchAsync(url);

        Assert.NotEqual(before.Revision, after.Revision);
        Assert.Equal(TestGit.In(_git.Folder["input"], "rev-parse", "HEAD").Trim(), after.Revision);
    }

    [Fact]
    public async Task A_remote_repository_that_cannot_be_reached_any_more_gives_what_it_gave_last()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);
        var url = $"git://{server.Host}/input";
        var before = await _git.FetchAsync(url);
        server.Stop();

        using var fetcher = _git.Fetcher();
        var after = await fetcher.FetchAsync(GitFetching.Reference(url), Stop);

        Assert.Equal(before, after.Locked);
        Assert.Contains(
            after.Warnings, warning => warning.Message.Contains("continuing with the most recent version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_revision_that_was_fetched_before_needs_the_remote_repository_no_more()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);
        var before = await _git.FetchAsync($"git://{server.Host}/input");
        server.Stop();

        var after = await _git.FetchAsync($"git://{server.Host}/input?rev={before.Revision}");

        Assert.Equal(before, after);
    }

    [Fact]
    public async Task A_remote_repository_that_never_answered_is_an_error_of_the_world_outside()
    {
        using var server = new GitServer(_git.Folder.Path);
        server.Stop();

        var error = await Assert.ThrowsAsync<FetchException>(() => _git.FetchAsync($"git://{server.Host}/input"));

        Assert.True(error.IsOutside);
        Assert.NotNull(error.Hint);
    }

    [Theory]
    [InlineData("ext::sh -c touch% pwned")]
    [InlineData("--upload-pack=touch pwned")]
    [InlineData("ext://host/path")]
    public async Task Addresses_that_git_would_run_are_refused(string url)
    {
        using var fetcher = _git.Fetcher();
        var reference = FlakeRef.FromLock(RefAttributes.Of(("type", "git"), ("url", url)));

        await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(reference, Stop));

        Assert.Empty(_git.Processes.Started);
    }
}
