using Hostlock.Machines;

namespace Hostlock.Tests.Machines;

public class StorePathTests
{
    const string Hash = "0123456789abcdfghijklmnpqrsvwxyz";

    [Theory]
    [InlineData($"/nix/store/{Hash}-linux-6.12.1", "linux-6.12.1")]
    [InlineData($"/tmp/n/nix/store/{Hash}-a", "a")]
    public void A_path_has_the_name_behind_its_hash(string text, string name)
    {
        var path = StorePath.TryParse(text)!;

        Assert.Equal((text, name), (path.ToString(), path.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/run/current-system")]
    [InlineData($"{Hash}-a")]
    [InlineData($"/{Hash}-a")]
    [InlineData($"nix/store/{Hash}-a")]
    [InlineData($"/nix/store/{Hash}-")]
    [InlineData($"/nix/store/{Hash}-a/")]
    [InlineData($"/nix/store/{Hash}-a/bin")]
    [InlineData($"/nix/store/{Hash}-a\n")]
    [InlineData($"/nix/store/{Hash}-a b")]
    [InlineData($"/nix/store/{Hash}-$(reboot)")]
    [InlineData($"/nix/st;ore/{Hash}-a")]
    [InlineData("/nix/store/e123456789abcdfghijklmnpqrsvwxyz-a")]
    [InlineData("/nix/store/0123456789ABCDFGHIJKLMNPQRSVWXYZ-a")]
    public void What_is_no_path_of_a_store_is_none(string text) => Assert.Null(StorePath.TryParse(text));

    [Fact]
    public void A_name_has_a_length_that_Nix_allows()
    {
        Assert.NotNull(StorePath.TryParse($"/nix/store/{Hash}-{new string('a', 211)}"));
        Assert.Null(StorePath.TryParse($"/nix/store/{Hash}-{new string('a', 212)}"));
    }

    [Theory]
    [InlineData($"/nix/store/{Hash}-linux/bzImage", $"/nix/store/{Hash}-linux")]
    [InlineData($"/nix/store/{Hash}-linux", $"/nix/store/{Hash}-linux")]
    [InlineData("/boot/kernel", null)]
    [InlineData("", null)]
    public void A_file_lies_in_a_path(string file, string? path) => Assert.Equal(path, StorePath.TryAround(file)?.ToString());
}
