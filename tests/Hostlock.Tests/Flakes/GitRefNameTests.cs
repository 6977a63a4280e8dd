using Hostlock.Flakes;

namespace Hostlock.Tests.Flakes;

public class GitRefNameTests
{
    [Theory]
    [InlineData("main", true)]
    [InlineData("feature/x", true)]
    [InlineData("a/-b", true)]
    [InlineData("é#%,", true)]
    [InlineData("a..b", false)]
    [InlineData("a^b", false)]
    [InlineData("a.lock/b", false)]
    [InlineData("@", false)]
    // Nix 2.34.8 takes these, and git takes them for options or for branches to leave out.
    [InlineData("-a/b", false)]
    [InlineData("^", false)]
    [InlineData("^a/b", false)]
    [InlineData("^HEAD", false)]
    public void A_name_that_git_takes_for_something_else_is_none(string name, bool isLegal) =>
        Assert.Equal(isLegal, GitRefName.IsLegal(name));
}
