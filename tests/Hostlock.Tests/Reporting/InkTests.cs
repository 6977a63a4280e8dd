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

    static string Painted(Ink ink) => ink.Good("a") + ink.Bad("b") + ink.Warn("c") + ink.Dim("d") + ink.Bold("e");
}
