using Hostlock.Fetching;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

[Trait("part", "programs")]
public sealed class GitIndexTests : IDisposable
{
    readonly TempFolder _folder = new();

    public GitIndexTests()
    {
        foreach (var name in (string[])["a", "dir/b", "dir/c/d", "dir/c/é", "long/" + new string('x', 200), "tool"])
            _folder.Write(name, name);
        TestGit.Commit(_folder.Path, 1);
        _folder.Write("new", "");
        TestGit.In(_folder.Path, "add", "-N", "new");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("4")]
    public void Every_version_lists_what_git_lists(string version)
    {
        TestGit.In(_folder.Path, "update-index", "--index-version", version);

        var index = GitIndex.Read(GitPlace.OfWorkTree(_folder.Path)!)!;

        var listed = TestGit.In(_folder.Path, "ls-files", "-z", "--stage").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(listed, index.Entries.Select(entry => $"{Convert.ToString(entry.Mode, 8)} {entry.Id} 0\t{entry.Path}"));
        Assert.Equal([TreePath.Parse("new")], index.Entries.Where(entry => !entry.IsPlain).Select(entry => entry.Path));
    }

    [Theory]
    [InlineData("--index-version", "2")]
    [InlineData("--index-version", "3")]
    [InlineData("--index-version", "4")]
    [InlineData("--split-index")]
    public void Files_are_found_by_their_names_in_every_kind_of_index(params string[] kind)
    {
        TestGit.In(_folder.Path, ["update-index", .. kind]);
        _folder.Write("late/tool", "");
        _folder.Write("other/tool/file", "");
        _folder.Write("untracked/tool", "");
        File.Delete(_folder["tool"]);
        TestGit.In(_folder.Path, "add", "-N", "late/tool", "other");

        var found = GitIndex.FilesCalled(GitPlace.OfWorkTree(_folder.Path)!, "tool", "b", "é");

        Assert.Equal(["dir/b", "dir/c/é", "late/tool", "tool"], found!.Select(path => path.ToText()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Files_are_found_in_a_sparse_index()
    {
        TestGit.In(_folder.Path, "sparse-checkout", "set", "--cone", "--sparse-index", "dir");

        Assert.Null(GitIndex.Read(GitPlace.OfWorkTree(_folder.Path)!));
        Assert.Equal(
            ["dir/b"], GitIndex.FilesCalled(GitPlace.OfWorkTree(_folder.Path)!, "b")!.Select(path => path.ToText()));
    }

    [Fact]
    public async Task A_split_index_is_left_to_git()
    {
        TestGit.In(_folder.Path, "update-index", "--split-index");

        Assert.Null(GitIndex.Read(GitPlace.OfWorkTree(_folder.Path)!));
        var tree = GitWorkTreeFiles.Around(new ProcessRunner(), _folder["dir"])!;
        Assert.Empty(await tree.UnknownAsync(TreePath.Parse("dir/c/é")));
        Assert.NotEmpty(await tree.UnknownAsync(TreePath.Parse("dir/c")));
    }

    [Fact]
    public async Task A_work_tree_is_known_from_within_without_a_process()
    {
        _folder.Write("untracked", "");
        var processes = new CountingProcesses();

        var tree = GitWorkTreeFiles.Around(processes, _folder["dir/c"])!;

        Assert.Equal(_folder.Path, tree.Root);
        Assert.Empty(await tree.UnknownAsync(TreePath.Parse("new")));
        Assert.NotEmpty(await tree.UnknownAsync(TreePath.Parse("untracked")));
        Assert.Null(await tree.FindAsync(TreePath.Parse("untracked"), TestContext.Current.CancellationToken));
        Assert.NotNull(await tree.FindAsync(TreePath.Parse("dir/c/é"), TestContext.Current.CancellationToken));
        Assert.Empty(processes.Started);
    }

    [Fact]
    public void A_damaged_index_is_an_error_and_nothing_worse()
    {
        TestGit.In(_folder.Path, "update-index", "--index-version", "4");
        var whole = File.ReadAllBytes(_folder[".git/index"]);
        var random = new Random(7);

        for (var i = 0; i < 20_000; i++)
        {
            var bytes = whole.AsSpan(0, random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var hits = random.Next(1, 4); hits > 0 && bytes.Length > 0; hits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                _ = GitIndex.Parse(bytes, "index", default);
                _ = GitIndex.FilesCalled(bytes, "index", "tool");
            }
            catch (FetchException)
            {
                // A typed error that names the file is as it should be.
            }
        }
    }

    [Fact]
    public void An_index_whose_objects_are_not_named_by_SHA_1_is_not_called_damaged()
    {
        TestGit.In(_folder.Path, "init", "-q", "--object-format=sha256", "other");
        File.WriteAllText(_folder["other/file"], "x");
        TestGit.In(_folder["other"], "add", "file");

        var why = Assert.Throws<FetchException>(() => GitIndex.Read(GitPlace.OfWorkTree(_folder["other"])!));

        Assert.Contains("not named by SHA-1", why.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a//b")]
    [InlineData(".git/config")]
    public void Paths_that_lead_elsewhere_are_refused(string path)
    {
        var bytes = File.ReadAllBytes(_folder[".git/index"]);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(new string('x', 200)));
        System.Text.Encoding.ASCII.GetBytes($"{path}\0").CopyTo(bytes.AsSpan(at - "long/".Length));

        Assert.Throws<FetchException>(() => GitIndex.Parse(bytes, "index", default));
        Assert.Throws<FetchException>(() => GitIndex.FilesCalled(bytes, "index", path.Split('/')[^1]));
    }
}
