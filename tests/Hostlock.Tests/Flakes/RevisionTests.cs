using Hostlock.Flakes;

namespace Hostlock.Tests.Flakes;

public class RevisionTests
{
    const string Digits = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData(Digits)]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567")]
    public void A_revision_is_read_in_either_case_and_kept_in_lower_case(string text)
    {
        Assert.Equal(Digits, Revision.Parse(text).ToString());
        Assert.Equal("0123456", Revision.Parse(text).Shortened);
    }

    [Theory]
    [InlineData("")]
    [InlineData("main")]
    [InlineData("0123456789abcdef0123456789abcdef0123456")]
    [InlineData("0123456789abcdef0123456789abcdef0123456g")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void All_else_is_no_revision(string text)
    {
        Assert.Null(Revision.TryParse(text));
        Assert.Throws<FormatException>(() => Revision.Parse(text));
    }

    [Theory]
    [InlineData("0123456789", "0123456")]
    [InlineData("abc", "abc")]
    public void What_a_lock_calls_a_revision_is_shortened_whatever_it_is(string text, string expected) =>
        Assert.Equal(expected, FlakeRef.FromLock(RefAttributes.Of(("type", "git"), ("rev", text))).ShortRevision);
}
