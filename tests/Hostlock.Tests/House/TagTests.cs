using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.House;

/// <summary>eng/tag makes a release out of what the changelog lists.</summary>
[Trait("part", "programs")]
public sealed class TagTests : IDisposable
{
    readonly TempFolder _folder = new();

    public TagTests()
    {
        foreach (var file in (string[])["eng/tag", "Directory.Build.props"])
            _folder.Write(file, File.ReadAllText(Path.Combine(Repository.Root, file)));
        _folder.Write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- `x` does y.\n");
        TestGit.Commit(_folder.Path, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_changelog_of_the_project_has_something_to_release() =>
        Assert.Matches(
            new Regex("^## Unreleased\n\n- ", RegexOptions.Multiline), File.ReadAllText(Path.Combine(Repository.Root, "CHANGELOG.md")));

    [Fact]
    public void A_release_has_its_heading_its_number_a_commit_and_a_tag()
    {
        _ = Tag("1.2.3").Succeeded;

        Assert.Matches(
            @"^# Changelog\n\n## Unreleased\n\n## 1\.2\.3 \(\d{4}-\d\d-\d\d\)\n\n- `x` does y\.\n$", _folder.Read("CHANGELOG.md"));
        Assert.Contains("<Version>1.2.3</Version>", _folder.Read("Directory.Build.props"), StringComparison.Ordinal);
        Assert.Equal("", TestGit.In(_folder.Path, "status", "--porcelain"));
        Assert.Equal("v1.2.3", TestGit.In(_folder.Path, "describe").Trim());
    }

    [Theory]
    [InlineData("1.2", "usage: eng/tag")]
    [InlineData("1.02.3", "usage: eng/tag")]
    public void A_word_that_is_no_version_is_refused(string version, string said) => Refuses(version, 2, said);

    [Fact]
    public void A_release_is_made_of_what_is_committed_once_and_of_something()
    {
        _folder.Write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- `x` does y, and z.\n");
        Refuses("1.0.0", 1, "tag: there are changes that are not committed");
        TestGit.Commit(_folder.Path, 2);
        _ = Tag("1.0.0").Succeeded;
        Refuses("1.0.0", 1, "tag: the tag v1.0.0 exists");
        Refuses("1.0.1", 1, "tag: nothing is listed under Unreleased");
    }

    void Refuses(string version, int exitCode, string said)
    {
        var ended = Tag(version);

        Assert.Equal(exitCode, ended.ExitCode);
        Assert.StartsWith(said, ended.Errors, StringComparison.Ordinal);
    }

    Ended Tag(string version) => Run.Program("bash", _folder.Path, TestGit.Variables, ["eng/tag", version]);
}
