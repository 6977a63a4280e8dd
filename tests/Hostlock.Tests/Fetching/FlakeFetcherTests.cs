using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

/// <summary>The end of a run: what was begun ahead is over before what it uses is gone.</summary>
public sealed class FlakeFetcherTests : IDisposable
{
    static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    static readonly NixSettings Settings = NixSettings.Read(new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["NIX_CONF_DIR"] = "/nonexistent" });

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Programs that take everything and never say a word.</summary>
    sealed class SilentProcesses : IProcessRunner
    {
        readonly ProcessRunner _real = new();

        public TaskCompletionSource Started { get; } = new();

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) => _real.RunAsync(request, cancellationToken);

        public IRunningProcess Start(ProcessRequest request)
        {
            var process = _real.Start(ProcessRequest.Of("sleep", "600"));
            Started.SetResult();
            return process;
        }
    }

    [Fact]
    public async Task The_end_waits_for_what_was_begun_ahead()
    {
        _folder.Write("input/flake.nix", "{ outputs = _: { }; }");
        TestGit.Commit(_folder["input"], 1);
        TestGit.In(_folder["input"], "gc", "-q");
        var processes = new SilentProcesses();
        var fetcher = new FlakeFetcher(processes, new(() => throw new InvalidOperationException("nothing is downloaded"), Settings, TimeProvider.System), Settings, _folder["cache"]);
        var reference = FlakeRef.ParseInput($"git+file://{_folder["input"]}?ref=main", wantsTree: true, null, null);

        var begun = fetcher.FetchAsync(reference, RegistryScope.Limited, CancellationToken.None);
        await processes.Started.Task.WaitAsync(Stop);
        await fetcher.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => begun).WaitAsync(TimeSpan.FromSeconds(10), Stop);
    }

    [Fact]
    public async Task Taking_leave_of_a_git_that_is_gone_is_no_error()
    {
        var objects = new GitObjects(new ProcessRunner().Start(ProcessRequest.Of("cat")));
        await objects.DisposeAsync();

        Assert.Null(Record.Exception(objects.Leave));
    }
}
