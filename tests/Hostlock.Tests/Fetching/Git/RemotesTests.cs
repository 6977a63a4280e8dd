using System.Collections.Concurrent;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>Repositories over the wire: what is asked, what is fetched, and what is done when nobody answers.</summary>
[Trait("part", "programs")]
public sealed class RemotesTests : IDisposable
{
    // No port, time or id looks like it.
    const string Secret = "friend-and-enter";

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
        Assert.Equal(["ls-remote"], _git.Processes.GitCommands);
    }

    [Fact]
    public async Task Offline_a_remote_repository_is_the_one_that_was_fetched()
    {
        _git.Repository("input", 1);
        using var server = new GitServer(_git.Folder.Path);
        var reference = GitFetching.Reference($"git://{server.Host}/input");
        using (var fetcher = _git.Fetcher(FetchMode.Offline))
            Assert.True((await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(reference, Stop))).IsOutside);
        var fetched = await _git.FetchAsync($"git://{server.Host}/input");
        _git.Processes.Started.Clear();

        using var offline = _git.Fetcher(FetchMode.Offline);
        var had = await offline.FetchAsync(reference, Stop);

        Assert.Equal(fetched, had.Locked);
        Assert.NotNull(had.Stale);
        Assert.Empty(_git.Processes.GitCommands.Intersect(["ls-remote", "fetch"]));
    }

    [Fact]
    public async Task Anew_no_copy_stands_in_for_a_repository_that_does_not_answer()
    {
        _git.Repository("input", 1);
        var reference = "";
        using (var server = new GitServer(_git.Folder.Path))
            await _git.FetchAsync(reference = $"git://{server.Host}/input");

        using var usual = _git.Fetcher();
        Assert.NotNull((await usual.FetchAsync(GitFetching.Reference(reference), Stop)).Stale);
        using var anew = _git.Fetcher(FetchMode.Anew);
        await Assert.ThrowsAsync<FetchException>(() => anew.FetchAsync(GitFetching.Reference(reference), Stop));
    }

    [Fact]
    public async Task A_remote_repository_whose_ids_are_no_revisions_is_refused_when_it_is_asked()
    {
        TestGit.In(_git.Folder.Path, "init", "-q", "-b", "main", "--object-format=sha256", "input");
        _git.Folder.Write("input/x", "x");
        TestGit.Commit(_git.Folder["input"], 1);
        using var server = new GitServer(_git.Folder.Path);
        using var fetcher = _git.Fetcher();
        var reference = FlakeRef.ParseInput($"git://{server.Host}/input", wantsTree: true, null, null);

        Func<Task>[] questions = [() => fetcher.Revisions.NewestAsync(reference, null, Stop), () => fetcher.FetchAsync(reference, Stop)];
        foreach (var ask in questions)
        {
            var thrown = await Assert.ThrowsAsync<FetchException>(ask);
            Assert.Contains("not named by SHA-1", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData($"ada:open%20{Secret}")]
    [InlineData($"glpat-{Secret}:x-oauth-basic")]
    public async Task A_password_is_on_no_command_line(string login)
    {
        var lines = new ConcurrentBag<string>();
        await using var server = new LoopbackServer(request =>
        {
            foreach (var process in Directory.EnumerateDirectories("/proc"))
                lines.Add(CommandLine(process));
            return request.Headers.ContainsKey("authorization")
                ? WebAnswer.NotFound
                : new(401, [], ("WWW-Authenticate", "Basic realm=\"x\""));
        });

        var thrown = await Assert.ThrowsAsync<FetchException>(
            () => _git.FetchAsync($"git+{server.Url.Replace("//", $"//{login}@", StringComparison.Ordinal)}/x.git"));

        Assert.Contains(lines, line => line.Contains("git-remote-http", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, $"{thrown.Message} {thrown.Hint} {string.Join(' ', thrown.Trail)}", StringComparison.Ordinal);

        static string CommandLine(string process)
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception why) when (why is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task A_password_is_for_the_server()
    {
        await using var server = new LoopbackServer(request => request.Headers.ContainsKey("authorization")
            ? WebAnswer.NotFound
            : new(401, [], ("WWW-Authenticate", "Basic realm=\"x\"")));

        await Assert.ThrowsAsync<FetchException>(
            () => _git.FetchAsync($"git+{server.Url.Replace("//", "//ada:open%20%C3%A9@", StringComparison.Ordinal)}/x.git"));

        var sent = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:open é"))}";
        Assert.Contains(server.TakeRequests(), request => request.Headers.GetValueOrDefault("authorization") == sent);
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
        Assert.Equal(TestGit.Head(_git.Folder["input"]), after.Revision);
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
        Assert.Contains("continuing with the most recent version", after.Stale!.Warning.Message, StringComparison.Ordinal);
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
