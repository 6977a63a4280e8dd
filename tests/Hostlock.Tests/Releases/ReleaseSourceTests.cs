using Hostlock.Releases;

namespace Hostlock.Tests.Releases;

/// <summary>The places in which a machine looks for releases.</summary>
public class ReleaseSourceTests
{
    [Theory]
    [InlineData("https://example.org/releases", "Web")]
    [InlineData("http://127.0.0.1:8080", "Web")]
    [InlineData("/srv/releases", "Folder")]
    [InlineData("git+https://example.org/fleet.git", "Repository")]
    [InlineData("git+ssh://git@example.org/fleet.git", "Repository")]
    [InlineData("git+file:///srv/fleet.git", "Repository")]
    public void A_source_is_an_address_a_folder_or_a_repository(string text, string kind)
    {
        var source = ReleaseSource.TryParse(text)!;

        Assert.Equal(kind, source.GetType().Name);
        Assert.Equal(text, source.ToString());
    }

    [Theory]
    [InlineData("https://example.org/releases/", "https://example.org/releases")]
    [InlineData("file:///srv/releases", "/srv/releases")]
    public void A_source_has_one_spelling(string text, string shown) => Assert.Equal(shown, ReleaseSource.TryParse(text)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("releases")]
    [InlineData("https://example.org/a b")]
    [InlineData("https://example.org/?token=x")]
    [InlineData("git+ext::sh -c id")]
    [InlineData("git+--upload-pack=id")]
    [InlineData("git+/srv/fleet.git")]
    [InlineData("ftp://example.org/releases")]
    [InlineData("/srv/rel\neases")]
    public void Anything_else_is_none(string text) => Assert.Null(ReleaseSource.TryParse(text));
}
