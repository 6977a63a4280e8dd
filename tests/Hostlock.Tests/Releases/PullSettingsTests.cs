using System.Text;
using Hostlock.Releases;

namespace Hostlock.Tests.Releases;

public class PullSettingsTests
{
    const string Text = """
        {
          "fleet": "home",
          "host": "plex",
          "sources": ["https://example.org/releases/", "/srv/releases", "git+ssh://git@example.org/fleet.git"],
          "allowedSigners": "/etc/hostlock/allowed_signers"
        }
        """;

    [Fact]
    public void What_is_not_said_has_its_usual_value()
    {
        var settings = Read(Text);

        Assert.Equal(
            ["https://example.org/releases", "/srv/releases", "git+ssh://git@example.org/fleet.git"],
            settings.Sources.Select(source => source.ToString()));
        Assert.Equal("/etc/ssh/ssh_host_ed25519_key", settings.HostKey);
        Assert.Null(settings.Cache);
        Assert.Null(settings.FleetFile);
    }

    [Fact]
    public void A_null_is_as_good_as_nothing() =>
        Assert.Null(Read(Text.Replace("\"host\":", "\"cache\": null, \"host\":", StringComparison.Ordinal)).Cache);

    [Theory]
    [InlineData("\"fleet\": \"home\",", "", "it lacks 'fleet'")]
    [InlineData("\"host\":", "\"hots\":", "it has 'hots', which means nothing")]
    [InlineData("/etc/hostlock/allowed_signers", "allowed_signers", "'allowedSigners' is no absolute path")]
    [InlineData("\"/srv/releases\"", "\"srv/releases\"", "'srv/releases' is no place of releases")]
    [InlineData("\"/srv/releases\"", "\"ftp://example.org\"", "'ftp://example.org' is no place of releases")]
    [InlineData("\"/srv/releases\"", "\"git+ext::sh -c reboot\"", "is no place of releases")]
    [InlineData("\"host\":", "\"cache\": \"--help\", \"host\":", "'cache' is no address of a store")]
    [InlineData("{", "[", "it is no JSON of the form that it should have")]
    [InlineData("\"home\"", "7", "it is no JSON of the form that it should have")]
    public void What_makes_no_sense_is_said(string part, string instead, string why)
    {
        var error = Assert.Throws<ReleaseException>(() => Read(Text.Replace(part, instead, StringComparison.Ordinal)));

        Assert.StartsWith("'/etc/hostlock/pull.json' makes no sense: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_needs_a_source() =>
        Assert.Throws<ReleaseException>(
            () => Read("""{"fleet":"home","host":"plex","sources":[],"allowedSigners":"/etc/hostlock/allowed_signers"}"""));

    static PullSettings Read(string text) => PullSettings.Read(Encoding.UTF8.GetBytes(text), PullSettings.UsualPath);
}
