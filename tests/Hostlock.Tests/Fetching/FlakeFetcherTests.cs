using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

/// <summary>A tree that a lock names is read as it was locked, or not at all. Fetches that were begun ahead of their turn end before the
/// run lets go of what they use.</summary>
[Trait("part", "programs")]
public sealed class FlakeFetcherTests : IDisposable
{
    static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    static readonly NixSettings Settings = NixSettings.Read(
        new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["NIX_CONF_DIR"] = "/nonexistent" });

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Programs that take everything and never say a word.</summary>
    sealed class SilentProcesses : IProcessRunner
    {
        readonly ProcessRunner _real = new();

        public TaskCompletionSource Started { get; } = new();

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
            _real.RunAsync(request, cancellationToken);

        public IRunningProcess Start(ProcessRequest request)
        {
            var process = _real.Start(ProcessRequest.Of("sleep", "600"));
            Started.SetResult();
            return process;
        }
    }

    [Theory]
    [InlineData("git+file://{0}/repository")]
    [InlineData("git+file://{0}/repository?ref=main")]
    [InlineData("git+file://{0}/repository?shallow=1")]
    [InlineData("path:{0}/folder")]
    [InlineData("file://{0}/archive.tar")]
    public async Task A_tree_that_is_not_what_the_lock_says_is_not_read(string url)
    {
        Inputs();
        var locked = await LockAsync(url);
        var other = locked.With(locked.Input.With("narHash", $"sha256-{new string('A', 43)}="));

        foreach (var cache in (string[])["cache", "empty cache"])
        {
            await using var fetcher = Fetcher(cache);
            Assert.NotNull(await (await fetcher.ReadAsync(locked, Stop)).FindAsync(TreePath.Parse("flake.nix"), Stop));
            var error = await Assert.ThrowsAsync<FetchException>(() => fetcher.ReadAsync(other, Stop));
            Assert.Contains("NAR hash mismatch", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("lastModified")]
    [InlineData("revCount")]
    public async Task A_commit_that_is_not_as_the_lock_says_is_not_read(string attribute)
    {
        Inputs();
        var locked = await LockAsync("git+file://{0}/repository?ref=main");
        await using var fetcher = Fetcher("empty cache");

        var error = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.ReadAsync(locked.With(locked.Input.With(attribute, locked.Input.Number(attribute)!.Value + 1)), Stop));

        Assert.Contains($"'{attribute}' attribute mismatch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_work_tree_whose_files_differ_from_its_commit_is_read_as_it_was_when_it_was_locked()
    {
        _folder.Write("repository/.gitattributes", "*.nix eol=crlf\n");
        _folder.Write("repository/flake.nix", "{ outputs = _: { }; }\r\n");
        TestGit.Commit(_folder["repository"], 1);
        var locked = await LockAsync("git+file://{0}/repository");
        _folder.Write("repository/flake.nix", "{ outputs = _: { new = 1; }; }\r\n");
        TestGit.Commit(_folder["repository"], 2);

        await using var fetcher = Fetcher("cache");
        var file = Assert.IsType<TreeItem.File>(await (await fetcher.ReadAsync(locked, Stop)).FindAsync(TreePath.Parse("flake.nix"), Stop));

        Assert.Equal("{ outputs = _: { }; }\r\n"u8.ToArray(), file.Contents.ToArray());
    }

    [Fact]
    public async Task A_locked_revision_needs_the_remote_repository_no_more()
    {
        _folder.Write("input/flake.nix", "{ outputs = _: { }; }\n");
        _folder.Write("input/file", "1\n");
        TestGit.Commit(_folder["input"], 1);
        using var server = new GitServer(_folder.Path);
        var locked = await LockAsync($"git://{server.Host}/input");
        server.Stop();

        await using var fetcher = Fetcher("cache");
        var files = await fetcher.ReadAsync(locked, Stop);

        Assert.Equal(
            "{ outputs = _: { }; }\n"u8.ToArray(),
            Assert.IsType<TreeItem.File>(await files.FindAsync(TreePath.Parse("flake.nix"), Stop)).Contents.ToArray());
        Assert.Null(await files.FindAsync(TreePath.Parse("flake.lock"), Stop));
        Assert.Null(await files.FindAsync(TreePath.Parse("file/below"), Stop));
        Assert.IsType<TreeItem.Folder>(await files.FindAsync(TreePath.Parse(""), Stop));
    }

    [Fact]
    public async Task The_end_waits_for_what_was_begun_ahead()
    {
        _folder.Write("input/flake.nix", "{ outputs = _: { }; }");
        TestGit.Commit(_folder["input"], 1);
        // Such an index is read by git alone.
        TestGit.In(_folder["input"], "-c", "pack.indexVersion=1", "gc", "-q");
        var processes = new SilentProcesses();
        var fetcher = Fetcher("cache", processes);
        var reference = FlakeRef.ParseInput($"git+file://{_folder["input"]}?ref=main", wantsTree: true, null, null);

        var begun = fetcher.FetchAsync(reference, RegistryScope.Limited, CancellationToken.None);
        await processes.Started.Task.WaitAsync(Stop);
        await fetcher.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => begun).WaitAsync(TimeSpan.FromSeconds(10), Stop);
    }

    [Fact]
    public async Task The_end_may_come_twice()
    {
        var fetcher = Fetcher("cache");
        await fetcher.DisposeAsync();

        Assert.Null(await Record.ExceptionAsync(async () => await fetcher.DisposeAsync()));
    }

    [Fact]
    public async Task Taking_leave_of_a_git_that_is_gone_is_no_error()
    {
        var objects = new GitObjects(new ProcessRunner().Start(ProcessRequest.Of("cat")));
        await objects.DisposeAsync();

        Assert.Null(Record.Exception(objects.Leave));
    }

    // The same flake in a repository, in a folder and in an archive.
    void Inputs()
    {
        foreach (var folder in (ReadOnlySpan<string>)["repository", "folder"])
            _folder.Write($"{folder}/flake.nix", "{ outputs = _: { }; }\n");
        TestGit.Commit(_folder["repository"], 1);
        TestGit.In(_folder["repository"], "archive", "--prefix=x/", "-o", _folder["archive.tar"], "HEAD");
    }

    async Task<FlakeRef> LockAsync(string url)
    {
        await using var fetcher = Fetcher("cache");
        var reference = FlakeRef.ParseInput(url.Replace("{0}", _folder.Path, StringComparison.Ordinal), wantsTree: true, null, null);
        return (await fetcher.FetchAsync(reference, RegistryScope.Limited, Stop)).Locked;
    }

    FlakeFetcher Fetcher(string cache, IProcessRunner? processes = null) => new(
        processes ?? new ProcessRunner(),
        new(() => throw new InvalidOperationException("nothing is downloaded"), Settings, TimeProvider.System),
        Settings,
        _folder[cache]);
}
