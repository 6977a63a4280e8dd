using Hostlock.Fleets.Bisecting;

namespace Hostlock.Tests.Fleets.Bisecting;

/// <summary>The search itself; that it finds all culprits and nobody else is a law (Laws/LockLaws).</summary>
public class DeltaDebuggingTests
{
    [Fact]
    public async Task One_change_is_the_culprit_without_a_try()
    {
        var tries = 0;

        Assert.Equal([7], await DeltaDebugging.FindAsync([7], _ => Task.FromResult(++tries > 0 ? Verdict.Bad : Verdict.Good)));
        Assert.Equal(0, tries);
    }

    [Fact]
    public async Task Changes_that_break_only_together_are_found_together() =>
        Assert.Equal(
            [2, 7], (await FindAsync(8, changes => changes.Contains(2) && changes.Contains(7) ? Verdict.Bad : Verdict.Good)).Order());

    [Fact]
    public async Task What_cannot_be_told_narrows_nothing_down()
    {
        // Alone the culprit cannot be built.
        var found = await FindAsync(
            4, changes => !changes.Contains(1) ? Verdict.Good : changes.Contains(0) ? Verdict.Bad : Verdict.Skipped);

        Assert.Equal([0, 1], found.Order());
    }

    [Fact]
    public async Task One_among_many_takes_few_tries()
    {
        var tries = 0;

        await FindAsync(1024, changes =>
        {
            tries++;
            return changes.Contains(700) ? Verdict.Bad : Verdict.Good;
        });

        Assert.InRange(tries, 1, 20);
    }

    static async Task<IReadOnlyList<int>> FindAsync(int count, Func<IReadOnlyList<int>, Verdict> verdict) =>
        await DeltaDebugging.FindAsync([.. Enumerable.Range(0, count)], changes => Task.FromResult(verdict(changes)));
}
