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
}
