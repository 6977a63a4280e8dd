using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class InkTests
{
    static readonly Ink Coloured = new(isColoured: true);

    [Fact]
    public void A_plain_ink_adds_nothing()
    {
        Assert.Equal("abcde", Painted(Ink.Plain));
        Assert.Empty(Ink.Plain.Marks);
    }

    [Fact]
    public void A_coloured_one_sets_each_text_between_a_beginning_and_the_end()
    {
        Assert.Equal("\e[32ma\e[0m\e[31mb\e[0m\e[33mc\e[0m\e[2md\e[0m\e[1me\e[0m", Painted(Coloured));
        Assert.Equal("", Coloured.Bad(""));
    }

    [Fact]
    public void Its_marks_are_all_that_it_writes() =>
        Assert.Equal(
            "abcde",
            Coloured.Marks.Aggregate(Painted(Coloured), (text, mark) => text.Replace(mark, "", StringComparison.Ordinal)));

    [Fact]
    public void A_link_is_a_mark_once_it_is_made_and_ends()
    {
        var ink = new Ink(isColoured: false, hasLinks: true);
        var link = ink.Link("a", "https://example.org/a");

        Assert.Equal("\e]8;;https://example.org/a\e\\a\e]8;;\e\\", link);
        Assert.Equal(link, Visible.Rendered(link, ink.Marks));
        var other = Visible.Rendered(link.Replace("/a", "/b", StringComparison.Ordinal), ink.Marks);
        Assert.StartsWith("\\u001b]8;;https://example.org/b\\u001b\\a", other, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://example.org/a b")]
    [InlineData("https://example.org/\e\\")]
    public void What_is_no_address_makes_no_link(string? address) =>
        Assert.Equal("a", new Ink(isColoured: true, hasLinks: true).Link("a", address));

    [Fact]
    public void Without_links_an_address_adds_nothing() => Assert.Equal("a", Coloured.Link("a", "https://example.org/"));

    [Fact]
    public void A_link_has_no_password() =>
        Assert.Contains(
            "https://ada:***@example.org/", new Ink(false, hasLinks: true).Link("a", "https://ada:pw@example.org/"),
            StringComparison.Ordinal);

    static string Painted(Ink ink) => ink.Good("a") + ink.Bad("b") + ink.Warn("c") + ink.Dim("d") + ink.Bold("e");
}
