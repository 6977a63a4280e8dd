using Hostlock.Flakes;
using Hostlock.Platform;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Rings;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>The refs of rollouts in a repository.</summary>
[Trait("part", "programs")]
public sealed class RolloutRefsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public RolloutRefsTests()
    {
        _folder.Write("a", "1");
        TestGit.Commit(_folder.Path, 1);
        _folder.Write("a", "2");
        TestGit.Commit(_folder.Path, 2);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_oldest_rollouts_are_forgotten_and_releases_never()
    {
        string[] rollouts = [.. Enumerable.Range(0, RolloutJournals.Most + 2).Select(i => $"20260101-{i:x8}")];
        var refs = rollouts.Select(id => $"refs/hostlock/{id}").Concat(rollouts.Take(3).Select(id => $"refs/hostlock/journals/{id}"))
            .Append(RolloutRefs.Releases).Append(RolloutRefs.Planned);
        _ = Run.ProgramOn(
            string.Concat(refs.Select(name => $"create {name} {Id("HEAD")}\n")), "git", _folder.Path, TestGit.Variables, "update-ref",
            "--stdin").Succeeded;

        var forgotten = await RolloutRefs.ForgetOldAsync(new ProcessRunner(), _folder.Path, Stop);

        Assert.Equal(rollouts.Take(2).Select(id => $"refs/hostlock/{id}"), forgotten.Order(StringComparer.Ordinal));
        Assert.Equal(
            RolloutJournals.Most + 3 + 2, TestGit.In(_folder.Path, "for-each-ref", "refs/hostlock").Count(letter => letter == '\n'));
        Assert.Empty(await RolloutRefs.ForgetOldAsync(new ProcessRunner(), _folder.Path, Stop));
    }

    [Theory]
    [InlineData("HEAD~1", "HEAD", true)]
    [InlineData("HEAD", "HEAD", true)]
    [InlineData("HEAD", "HEAD~1", false)]
    public async Task A_commit_comes_before_another_if_that_one_descends_from_it(string one, string other, bool isBefore) =>
        Assert.Equal(isBefore, await IsAncestorAsync(Id(one), Id(other)));

    [Fact]
    public async Task Of_a_commit_that_git_does_not_have_nothing_is_known() =>
        Assert.Null(await IsAncestorAsync(Revision.Parse(new string('a', 40)), Id("HEAD")));

    Task<bool?> IsAncestorAsync(Revision one, Revision other) =>
        GitAncestry.IsAncestorAsync(new ProcessRunner(), _folder.Path, one, other, Stop);

    Revision Id(string name) => Revision.Parse(TestGit.Id(_folder.Path, name));
}
