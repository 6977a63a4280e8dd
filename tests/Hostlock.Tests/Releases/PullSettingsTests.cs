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
    [InlineData("\"fleet\": \"home\",", "", 0, "it lacks 'fleet'")]
    [InlineData("\"host\":", "\"hots\":", 3, "'hots' means nothing")]
    [InlineData("\"host\":", "\"fleet\": \"work\", \"host\":", 3, "'fleet' stands there twice")]
    [InlineData("/etc/hostlock/allowed_signers", "allowed_signers", 5, "'allowedSigners' is no absolute path")]
    [InlineData("\"/etc/hostlock/allowed_signers\"", "null", 5, "'allowedSigners' is no absolute path")]
    [InlineData("\"/srv/releases\"", "\"srv/releases\"", 4, "'sources' has 'srv/releases', which is no place of releases")]
    [InlineData("\"/srv/releases\"", "\"ftp://example.org\"", 4, "'sources' has 'ftp://example.org', which is no place of releases")]
    [InlineData("\"/srv/releases\"", "\"git+ext::sh -c reboot\"", 4, "which is no place of releases")]
    [InlineData("\"/srv/releases\"", "7", 4, "'sources' has '7', which is no place of releases")]
    [InlineData("\"/srv/releases\"", "\"\\ud800\"", 4, "which is no place of releases")]
    [InlineData("[\"https", "{\"a\": [\"https", 6, "it is no JSON, or is nested too deeply")]
    [InlineData("\"host\":", "\"cache\": \"--help\", \"host\":", 3, "'cache' is no address of a store")]
    [InlineData("\"host\":", "\"cache\": {}, \"host\":", 3, "'cache' is no text")]
    [InlineData("\"host\":", "\"hostKey\": \"id\", \"host\":", 3, "'hostKey' is no absolute path")]
    [InlineData("\"host\":", "\"fleetFile\": \"./a\", \"host\":", 3, "'fleetFile' is no absolute path")]
    [InlineData("\"host\":", "\"fleetFile\": [[[1]]], \"host\":", 3, "it is no JSON, or is nested too deeply")]
    [InlineData("{", "[", 2, "it is no JSON, or is nested too deeply")]
    [InlineData("{", "\ufeff{", 1, "it is no JSON, or is nested too deeply")]
    [InlineData("\"home\"", "7", 2, "'fleet' is no text")]
    [InlineData("\"home\"", "null", 2, "'fleet' is no text")]
    [InlineData("\"home\"", "\"../home\"", 2, "'fleet' is no name of a fleet")]
    [InlineData("\"home\"", "\"h\u043eme\"", 2, "'fleet' is no name of a fleet")]
    [InlineData("\"plex\"", "\"\"", 3, "'host' is no name of a host")]
    [InlineData("\"plex\"", "\"pl\u0435x\"", 3, "'host' is no name of a host")]
    public void What_makes_no_sense_is_said_with_its_line(string part, string instead, int line, string why)
    {
        var error = Assert.Throws<ReleaseException>(() => Read(Text.Replace(part, instead, StringComparison.Ordinal)));

        var place = line == 0 ? "" : $"line {line} of ";
        Assert.StartsWith($"{place}'/etc/hostlock/pull.json' makes no sense: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalRule.Settings, error.Rule);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{} {}")]
    public void What_is_no_object_is_refused(string text) =>
        Assert.Equal(RefusalRule.Settings, Assert.Throws<ReleaseException>(() => Read(text)).Rule);

    [Fact]
    public void It_needs_a_source() =>
        Assert.Throws<ReleaseException>(
            () => Read("""{"fleet":"home","host":"plex","sources":[],"allowedSigners":"/etc/hostlock/allowed_signers"}"""));

    static PullSettings Read(string text) => PullSettings.Read(Encoding.UTF8.GetBytes(text), PullSettings.UsualPath);
}
