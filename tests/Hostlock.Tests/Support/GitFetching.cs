using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;

namespace Hostlock.Tests.Support;

/// <summary>Repositories in a folder of a test's own, and fetchers with a cache there whose processes are counted.</summary>
sealed class GitFetching : IDisposable
{
    public TempFolder Folder { get; } = new();

    public CountingProcesses Processes { get; } = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static FlakeRef Reference(string url) => FlakeRef.ParseInput(url, wantsTree: false, null, null);

    public GitFetcher Fetcher(FetchMode mode = FetchMode.Usual) => new(Processes, Folder["cache"], new(Folder["cache"]), mode);

    /// <summary>The lock of a reference, as one run of the program makes it.</summary>
    public async Task<FlakeRef> FetchAsync(string url)
    {
        using var fetcher = Fetcher();
        return (await fetcher.FetchAsync(Reference(url), Stop)).Locked;
    }

    /// <summary>Adds a commit for each day to a repository, which is made if it does not exist.</summary>
    public void Repository(string name, params ReadOnlySpan<int> days)
    {
        foreach (var day in days)
        {
            Folder.Write($"{name}/file", $"{day}\n");
            TestGit.Commit(Folder[name], day);
        }
    }

    public void Dispose() => Folder.Dispose();
}
