using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class CompareLinkTests
{
    const string Earlier = "1111111111111111111111111111111111111111";
    const string Later = "2222222222222222222222222222222222222222";

    [Theory]
    [InlineData("github:acme/tool", "https://github.com/acme/tool/compare/{0}...{1}")]
    [InlineData("github:acme/tool?host=github.acme.test", "https://github.acme.test/acme/tool/compare/{0}...{1}")]
    [InlineData("gitlab:group%252Fsub/tool", "https://gitlab.com/group/sub/tool/-/compare/{0}...{1}")]
    [InlineData("sourcehut:~acme/tool", "https://git.sr.ht/~acme/tool/log/{1}")]
    public void Two_revisions_of_a_repository_have_a_page(string reference, string page) =>
        Assert.Equal(string.Format(null, page, Earlier, Later), CompareLink.Between(Edge(reference, Earlier), Edge(reference, Later)));

    [Theory]
    [InlineData("github:acme/tool", "github:acme/other")]
    [InlineData("github:acme/tool", "gitlab:acme/tool")]
    [InlineData("github:acme/tool", "github:acme/tool?host=github.acme.test")]
    [InlineData("git+https://acme.test/tool", "git+https://acme.test/tool")]
    [InlineData("path:/srv/tool", "path:/srv/tool")]
    public void Two_repositories_or_one_that_is_of_no_forge_have_none(string before, string after) =>
        Assert.Null(CompareLink.Between(Edge(before, Earlier), Edge(after, Later)));

    [Theory]
    [InlineData(Earlier)]
    [InlineData("main")]
    [InlineData("../../evil")]
    [InlineData(null)]
    public void What_is_no_other_revision_has_none(string? later) =>
        Assert.Null(CompareLink.Between(Edge("github:acme/tool", Earlier), Edge("github:acme/tool", later)));

    [Fact]
    public void What_is_new_or_follows_has_none()
    {
        Assert.Null(CompareLink.Between(null, Edge("github:acme/tool", Later)));
        Assert.Null(CompareLink.Between(new LockEdge.Follows(InputPath.Of("tool")), Edge("github:acme/tool", Later)));
    }

    static LockEdge.Locked Edge(string reference, string? revision)
    {
        var original = FlakeRef.ParseInput(reference, wantsTree: true, null, null);
        var locked = revision is null ? original : original.With(original.Input.With("rev", revision));
        return new(new LockedNode(locked, original, true, null, NameMap<LockEdge>.Empty));
    }
}
