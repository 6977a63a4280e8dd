using Hostlock.Fetching.Git;
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
