using System.Security.Cryptography;
using Hostlock.Fetching;
using Hostlock.Fetching.Folders;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

public sealed class GitFetcherTests : IDisposable
{
    static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    readonly TempFolder _folder = new();
    readonly CountingProcesses _processes = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_clean_work_tree_needs_no_process()
    {
        Repository("input", 1, 2, 3);

        var locked = await FetchAsync($"git+file://{_folder["input"]}");

        Assert.Equal(3UL, locked.Input.Number("revCount"));
        Assert.Empty(_processes.GitCommands);
    }

    [Fact]
    public async Task A_packed_repository_needs_one_process_for_everything()
    {
        Repository("input", 1, 2, 3);
        TestGit.In(_folder["input"], "gc", "-q");

        await FetchAsync($"git+file://{_folder["input"]}");

        Assert.Equal(["cat-file"], _processes.GitCommands);
    }

    [Fact]
    public async Task Several_references_into_one_repository_share_a_process()
    {
        Repository("input", 1, 2, 3);
        TestGit.In(_folder["input"], "branch", "other", "HEAD~1");
        TestGit.In(_folder["input"], "gc", "-q");
        using var fetcher = Fetcher();

        var fetched = await Task.WhenAll(
            new[] { "main", "other", "refs/heads/main" }.Select(name => fetcher.FetchAsync(Reference($"git+file://{_folder["input"]}?ref={name}"), Stop)));

        Assert.Equal([3UL, 2UL, 3UL], fetched.Select(one => one.Locked.Input.Number("revCount")!.Value));
        Assert.Equal(["cat-file"], _processes.GitCommands);
    }

    [Fact]
    public async Task A_remote_repository_is_asked_once_and_fetched_once()
    {
        Repository("input", 1);
        using var server = new GitServer(_folder.Path);

        await FetchAsync($"git://{server.Host}/input");
        Assert.Equal(["ls-remote", "cat-file", "fetch"], _processes.GitCommands);

        _processes.Started.Clear();
        await FetchAsync($"git://{server.Host}/input");
        Assert.Equal(["ls-remote", "cat-file"], _processes.GitCommands);
    }

    [Fact]
    public async Task A_remote_branch_that_moved_or_was_rewritten_is_followed()
    {
        Repository("input", 1, 2);
        using var server = new GitServer(_folder.Path);
        var url = $"git://{server.Host}/input";
        var before = await FetchAsync(url);

        TestGit.In(_folder["input"], "reset", "-q", "--hard", "HEAD~1");
        Repository("input", 7);
        var after = await FetchAsync(url);

        Assert.NotEqual(before.Revision, after.Revision);
        Assert.Equal(TestGit.In(_folder["input"], "rev-parse", "HEAD").Trim(), after.Revision);
    }

    [Fact]
    public async Task A_remote_repository_that_cannot_be_reached_any_more_gives_what_it_gave_last()
    {
        Repository("input", 1);
        using var server = new GitServer(_folder.Path);
        var url = $"git://{server.Host}/input";
        var before = await FetchAsync(url);
        server.Stop();

        using var fetcher = Fetcher();
        var after = await fetcher.FetchAsync(Reference(url), Stop);

        Assert.Equal(before, after.Locked);
        Assert.Contains(after.Warnings, warning => warning.Message.Contains("continuing with the most recent version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_remote_repository_that_never_answered_is_an_error_of_the_world_outside()
    {
        using var server = new GitServer(_folder.Path);
        server.Stop();

        var error = await Assert.ThrowsAsync<FetchException>(() => FetchAsync($"git://{server.Host}/input"));

        Assert.True(error.IsOutside);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task A_locked_revision_needs_the_remote_repository_no_more()
    {
        _folder.Write("input/flake.nix", "{ outputs = _: { }; }\n");
        Repository("input", 1);
        using var server = new GitServer(_folder.Path);
        var locked = await FetchAsync($"git://{server.Host}/input");
        server.Stop();

        using var fetcher = Fetcher();
        var files = await fetcher.ReadAsync(locked, Stop);

        Assert.Equal("{ outputs = _: { }; }\n"u8.ToArray(), Assert.IsType<TreeItem.File>(await files.FindAsync("flake.nix", Stop)).Contents.ToArray());
        Assert.Null(await files.FindAsync("flake.lock", Stop));
        Assert.Null(await files.FindAsync("file/below", Stop));
        Assert.IsType<TreeItem.Folder>(await files.FindAsync("", Stop));
    }

    [Fact]
    public async Task Locks_left_by_a_run_that_was_killed_are_no_obstacle()
    {
        Repository("input", 1);
        using var server = new GitServer(_folder.Path);
        var url = $"git://{server.Host}/input";
        await FetchAsync(url);
        var copy = Directory.EnumerateDirectories(_folder["cache/git"]).Single();
        File.WriteAllText(Path.Combine(copy, "refs/heads/main.lock"), "");
        Repository("input", 2);

        var locked = await FetchAsync(url);

        Assert.Equal(TestGit.In(_folder["input"], "rev-parse", "HEAD").Trim(), locked.Revision);
    }

    [Fact]
    public async Task A_copy_that_was_half_removed_is_made_anew()
    {
        Repository("input", 1);
        using var server = new GitServer(_folder.Path);
        var url = $"git://{server.Host}/input";
        var before = await FetchAsync(url);
        File.Delete(Path.Combine(Directory.EnumerateDirectories(_folder["cache/git"]).Single(), "HEAD"));

        Assert.Equal(before, await FetchAsync(url));
    }

    [Fact]
    public async Task Many_runs_at_once_fetch_into_one_copy()
    {
        Repository("input", 1, 2, 3);
        using var server = new GitServer(_folder.Path);
        var url = $"git://{server.Host}/input";

        var locked = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => FetchAsync(url), Stop)));

        Assert.Single(locked.Distinct());
        Assert.Single(Directory.EnumerateDirectories(_folder["cache/git"]));
    }

    [Fact]
    public async Task The_packs_of_many_fetches_are_joined()
    {
        Repository("input", 1);
        using var server = new GitServer(_folder.Path);
        for (var day = 2; day < 55; day++)
        {
            Repository("input", day);
            await FetchAsync($"git://{server.Host}/input");
        }

        Assert.Contains("repack", _processes.GitCommands);
        Assert.InRange(Directory.EnumerateFiles(_folder["cache/git"], "*.pack", SearchOption.AllDirectories).Count(), 1, 20);
    }

    [Theory]
    [InlineData("ext::sh -c touch% pwned")]
    [InlineData("--upload-pack=touch pwned")]
    [InlineData("ext://host/path")]
    public async Task Addresses_that_git_would_run_are_refused(string url)
    {
        using var fetcher = Fetcher();
        var reference = FlakeRef.FromLock(RefAttributes.Of(("type", "git"), ("url", url)));

        await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(reference, Stop));

        Assert.Empty(_processes.Started);
    }

    [Theory]
    [InlineData("lastModified", "'lastModified' attribute mismatch")]
    [InlineData("revCount", "'revCount' attribute mismatch")]
    public async Task What_the_user_states_has_to_be_so(string name, string message)
    {
        Repository("input", 1);
        using var fetcher = Fetcher();
        var reference = Reference($"git+file://{_folder["input"]}");

        var error = await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(reference.With(reference.Input.With(name, 7UL)), Stop));

        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public async Task A_large_commit_hashes_to_what_its_checkout_does()
    {
        for (var i = 0; i < 1500; i++)
            _folder.Write($"input/{i % 7}/{i % 31}/{i}", new string((char)('a' + (i % 26)), i * 37 % 5000));
        _folder.Write("input/large", new string('x', 3_000_000));
        Repository("input", 1);

        var commit = await FetchAsync($"git+file://{_folder["input"]}?ref=main");
        Directory.Move(_folder["input/.git"], _folder["git"]);

        Assert.Equal(NarHash.Of(new FolderTree(_folder["input"]), Stop).ToString(), commit.NarHash);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    public async Task Trees_with_names_that_lead_elsewhere_are_refused(string name)
    {
        Repository("input", 1);
        var blob = TestGit.In(_folder["input"], "rev-parse", "HEAD:file").Trim();
        File.WriteAllBytes(_folder["tree"], [.. System.Text.Encoding.ASCII.GetBytes($"100644 {name}\0"), .. Convert.FromHexString(blob)]);
        var tree = TestGit.In(_folder["input"], "hash-object", "-t", "tree", "-w", "--literally", _folder["tree"]).Trim();
        var commit = TestGit.In(_folder["input"], "commit-tree", "-m", "x", tree).Trim();

        var error = await Assert.ThrowsAsync<FetchException>(() => FetchAsync($"git+file://{_folder["input"]}?rev={commit}"));

        Assert.Contains("damaged", error.Message);
    }

    [Fact]
    public async Task Nothing_in_a_repository_is_changed_by_looking_at_it()
    {
        using var cases = new GitCases();
        var before = Contents(cases.Folder.Path);
        using var fetcher = Fetcher();

        foreach (var (_, reference) in GitCases.All.Where(one => !one.Reference.StartsWith("git://", StringComparison.Ordinal)))
        {
            try
            {
                await fetcher.FetchAsync(Reference(cases.Url(reference)), Stop);
            }
            catch (FetchException)
            {
                // It may well fail; it may not write.
            }
        }

        Assert.Equal(before, Contents(cases.Folder.Path));
    }

    static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .ToDictionary(file => file, file => $"{File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));

    GitFetcher Fetcher() => new(_processes, _folder["cache"], new(_folder["cache"]));

    async Task<FlakeRef> FetchAsync(string url)
    {
        using var fetcher = Fetcher();
        return (await fetcher.FetchAsync(Reference(url), Stop)).Locked;
    }

    static FlakeRef Reference(string url) => FlakeRef.ParseInput(url, wantsTree: false, null, null);

    void Repository(string name, params ReadOnlySpan<int> days)
    {
        foreach (var day in days)
        {
            _folder.Write($"{name}/file", $"{day}\n");
            TestGit.Commit(_folder[name], day);
        }
    }
}
