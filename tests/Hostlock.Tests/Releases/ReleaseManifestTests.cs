using System.Text;
using Hostlock.Fleets;
using Hostlock.Releases;

namespace Hostlock.Tests.Releases;

public class ReleaseManifestTests
{
    const string Plex = "/nix/store/00000000000000000000000000000000-nixos-system-plex-25.11+git";
    static readonly string Digits = new('a', 64);

    static readonly string Text =
        $"{{\"commit\":\"{new string('1', 40)}\",\"expires\":1765000000,\"fleet\":\"home\",\"hosts\":{{"
        + $"\"plex\":{{\"lock\":\"{Digits}\",\"ring\":\"canary\",\"system\":\"{Plex}\"}},"
        + $"\"web\":{{\"lock\":\"{Digits}\",\"system\":\"{Plex}\"}}}},"
        + "\"issued\":1764000000,\"number\":42,\"version\":1}\n";

    [Fact]
    public void What_is_read_is_written_as_it_was()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);

        var release = ReleaseManifest.Read(bytes);

        Assert.Equal(Text, Encoding.UTF8.GetString(release.Write()));
        Assert.Equal(42, release.Number.Value);
        Assert.Equal("canary", release.For(HostName.Parse("plex"))!.Ring);
        Assert.Null(release.For(HostName.Parse("web"))!.Ring);
        Assert.Null(release.For(HostName.Parse("orc")));
    }

    public static TheoryData<string, string> Others => new()
    {
        { "", "" },
        { "{\"commit\"", "{ \"commit\"" },
        { "\"version\":1", "\"version\":1,\"more\":2" },
        { "\"number\":42", "\"number\":42,\"number\":42" },
        { "\"number\":42", "\"number\":42.0" },
        { "\"number\":42", "\"number\":0" },
        { "\"number\":42", "\"number\":-1" },
        { "\"number\":42", "\"number\":9007199254740992" },
        { "\"number\":42", "\"number\":\"42\"" },
        { "\"issued\":1764000000", "\"issued\":-1" },
        { "\"issued\":1764000000", "\"issued\":253402300800" },
        { "\"fleet\":\"home\"", "\"fleet\":\"../home\"" },
        { "\"fleet\":\"home\"", "\"fleet\":null" },
        { "\"fleet\":\"home\"", "\"fleet\":\"h\\u006fme\"" },
        { "\"plex\":{", "\"../plex\":{" },
        { "\"web\":{", "\"plex\":{" },
        { "\"plex\":{", "\"zeeba\":{" },
        { Plex, "/nix/store/plex" },
        { Plex, $"{Plex}; reboot" },
        { "aaaa", "AAAA" },
        { "\"ring\":\"canary\"", "\"ring\":7" },
        { "\"ring\":\"canary\"", "\"ring\":\"@canary\"" },
        { "\"hosts\":{", "\"hosts\":[{" },
        { "}\n", "}" },
        { "}\n", "}\n\n" },
        { "\"version\":1", "\"version\":2" },
        { "\"version\":1", "\"version\":99999999999" },
        { "\"number\":42", "\"number\":4.2e1" },
        { "\"number\":42", "\"number\":99999999999999999999999999" },
        { "\"expires\":1765000000", "\"expires\":18446744073709551616" },
        { "\"fleet\":\"home\"", "\"fleet\":\"h\u043eme\"" },
        { "\"fleet\":\"home\"", "\"fleet\":\"\\ud800\"" },
        { "\"plex\":{", "\"pl\u0435x\":{" },
        { "\"plex\":{", "\"\\ud800\":{" },
        { "\"plex\":{", "\"root\":{" },
        { "\"plex\":{", $"\"plex\":{new string('[', 100_000)}{{" },
        { "{\"commit\"", "\ufeff{\"commit\"" },
        { "}\n", "}\r\n" },
        { "}\n", "}\n{}\n" },
        { "}\n", "}\0\n" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Any_other_text_is_no_release(string part, string instead)
    {
        var text = part.Length == 0 ? instead : Text.Replace(part, instead, StringComparison.Ordinal);

        Assert.NotEqual(Text, text);
        Assert.Throws<ReleaseException>(() => ReleaseManifest.Read(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void A_beginning_of_a_release_is_none()
    {
        var bytes = Encoding.UTF8.GetBytes(Text);

        Assert.All(
            Enumerable.Range(0, bytes.Length),
            length => Assert.Throws<ReleaseException>(() => ReleaseManifest.Read(bytes.AsMemory(0, length))));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_release() =>
        Assert.Throws<ReleaseException>(
            () => ReleaseManifest.Read(Encoding.Latin1.GetBytes(Text.Replace("home", "h\u00e9me", StringComparison.Ordinal))));

    [Fact]
    public void Ten_megabytes_are_no_release() =>
        Assert.Throws<ReleaseException>(() => ReleaseManifest.Read(new byte[10_000_000]));

    [Theory]
    [InlineData("1\n", 1)]
    [InlineData("42", 42)]
    [InlineData("9007199254740991\n", 9007199254740991)]
    public void Latest_is_a_number(string text, long number) =>
        Assert.Equal(number, ReleaseFiles.ReadLatest(Encoding.UTF8.GetBytes(text)).Value);

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("042")]
    [InlineData("-1")]
    [InlineData("1 ")]
    [InlineData("1\r\n")]
    [InlineData("9007199254740992")]
    [InlineData("../../etc/passwd")]
    [InlineData("4\n2")]
    [InlineData("<html>not found</html>")]
    public void Latest_is_nothing_else(string text) =>
        Assert.Throws<ReleaseException>(() => ReleaseFiles.ReadLatest(Encoding.UTF8.GetBytes(text)));
}
