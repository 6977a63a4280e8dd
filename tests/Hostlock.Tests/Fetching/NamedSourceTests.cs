using Hostlock.Fetching;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

public class NamedSourceTests
{
    [Theory]
    [InlineData("folder", "path")]
    [InlineData("./folder", "path")]
    [InlineData("a.tar.gz", "tarball")]
    [InlineData("./a.tar.gz", "tarball")]
    [InlineData("nixpkgs", "indirect")]
    [InlineData("github:o/r", "github")]
    [InlineData("path:./nothing", "path")]
    public void A_word_is_what_is_on_disk_or_else_a_reference(string word, string type)
    {
        using var folder = new TempFolder();
        folder.Write("folder/x", "");
        folder.Write("a.tar.gz", "");

        Assert.Equal(type, NamedSource.Reference(word, folder.Path, []).Type);
    }

    [Theory]
    [InlineData("./nothing")]
    [InlineData("../nothing.tar.gz")]
    [InlineData("/nothing/here")]
    public void A_path_where_nothing_is_makes_no_sense(string word)
    {
        using var folder = new TempFolder();

        var why = Assert.Throws<PlatformException>(() => NamedSource.Reference(word, folder.Path, []));

        Assert.Equal((false, $"there is no file '{word}'"), (why.IsOutside, why.Message));
    }
}
