using Hostlock.Fetching;
using Hostlock.Fetching.Folders;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

/// <summary>The tree of a commit, read out of git's objects.</summary>
[Trait("part", "programs")]
public sealed class CommitTreesTests : IDisposable
{
    readonly GitFetching _git = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task A_large_commit_hashes_to_what_its_checkout_does()
    {
        for (var i = 0; i < 500; i++)
            _git.Folder.Write($"input/{i % 7}/{i % 31}/{i}", new string((char)('a' + (i % 26)), i * 37 % 5000));
        _git.Folder.Write("input/large", new string('x', 3_000_000));
        _git.Repository("input", 1);

        var commit = await _git.FetchAsync($"git+file://{_git.Folder["input"]}?ref=main");
        Directory.Move(_git.Folder["input/.git"], _git.Folder["git"]);

        Assert.Equal(NarHash.Of(new FolderTree(_git.Folder["input"]), Stop).ToString(), commit.NarHash);
    }

    [Theory]
    [InlineData("&ref=main", ".gitmodules of 'file://")]
    [InlineData("", "/.gitmodules' is too large")]
    public async Task Submodules_that_are_declared_behind_what_is_read_are_an_error_and_not_passed_over(string reference, string said)
    {
        _git.Repository("input", 1);
        _git.Folder.Write("input/.gitmodules", $"{new string('\n', 16 * 1024 * 1024)}[submodule \"a\"]\n\tpath = a\n\turl = ./a\n");
        TestGit.Commit(_git.Folder["input"], 2);
        if (reference.Length == 0)
            _git.Folder.Write("input/file", "changed\n");

        var why = await Assert.ThrowsAnyAsync<HostlockException>(
            () => _git.FetchAsync($"git+file://{_git.Folder["input"]}?submodules=1{reference}"));

        Assert.Contains(said, why.Message, StringComparison.Ordinal);
        Assert.Contains("is too large: 167772", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_entries_with_one_name_the_first_is_seen()
    {
        _git.Repository("input", 1);
        var folder = _git.Folder["input"];
        _git.Folder.Write("other", "other\n");
        var (blob, other) = (
            TestGit.In(folder, "rev-parse", "HEAD:file").Trim(), TestGit.In(folder, "hash-object", "-w", _git.Folder["other"]).Trim());
        var (once, twice) = (Commit(("file", blob)), Commit(("file", blob), ("file", other)));

        Assert.Equal((await FetchAsync(once)).NarHash, (await FetchAsync(twice)).NarHash);
        Assert.NotEqual((await FetchAsync(once)).NarHash, (await FetchAsync(Commit(("file", other), ("file", blob)))).NarHash);

        Task<Hostlock.Flakes.FlakeRef> FetchAsync(string commit) => _git.FetchAsync($"git+file://{folder}?rev={commit}");

        string Commit(params (string Name, string Id)[] entries)
        {
            File.WriteAllBytes(
                _git.Folder["tree"],
                [
                    .. entries.SelectMany(entry => (byte[])
                        [.. System.Text.Encoding.ASCII.GetBytes($"100644 {entry.Name}\0"), .. Convert.FromHexString(entry.Id)]),
                ]);
            var tree = TestGit.In(folder, "hash-object", "-t", "tree", "-w", "--literally", _git.Folder["tree"]).Trim();
            return TestGit.In(folder, "commit-tree", "-m", "x", tree).Trim();
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    public async Task Trees_with_names_that_lead_elsewhere_are_refused(string name)
    {
        _git.Repository("input", 1);
        var blob = TestGit.In(_git.Folder["input"], "rev-parse", "HEAD:file").Trim();
        File.WriteAllBytes(
            _git.Folder["tree"], [.. System.Text.Encoding.ASCII.GetBytes($"100644 {name}\0"), .. Convert.FromHexString(blob)]);
        var tree = TestGit.In(_git.Folder["input"], "hash-object", "-t", "tree", "-w", "--literally", _git.Folder["tree"]).Trim();
        var commit = TestGit.In(_git.Folder["input"], "commit-tree", "-m", "x", tree).Trim();

        var error = await Assert.ThrowsAsync<FetchException>(() => _git.FetchAsync($"git+file://{_git.Folder["input"]}?rev={commit}"));

        Assert.Contains("damaged", error.Message);
    }
}
