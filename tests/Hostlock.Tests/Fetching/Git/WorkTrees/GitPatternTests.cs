using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching.Git.WorkTrees;

/// <summary>Paths as patterns of a .gitattributes. git is the judge.</summary>
[Trait("part", "programs")]
public sealed class GitPatternTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("locks/plex.lock", "locks/plex.lock")]
    [InlineData("my locks/plex.lock", "\"my locks/plex.lock\"")]
    [InlineData("a\"b/plex.lock", "\"a\\\"b/plex.lock\"")]
    [InlineData("re*l/[a]?.lock", "re\\*l/\\[a]\\?.lock")]
    [InlineData("#a/!b.lock", "\\#a/!b.lock")]
    [InlineData("!a/b c.lock", "\"\\\\!a/b c.lock\"")]
    [InlineData("a\\b c.lock", "\"a\\\\\\\\b c.lock\"")]
    [InlineData("$(a b)'/ü.lock", "\"$(a b)'/ü.lock\"")]
    public void A_path_is_matched_and_no_other(string path, string word)
    {
        Assert.Equal(word, GitPattern.Word(GitPattern.Of(path)));
        TestGit.In(_folder.Path, "init", "-q");
        _folder.Write(".gitattributes", $"{word} merge=hostlock\n");

        Assert.EndsWith(": merge: hostlock\n", AttributeOf(path), StringComparison.Ordinal);
        Assert.EndsWith(": merge: unspecified\n", AttributeOf("x" + path), StringComparison.Ordinal);

        string AttributeOf(string file) => TestGit.In(_folder.Path, "check-attr", "merge", "--", file);
    }
}
