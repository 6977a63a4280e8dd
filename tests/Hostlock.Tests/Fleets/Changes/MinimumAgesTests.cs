using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;

namespace Hostlock.Tests.Fleets.Changes;

public class MinimumAgesTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("slow", null, 5)]
    [InlineData("slow", 2, 5)]
    [InlineData("slow", 7, 7)]
    [InlineData("any", 7, 7)]
    [InlineData("any", null, null)]
    [InlineData("other", 7, 7)]
    [InlineData("other", null, null)]
    public void The_older_of_what_the_file_says_and_what_is_asked_counts(string input, int? asked, int? days)
    {
        var policies = NameMap<InputPolicy>.Of(
            [
                KeyValuePair.Create("slow", new InputPolicy(false, TimeSpan.FromDays(5), null)),
                KeyValuePair.Create("any", new InputPolicy(true, null, null)),
            ]);

        var ages = MinimumAges.Of(policies, asked is { } age ? TimeSpan.FromDays(age) : null, Now);

        Assert.Equal(days is { } count ? Now.AddDays(-count) : null, ages.NotAfter(InputPath.Of(input)));
    }

    [Fact]
    public void Without_an_age_any_revision_will_do()
    {
        Assert.True(MinimumAges.Of(NameMap<InputPolicy>.Empty, null, Now).IsEmpty);
        Assert.Null(MinimumAges.None.NotAfter(InputPath.Of("nixpkgs")));
    }
}
