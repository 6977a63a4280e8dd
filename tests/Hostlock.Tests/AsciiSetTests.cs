namespace Hostlock.Tests;

public class AsciiSetTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\0?@\u007f")]
    [InlineData("abcXYZ019._-+%")]
    public void A_set_has_its_characters_and_no_others(string characters)
    {
        var set = AsciiSet.Of(characters);
        for (var c = '\0'; c < 0x200; c++)
            Assert.Equal(characters.Contains(c), set.Contains(c));
        Assert.False(set.Contains('\uff21'));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("ab", 2)]
    [InlineData("ab/a", 2)]
    [InlineData("/", 0)]
    [InlineData("a\u0161", 1)]
    public void A_text_is_in_the_set_up_to_the_first_other_character(string text, int length)
    {
        var set = AsciiSet.Of("abc");
        Assert.Equal(length, set.PrefixLength(text));
        Assert.Equal(length == text.Length, set.ContainsAll(text));
    }
}
