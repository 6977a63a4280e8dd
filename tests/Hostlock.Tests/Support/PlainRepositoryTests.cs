using System.IO.Compression;

namespace Hostlock.Tests.Support;

[Trait("part", "programs")]
public sealed class PlainRepositoryTests : IDisposable
{
    readonly TempFolder _folder = new();

    string Tree => _folder["tree"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Commits_without_git_are_those_of_git_byte_for_byte()
    {
        Directory.CreateDirectory(Tree);
        TestGit.Init(_folder["without"]);
        TestGit.Init(_folder["with"]);

        foreach (var (day, change) in ((Action[])[() => { }, WriteFiles, ChangeFiles, () => { }]).Index())
        {
            change();
            var time = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day);
            In("without", () => new PlainRepository(Tree).Commit("somebody <somebody@example.org>", time, $"day {day}"));
            In("with", () => { TestGit.In(Tree, "add", "-A"); TestGit.CommitStaged(Tree, day); });
            Assert.Equal(Files("with"), Files("without"));
        }
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("HEAD~1")]
    [InlineData("HEAD:b")]
    [InlineData("refs/heads/main")]
    public void Ids_that_are_read_are_those_of_git(string name)
    {
        WriteFiles();
        TestGit.Commit(Tree, 1);
        TestGit.Commit(Tree, 2);
        var id = TestGit.In(Tree, "rev-parse", name).Trim();

        Assert.Equal(id, TestGit.Id(Tree, name));
        TestGit.In(Tree, "pack-refs", "--all");
        Assert.Equal(id, TestGit.Id(Tree, name));
    }

    [Fact]
    public void Plain_repositories_stay_plain()
    {
        WriteFiles();
        TestGit.Init(Tree);
        Assert.True(PlainRepository.IsAt(Tree));

        TestGit.Commit(Tree, 1);
        Assert.True(PlainRepository.IsAt(Tree));

        ChangeFiles();
        TestGit.In(Tree, "commit", "-q", "-a", "-m", "by git");
        Assert.True(PlainRepository.IsAt(Tree));
    }

    [Theory]
    [InlineData("config", "core.autocrlf", "true")]
    [InlineData("checkout", "-q", "-b", "other")]
    [InlineData("checkout", "-q", "--detach")]
    [InlineData("update-index", "--assume-unchanged", "a")]
    [InlineData("update-index", "--skip-worktree", "a")]
    [InlineData("update-index", "--split-index")]
    [InlineData("update-index", "--index-version", "4")]
    [InlineData("add", "--intent-to-add", "new")]
    [InlineData("update-ref", "MERGE_HEAD", "HEAD")]
    [InlineData("pack-refs", "--all")]
    public void What_is_not_as_usual_is_left_to_git(params string[] command)
    {
        WriteFiles();
        TestGit.Commit(Tree, 1);
        _folder.Write("tree/new", "");

        TestGit.In(Tree, command);

        Assert.False(PlainRepository.IsAt(Tree));
    }

    [Theory]
    [InlineData(".gitignore")]
    [InlineData("locks/.gitattributes")]
    [InlineData("inner/.git/HEAD")]
    [InlineData(".git/info/attributes")]
    [InlineData(".git/info/exclude")]
    [InlineData(".git/hooks/pre-commit")]
    public void Files_that_git_heeds_are_left_to_git(string path)
    {
        TestGit.Init(Tree);

        _folder.Write($"tree/{path}", "a\n");

        Assert.False(PlainRepository.IsAt(Tree));
    }

    // Names that lie beside each other in different orders, depths, lengths and modes.
    void WriteFiles()
    {
        foreach (var name in (string[])["a", "b.c", "b/d", "b0", "deep/er/é", "deep/er/" + new string('x', 200), "deep/z", "tool"])
            _folder.Write($"tree/{name}", $"{name}\n");
        _folder.Write("tree/nothing", "");
        File.SetUnixFileMode(_folder["tree/tool"], File.GetUnixFileMode(_folder["tree/tool"]) | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(_folder["tree/link"], "deep");
        Directory.CreateDirectory(_folder["tree/empty/folder"]);
    }

    void ChangeFiles()
    {
        File.Delete(_folder["tree/deep/z"]);
        _folder.Write("tree/b.c", "changed");
        _folder.Write("tree/new/file", "new");
    }

    // The two repositories share a work tree, in which each file has its numbers and times.
    void In(string repository, Action act)
    {
        Directory.Move(_folder[$"{repository}/.git"], _folder["tree/.git"]);
        act();
        Directory.Move(_folder["tree/.git"], _folder[$"{repository}/.git"]);
    }

    // All files of a repository by their paths. Objects are told as they are unpacked.
    IEnumerable<(string Path, string Bytes)> Files(string repository) =>
        Directory.EnumerateFiles(_folder[repository], "*", SearchOption.AllDirectories)
            .Select(path => (Path.GetRelativePath(_folder[repository], path), Convert.ToHexString(Bytes(path))))
            .OrderBy(file => file.Item1, StringComparer.Ordinal);

    static byte[] Bytes(string path)
    {
        if (!path.Contains("/objects/", StringComparison.Ordinal))
            return File.ReadAllBytes(path);
        using var unpacked = new MemoryStream();
        using (var packed = new ZLibStream(File.OpenRead(path), CompressionMode.Decompress))
            packed.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
