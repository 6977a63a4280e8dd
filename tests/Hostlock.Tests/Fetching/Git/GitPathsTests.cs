using Hostlock.Fetching.Git;

namespace Hostlock.Tests.Fetching.Git;

public sealed class GitPathsTests
{
    [Fact]
    public void A_few_files_are_asked_about_by_name() =>
        Assert.Equal(["flake.lock", "locks/plex.lock"], GitPaths.Covering(["flake.lock", "locks/plex.lock"]));

    [Theory]
    [InlineData("locks/{0}.lock", "flake.lock locks")]
    [InlineData("hosts/{0}/flake.lock", "flake.lock hosts")]
    [InlineData("{0}/flake.lock", "")]
    public void Many_are_asked_about_by_their_folders(string pattern, string covering)
    {
        var files = Enumerable.Range(0, 100).Select(i => string.Format(null, pattern, i)).Prepend("flake.lock").ToList();

        Assert.Equal(covering.Split(' ', StringSplitOptions.RemoveEmptyEntries), GitPaths.Covering(files));
    }
}
