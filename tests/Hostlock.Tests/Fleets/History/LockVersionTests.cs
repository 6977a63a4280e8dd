using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.History;

public sealed class LockVersionTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;

    public LockVersionTests()
    {
        _folder.Write("flake.nix", "");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\nring = \"canary\"\n[rings.canary]\n");
        _fleet = FleetFolder.Open(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_host_comes_before_a_file_of_its_name_and_a_file_before_a_version()
    {
        _folder.Write("plex", "");
        _folder.Write("plex@HEAD", "");

        Assert.Equal((_folder["locks/plex.lock"], "plex"), Current("plex"));
        Assert.Equal((_folder["plex@HEAD"], null), Current("plex@HEAD"));
        Assert.Equal((_folder["flake.lock"], null), Current("root"));
    }

    [Theory]
    [InlineData("plex@HEAD~1", "plex", "HEAD~1")]
    [InlineData("plex@2026-03-01", "plex", "2026-03-01")]
    [InlineData("root@main", null, "main")]
    public void What_git_knows_is_asked_of_it(string word, string? host, string commit)
    {
        var version = Assert.IsType<LockVersion.Recorded>(LockVersion.Parse(_fleet, word, _folder.Path));

        Assert.Equal((host, commit), (version.Host?.ToString(), version.Commit));
    }

    [Theory]
    [InlineData("plex@running", "running")]
    [InlineData("plex@generation:12", "generation:12")]
    public void What_a_machine_carries_is_asked_of_it(string word, string system)
    {
        var version = Assert.IsType<LockVersion.Carried>(LockVersion.Parse(_fleet, word, _folder.Path));

        Assert.Equal(("plex", system), (version.Host?.ToString(), version.System));
    }

    [Theory]
    [InlineData("plx", "did you mean 'plex'?")]
    [InlineData("plx@HEAD", "did you mean 'plex'?")]
    [InlineData("@canary", "name a host, or root")]
    public void A_word_that_names_no_one_lock_is_an_error(string word, string hint) =>
        Assert.Equal(hint, Assert.Throws<FleetException>(() => LockVersion.Parse(_fleet, word, _folder.Path)).Hint);

    [Theory]
    [InlineData("HEAD")]
    [InlineData("HEAD~2")]
    [InlineData("main^")]
    [InlineData("2026-03-01")]
    [InlineData("0123abc")]
    public void A_version_of_nobody_is_told_from_a_mistyped_host(string word)
    {
        var error = Assert.Throws<FleetException>(() => LockVersion.Parse(_fleet, word, _folder.Path));

        Assert.Equal($"if it is a commit or a day, name its host as well: HOST@{word}", error.Hint);
    }

    [Fact]
    public void A_file_that_does_not_exist_is_no_version() => Assert.Null(LockVersion.OfFile("./other.lock", _folder.Path));

    (string File, string? Host) Current(string word)
    {
        var version = Assert.IsType<LockVersion.Current>(LockVersion.Parse(_fleet, word, _folder.Path));
        return (version.Place.FullPath, version.Host?.ToString());
    }
}
