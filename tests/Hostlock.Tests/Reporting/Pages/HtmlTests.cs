using Hostlock.Reporting.Pages;

namespace Hostlock.Tests.Reporting.Pages;

public class HtmlTests
{
    const string Hostile = "</td><script>alert(1)</script>\" onclick='x' & <!--";

    [Fact]
    public void A_text_stays_a_text_between_tags_and_in_an_attribute()
    {
        Html piece = $"<td title=\"{Hostile}\">{Hostile}</td>";

        const string shown = "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot; onclick=&#39;x&#39; &amp; &lt;!--";
        Assert.Equal($"<td title=\"{shown}\">{shown}</td>", piece.ToString());
    }

    [Fact]
    public void A_text_commands_no_CI_that_reads_the_page()
    {
        Html piece = $"{"##[error]x"}";

        Assert.Equal("&#35;&#35;[error]x", piece.ToString());
    }

    [Fact]
    public void A_piece_in_a_piece_stays_as_it_is()
    {
        Html inner = $"<b>{"<"}</b>";
        Html outer = $"<p>{inner}{new[] { inner, inner }}{(Html?)null}</p>";

        Assert.Equal("<p><b>&lt;</b><b>&lt;</b><b>&lt;</b></p>", outer.ToString());
    }

    [Fact]
    public void What_a_reader_cannot_see_is_made_visible()
    {
        Html piece = $"{"a\u202eb\nc"}|{"https://ada:word@example.org/"}|{"d\u0000e":line}";

        Assert.Equal("a\\u202eb\\u000ac|https://ada:***@example.org/|d\\u0000e", piece.ToString());
    }

    [Theory]
    [InlineData("https://example.org/a?b=c&d='", "<a href=\"https://example.org/a?b=c&amp;d=&#39;\" rel=\"noreferrer\">x</a>")]
    [InlineData("http://example.org/", "<a href=\"http://example.org/\" rel=\"noreferrer\">x</a>")]
    [InlineData("javascript:alert(1)", "x")]
    [InlineData("JavaScript:alert(1)//https://example.org", "x")]
    [InlineData("data:text/html,x", "x")]
    [InlineData("//example.org/", "x")]
    [InlineData("file:///etc/passwd", "x")]
    [InlineData("https://ada:word@example.org/", "x")]
    [InlineData("https://example.org/?token=word", "x")]
    [InlineData("https://example.org/\" onclick=\"x", "x")]
    [InlineData("https://example.org/a\u202eb", "x")]
    [InlineData(null, "x")]
    public void Only_an_address_of_the_web_that_lets_nobody_in_is_a_link(string? address, string html) =>
        Assert.Equal(html, Html.Link(address, "x").ToString());

    [Fact]
    public void Numbers_are_written_alike_everywhere()
    {
        Html piece = $"{1234567} {1234.56} {-0.04}";

        Assert.Equal("1234567 1234.6 -0", piece.ToString());
    }

    [Fact]
    public void Pieces_with_nothing_in_them_need_nothing_between() =>
        Assert.Equal("a, b", Html.Join($", ", [$"a", Html.Nothing, $"b"]).ToString());
}
