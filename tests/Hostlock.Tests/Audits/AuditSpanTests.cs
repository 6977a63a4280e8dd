using Hostlock.Audits;

namespace Hostlock.Tests.Audits;

/// <summary>The time that an audit is about.</summary>
public class AuditSpanTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_day_lasts_until_the_next_one_in_UTC() =>
        Assert.Equal(new(Midnight(2026, 11, 29), Midnight(2026, 11, 30)), AuditSpan.TryOn("2026-11-29"));

    [Fact]
    public void The_last_day_that_there_is_has_an_end() => Assert.Equal(DateTimeOffset.MaxValue, AuditSpan.TryOn("9999-12-31")!.To);

    [Theory]
    [InlineData("2026-11-01", "2026-11-01T00:00:00Z")]
    [InlineData("30d", "2026-10-30T12:00:00Z")]
    public void A_time_from_which_on_is_a_day_or_so_long_ago(string text, string from) =>
        Assert.Equal(AuditSpan.Always with { From = DateTimeOffset.Parse(from) }, AuditSpan.TrySince(text, Now));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("99999d")]
    public void What_is_neither_is_no_time(string text)
    {
        Assert.Null(AuditSpan.TryOn(text));
        Assert.Null(AuditSpan.TrySince(text, Now));
    }

    static DateTimeOffset Midnight(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
