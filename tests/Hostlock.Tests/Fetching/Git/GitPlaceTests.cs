using Hostlock.Fetching.Git;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git;

[Trait("part", "programs")]
public sealed class GitPlaceTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_packed_branch_is_found_by_its_whole_name()
    {
        const string odd = "refs/heads/a\u2028b";
        _folder.Write("file", "text");
        TestGit.Commit(_folder.Path, 1);
        TestGit.In(_folder.Path, "update-ref", odd, "HEAD");
        TestGit.In(_folder.Path, "pack-refs", "--all");

        var place = GitPlace.OfWorkTree(_folder.Path)!;

        Assert.Equal(TestGit.In(_folder.Path, "rev-parse", "HEAD").Trim(), place.RefText(odd));
        // .NET ends a line where git does not.
        Assert.Null(place.RefText("refs/heads/a"));
    }

    [Fact]
    public void A_tag_that_cannot_be_read_is_not_the_branch_of_its_name()
    {
        _folder.Write("file", "1\n");
        TestGit.Commit(_folder.Path, 1);
        TestGit.In(_folder.Path, "branch", "x");
        var place = GitPlace.OfWorkTree(_folder.Path)!;
        Assert.Equal(place.Named("main"), place.Named("x"));

        Directory.CreateDirectory(_folder[".git/refs/tags"]);
        File.CreateSymbolicLink(_folder[".git/refs/tags/x"], "nowhere");

        Assert.Null(place.Named("x"));
    }

    [Fact]
    public void A_linked_work_tree_has_refs_of_its_own()
    {
        _folder.Write("main/file", "1\n");
        TestGit.Commit(_folder["main"], 1);
        _folder.Write("main/file", "2\n");
        TestGit.Commit(_folder["main"], 2);
        TestGit.In(_folder["main"], "worktree", "add", "-q", "--detach", _folder["linked"]);
        var (place, there) = (GitPlace.OfWorkTree(_folder["main"])!, GitPlace.OfWorkTree(_folder["linked"])!);
        foreach (var name in (string[])["refs/worktree/x", "refs/bisect/bad", "refs/rewritten/x"])
        {
            TestGit.In(_folder["main"], "update-ref", name, "HEAD");
            TestGit.In(_folder["linked"], "update-ref", name, "HEAD~1");

            Assert.Equal(TestGit.In(_folder["main"], "rev-parse", name).Trim(), place.Named(name)?.ToString());
            Assert.Equal(TestGit.In(_folder["linked"], "rev-parse", name).Trim(), there.Named(name)?.ToString());
            Assert.NotEqual(place.Named(name), there.Named(name));
        }
    }

    // git packed the ref once; the line stays as long as the file is there.
    [Theory]
    [InlineData("a link that leads nowhere")]
    [InlineData("a large file")]
    [InlineData("a pipe")]
    [InlineData("a folder")]
    public void Of_a_ref_that_cannot_be_read_no_older_state_is_taken(string how)
    {
        _folder.Write("file", "1\n");
        TestGit.Commit(_folder.Path, 1);
        TestGit.In(_folder.Path, "branch", "x");
        TestGit.In(_folder.Path, "pack-refs", "--all");
        var place = GitPlace.OfWorkTree(_folder.Path)!;
        var (ref_, packed) = (_folder[".git/refs/heads/x"], place.Named("x"));
        Assert.NotNull(packed);
        switch (how)
        {
            case "a link that leads nowhere":
                File.CreateSymbolicLink(ref_, "refs/heads/main");
                break;
            case "a large file":
                using (var large = File.Create(ref_))
                    large.SetLength(65L * 1024 * 1024);
                break;
            case "a pipe":
                _ = Run.Program("mkfifo", _folder.Path, TestGit.Variables, ref_).Succeeded;
                Assert.EndsWith("is not a regular file", Assert.Throws<PlatformException>(() => place.Named("x")).Message);
                break;
            default:
                Directory.CreateDirectory(ref_);
                break;
        }

        Assert.True(place.HasRef("refs/heads/x"));
        if (how != "a pipe")
            Assert.Equal(how == "a folder" ? packed : null, place.Named("x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_name_stands_for_what_git_says(bool isPacked)
    {
        for (var day = 1; day <= 5; day++)
        {
            _folder.Write("file", $"{day}\n");
            TestGit.Commit(_folder.Path, day);
        }
        // A tag and a branch of one name, a tag that is an object, a ref that names another, and refs at other places.
        Git("branch", "both", "HEAD~1");
        Git("tag", "both", "HEAD~2");
        Git("tag", "-a", "-m", "x", "made", "HEAD~3");
        Git("update-ref", "refs/other/place", "HEAD~4");
        Git("branch", "a/b.c-d_e", "HEAD~1");
        Git("symbolic-ref", "refs/heads/link", "refs/heads/both");
        if (isPacked)
            Git("pack-refs", "--all");
        var place = GitPlace.OfWorkTree(_folder.Path)!;

        foreach (var name in (string[])
            [
                "HEAD", "main", "heads/main", "refs/heads/main", "both", "heads/both", "tags/both", "made", "other/place",
                "refs/other/place", "a/b.c-d_e", "link", Git("rev-parse", "HEAD~2"), Git("rev-parse", "HEAD~2").ToUpperInvariant(),
            ])
            Assert.Equal(Git("rev-parse", name), place.Named(name)?.ToString());
        foreach (var name in (string[])
            ["HEAD~1", "nowhere", "@", "", "refs/heads/../heads/main", "refs/", "index", "main^{commit}", "a b", "refs/heads/nowhere"])
            Assert.Null(place.Named(name));

        string Git(params string[] words) => TestGit.In(_folder.Path, words).Trim();
    }
}
