using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>Repositories that belong to somebody else: git is not asked about them, unless it trusts them.</summary>
[Trait("part", "programs")]
public sealed class OwnersTests : IDisposable
{
    readonly GitFetching _git = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Theory]
    [InlineData("input")]
    [InlineData("bare.git")]
    public async Task One_is_not_opened_and_the_error_says_how_to_trust_it(string name)
    {
        GiveAway(name);
        using var fetcher = _git.Fetcher();

        var error = await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(Reference(name), Stop));

        Assert.Equal($"if you trust that user: git config --global --add safe.directory {_git.Folder[name]}", error.Hint);
        Assert.Equal(["rev-parse"], Commands());
    }

    // Nix 2.26 and 2.34 do not open it either, whatever it is opened for.
    [Fact]
    public async Task Nor_are_the_files_of_its_work_tree_read()
    {
        GiveAway("input");
        using var fetcher = _git.Fetcher();

        var error = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.FetchAsync(GitFetching.Reference($"git+file://{_git.Folder["input"]}"), Stop));

        Assert.Contains("belongs to another user", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("input")]
    [InlineData("bare.git")]
    public async Task One_that_the_user_calls_safe_is_read(string name)
    {
        GiveAway(name);
        var settings = _git.Folder.Write("gitconfig", $"[safe]\n\tdirectory = {_git.Folder[name]}\n");
        using var fetcher = new GitFetcher(
            new WithSettings(_git.Processes, settings), _git.Folder["cache"], new(_git.Folder["cache"]));

        var fetched = await fetcher.FetchAsync(Reference(name), Stop);

        Assert.Equal(2UL, fetched.Locked.Input.Number("revCount"));
    }

    [Fact]
    public async Task The_history_of_one_is_not_read()
    {
        GiveAway("input");
        using var history = new GitHistory(_git.Processes, _git.Folder["input"], ["file"]);

        await Assert.ThrowsAsync<FetchException>(() => history.OfAsync(["file"], 1, Stop));
        await Assert.ThrowsAsync<FetchException>(() => history.FindAsync("HEAD", ["file"], Stop));
        await Assert.ThrowsAsync<FetchException>(() => history.ContentsAsync("HEAD", "file", Stop));
    }

    [Theory]
    [InlineData("config")]
    [InlineData("HEAD")]
    [InlineData("packed-refs")]
    [InlineData("info/attributes")]
    [InlineData("objects/info/alternates")]
    [InlineData("objects/pack/pack-1.idx")]
    [InlineData("objects/pack/multi-pack-index")]
    public async Task A_pipe_in_place_of_a_file_makes_nobody_wait(string file)
    {
        _git.Repository("input", 1, 2);
        var path = _git.Folder[$"input/.git/{file}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        _ = Run.Program("mkfifo", _git.Folder.Path, TestGit.Variables, path).Succeeded;
        using var fetcher = _git.Fetcher();

        // A pipe is no HEAD, so that there is no repository; each other file is named.
        var error = await Assert.ThrowsAnyAsync<HostlockException>(() => fetcher.FetchAsync(Reference("input"), Stop));

        Assert.Equal($"'{path}' is not a regular file", error.Message);
        Assert.Empty(_git.Processes.GitCommands);
    }

    // A commit is named, so that git has to be asked about it.
    FlakeRef Reference(string name) => GitFetching.Reference($"git+file://{_git.Folder[name]}?ref=main");

    void GiveAway(string name)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a repository away");
        _git.Repository("input", 1, 2);
        TestGit.In(_git.Folder["input"], "gc", "-q");
        if (name != "input")
            TestGit.In(_git.Folder.Path, "clone", "-q", "--bare", "input", name);
        _ = Run.Program("chown", _git.Folder.Path, TestGit.Variables, "-R", "nobody", name).Succeeded;
        File.SetUnixFileMode(_git.Folder.Path, (UnixFileMode)0b111_101_101);
    }

    IEnumerable<string> Commands() =>
        _git.Processes.Started.Select(request => request.Arguments.First(word => word is "rev-parse" or "cat-file"));

    /// <summary>Programs with git settings of a user.</summary>
    sealed class WithSettings(IProcessRunner real, string settings) : IProcessRunner
    {
        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            real.RunAsync(With(request), cancellationToken);

        public IRunningProcess Start(ProcessRequest request) => real.Start(With(request));

        ProcessRequest With(ProcessRequest request) =>
            request with { Environment = request.Environment.Set("GIT_CONFIG_GLOBAL", settings) };
    }
}
