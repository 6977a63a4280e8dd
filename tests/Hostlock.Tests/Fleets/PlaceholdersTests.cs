using CsCheck;
using Hostlock.Fleets;

namespace Hostlock.Tests.Fleets;

/// <summary>Words in braces, such as <c>{host}</c>, are replaced by their values.</summary>
public class PlaceholdersTests
{
    [Theory]
    [InlineData("{host}", "host")]
    [InlineData("{host}.lan:{port}", "host port")]
    [InlineData("{{host}}", "host")]
    [InlineData("{old-name}", "old-name")]
    [InlineData("${host} {} {Host} {a b} {host", "")]
    public void Only_small_letters_in_braces_are_placeholders(string text, string names) =>
        Assert.Equal(names, string.Join(' ', Placeholders.Of(text)));

    [Fact]
    public void What_is_put_in_is_not_looked_through_again() =>
        Assert.Equal("{target}-x", Placeholders.Fill("{host}-x", _ => "{target}"));

    [Fact]
    public void A_text_whose_placeholders_are_put_back_is_the_same() =>
        Gen.OneOf(Gen.String[Gen.Char["{}$ab- A"], 0, 12], Gen.Const("{host}")).Array[0, 6].Select(string.Concat).Sample(
            text => Assert.Equal(text, Placeholders.Fill(text, name => $"{{{name}}}")));
}
