using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

public class ChangeWindowTests
{
    // A Sunday.
    static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("01:00-05:00", "01:00-05:00")]
    [InlineData("Sat,Sun 01:00-05:00", "Sun,Sat 01:00-05:00")]
    [InlineData("Mon,Mon 22:30-04:00", "Mon 22:30-04:00")]
    [InlineData("Sun,Mon,Tue,Wed,Thu,Fri,Sat 00:00-23:59", "00:00-23:59")]
    public void A_window_is_written_as_it_is_read(string text, string written) =>
        Assert.Equal(written, ChangeWindow.TryParse(text)?.ToString());

    [Theory]
    [InlineData("", "the hours have a beginning and an end")]
    [InlineData("Sat", "the hours have a beginning and an end")]
    [InlineData("sat 01:00-05:00", "a day is one of Sun, Mon, Tue, Wed, Thu, Fri, Sat, with a comma between two")]
    [InlineData("Sat, Sun 01:00-05:00", "it is the days, one blank, and the hours")]
    [InlineData("01:00", "the hours have a beginning and an end")]
    [InlineData("1:00-5:00", "'1:00' is no time from 00:00 to 23:59")]
    [InlineData("01:00-24:00", "'24:00' is no time from 00:00 to 23:59")]
    [InlineData("01:00-01:00", "it begins and ends at the same time; leave the window out to allow all hours")]
    [InlineData("01:00-02:00-03:00", "the hours have a beginning and an end")]
    public void Other_text_is_no_window_and_it_is_said_why(string text, string why) =>
        Assert.Equal((null, why), (ChangeWindow.TryParse(text), ChangeWindow.WhyNot(text)));

    [Theory]
    [InlineData("11:00-13:00", -1, 23)]
    [InlineData("12:00-12:01", 0, 24)]
    [InlineData("11:00-12:00", null, 23)]
    [InlineData("22:00-13:00", -14, 10)]
    [InlineData("Sat 22:00-13:00", -14, 154)]
    [InlineData("Sun 22:00-13:00", null, 10)]
    [InlineData("Mon 01:00-05:00", null, 13)]
    public void A_window_is_open_for_its_hours(string text, int? since, int next)
    {
        var window = ChangeWindow.TryParse(text)!;

        Assert.Equal(since is null ? null : Noon.AddHours(since.Value), window.OpenSince(Noon));
        Assert.Equal(Noon.AddHours(next), window.OpensAt(Noon));
        Assert.Equal(Noon.AddHours(next), window.OpenSince(window.OpensAt(Noon)));
    }
}
