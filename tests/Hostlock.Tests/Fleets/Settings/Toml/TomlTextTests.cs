using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Tests.Fleets.Settings.Toml;

public class TomlTextTests
{
    [Theory]
    [InlineData("locks/plex.lock", "\"locks/plex.lock\"")]
    [InlineData("", "\"\"")]
    [InlineData("nixosConfigurations.\"a.b\"", "'nixosConfigurations.\"a.b\"'")]
    [InlineData("it's \"so\"", "\"it's \\\"so\\\"\"")]
    [InlineData("a\nb", "\"a\\nb\"")]
    public void A_string_is_written_with_as_few_escapes_as_can_be(string value, string text) => Assert.Equal(text, TomlText.String(value));

    [Theory]
    [InlineData("plex")]
    [InlineData("a.b")]
    [InlineData("")]
    [InlineData("ä")]
    [InlineData("a\"'\\\n\t\u0001\u007f b")]
    public void What_is_written_is_read_as_it_was(string value)
    {
        var file = TomlReader.Read(new SourceText("x.toml", $"{TomlText.Key(value)} = {TomlText.Strings([value, value])}\n"));

        Assert.True(file.TryGet(value, out var member));
        var items = Assert.IsType<TomlValue.List>(member.Value).Items;
        Assert.Equal([value, value], items.Select(item => Assert.IsType<TomlValue.Text>(item).Value));
    }
}
