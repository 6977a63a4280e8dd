using Hostlock.Flakes;

namespace Hostlock.Tests.Flakes;

public class MomentTests
{
    [Theory]
    [InlineData(0, "1970-01-01")]
    [InlineData(1772366400, "2026-03-01")]
    [InlineData(253402300799, "9999-12-31")]
    [InlineData(253402300800, "253402300800")]
    [InlineData(ulong.MaxValue, "18446744073709551615")]
    public void A_moment_is_written_as_its_day_if_there_is_such_a_day(ulong seconds, string text) =>
        Assert.Equal(text, new Moment(seconds).ToString());

    [Fact]
    public void A_moment_later_than_all_dates_has_the_last_one() =>
        Assert.Equal(new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero), new Moment(ulong.MaxValue).Date);

    [Fact]
    public void A_date_before_the_epoch_is_the_epoch() =>
        Assert.Equal(default, Moment.Of(new DateTimeOffset(1969, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void What_is_not_earlier_is_no_seconds_away()
    {
        Assert.Equal(2UL, new Moment(5).SecondsSince(new(3)));
        Assert.Equal(0UL, new Moment(3).SecondsSince(new(5)));
    }

    [Fact]
    public void Moments_are_compared_in_time()
    {
        Assert.True(new Moment(1) < new Moment(2) && new Moment(2) > new Moment(1));
        Assert.True(new Moment(1) <= new Moment(1) && new Moment(1) >= new Moment(1));
        Assert.Equal([new(1), new(2), new(3)], new[] { new Moment(3), new(1), new(2) }.Order());
    }
}
