using Hostlock.Fetching;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fetching;

/// <summary>The settings of nix.conf, its includes and the environment; one of them has the last word.</summary>
public sealed class NixSettingsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_set_is_what_Nix_does_by_itself()
    {
        var settings = Read();

        Assert.Equal("https://channels.nixos.org/flake-registry.json", settings.Registry);
        Assert.True(settings.UsesRegistries);
        Assert.True(settings.UsesHttp2);
        Assert.Equal(5, settings.DownloadAttempts);
        Assert.Equal((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(300)), (settings.ConnectTimeout, settings.StalledDownloadTimeout));
        Assert.Null(settings.CertificateFile);
        Assert.Equal("/etc/nix/netrc", settings.NetrcFile);
        Assert.Null(settings.TokenFor("github.com", "acme", "a"));
    }

    [Fact]
    public void The_environment_has_the_last_word_and_the_users_file_the_one_before()
    {
        _folder.Write("system/nix.conf", "connect-timeout = 1\ndownload-attempts = 1\nnetrc-file = /system\n");
        _folder.Write("home/.config/nix/nix.conf", "connect-timeout = 2\ndownload-attempts = 2\n");

        var settings = Read(("NIX_CONFIG", "connect-timeout = 3"));

        Assert.Equal(TimeSpan.FromSeconds(3), settings.ConnectTimeout);
        Assert.Equal(2, settings.DownloadAttempts);
        Assert.Equal("/system", settings.NetrcFile);
    }

    [Fact]
    public void A_file_that_includes_itself_twice_is_read_in_the_end()
    {
        _folder.Write("system/nix.conf", "include nix.conf\ninclude nix.conf\nconnect-timeout = 7\n");

        Assert.Equal(TimeSpan.FromSeconds(7), Read().ConnectTimeout);
    }

    [Fact]
    public void Of_the_files_that_are_named_the_first_wins_and_the_usual_one_is_not_read()
    {
        _folder.Write("home/.config/nix/nix.conf", "connect-timeout = 1\n");
        var (first, second) = (
            _folder.Write("first", "connect-timeout = 2\n"), _folder.Write("second", "connect-timeout = 3\ndownload-attempts = 3\n"));

        var settings = Read(("NIX_USER_CONF_FILES", $"{first}:{second}"));

        Assert.Equal(TimeSpan.FromSeconds(2), settings.ConnectTimeout);
        Assert.Equal(3, settings.DownloadAttempts);
    }

    [Fact]
    public void Included_files_are_read_where_they_stand_beside_the_one_that_includes_them()
    {
        _folder.Write("system/nix.conf", "connect-timeout = 1\ninclude more/conf\n!include nowhere\ndownload-attempts = 7\n");
        _folder.Write("system/more/conf", "connect-timeout = 2 # seconds\ndownload-attempts = 2\ninclude deeper\n");
        _folder.Write("system/more/deeper", "netrc-file = /deeper\n");

        var settings = Read();

        Assert.Equal(TimeSpan.FromSeconds(2), settings.ConnectTimeout);
        Assert.Equal(7, settings.DownloadAttempts);
        Assert.Equal("/deeper", settings.NetrcFile);
    }

    [Fact]
    public void A_file_that_includes_itself_is_read_to_an_end()
    {
        _folder.Write("system/nix.conf", "include nix.conf\nconnect-timeout = 4\n");

        Assert.Equal(TimeSpan.FromSeconds(4), Read().ConnectTimeout);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("99999999999")]
    [InlineData("")]
    public void A_limit_that_is_none_or_no_number_is_the_usual_one(string value)
    {
        var settings = Read(("NIX_CONFIG", $"connect-timeout = {value}\ndownload-attempts = {value}"));

        Assert.Equal((TimeSpan.FromSeconds(15), 5), (settings.ConnectTimeout, settings.DownloadAttempts));
    }

    [Theory]
    [InlineData("acme", "a", "of the repository")]
    [InlineData("acme", "b", "of the owner")]
    [InlineData("other", "a", "of the host")]
    [InlineData("acme2", "a", "of the host")]
    public void The_token_is_that_of_the_longest_part_that_has_one(string owner, string repository, string expected)
    {
        var settings = Read(
            ("NIX_CONFIG", "access-tokens = github.com=host github.com/acme=owner github.com/acme/a=repository nothing =x"));

        Assert.Equal(expected.Split(' ')[^1], settings.TokenFor("github.com", owner, repository));
        Assert.Null(settings.TokenFor("github.com.evil.test", owner, repository));
    }

    [Fact]
    public void Extra_tokens_are_added_to_those_that_are_set()
    {
        _folder.Write("system/nix.conf", "access-tokens = github.com=one\n");

        var settings = Read(("NIX_CONFIG", "extra-access-tokens = gitlab.com=PAT:two"));

        Assert.Equal(("one", "PAT:two"), (settings.TokenFor("github.com"), settings.TokenFor("gitlab.com")));
    }

    [Fact]
    public void Registries_are_the_users_and_then_the_systems() =>
        Assert.Equal([_folder["home/.config/nix/registry.json"], _folder["system/registry.json"]], Read().RegistryFiles);

    NixSettings Read(params IEnumerable<(string Name, string Value)> variables) => NixSettings.Read(
        new Dictionary<string, string>(variables.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)))
        {
            ["HOME"] = _folder["home"],
            ["NIX_CONF_DIR"] = _folder["system"],
            ["XDG_CONFIG_DIRS"] = _folder["none"],
        });
}
