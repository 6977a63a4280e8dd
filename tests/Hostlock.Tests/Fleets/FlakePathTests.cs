using Hostlock.Fleets;
using Hostlock.Fleets.Settings;

namespace Hostlock.Tests.Fleets;

public class FlakePathTests
{
    [Theory]
    [InlineData("flake.lock")]
    [InlineData("locks/plex.lock")]
    [InlineData("hosts/plex/flake.lock")]
    [InlineData(".github/plex.lock")]
    [InlineData("pins of plex.json")]
    [InlineData("plex.git/lock")]
    public void A_lock_may_lie_anywhere_else(string path) => Assert.True(FlakePath.IsFitForLock(path));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/plex.lock")]
    [InlineData("../plex.lock")]
    [InlineData("locks/../plex.lock")]
    [InlineData("locks//plex.lock")]
    [InlineData("locks\\plex.lock")]
    [InlineData("locks/\u0007.lock")]
    [InlineData(".git/config")]
    [InlineData("a/.git/hooks/pre-commit")]
    [InlineData(".GIT/config")]
    [InlineData("a/.Git/config")]
    [InlineData(".git./config")]
    [InlineData(".git /config")]
    [InlineData(".g\u200cit/config")]
    [InlineData("git~1/config")]
    [InlineData("GIT~1/config")]
    [InlineData(".git::$INDEX_ALLOCATION/config")]
    [InlineData("a/.Git:x/config")]
    public void No_path_leads_out_or_to_git(string path)
    {
        Assert.False(FlakePath.IsWithin(path));
        Assert.False(FlakePath.IsFitForLock(path));
    }

    [Theory]
    [InlineData("flake.nix")]
    [InlineData("Flake.NIX")]
    [InlineData("hosts/plex/flake.nix")]
    [InlineData("hostlock.nix")]
    [InlineData("HostLock.nix")]
    [InlineData("hostlock.toml")]
    [InlineData("hostlock.TOML")]
    [InlineData(".gitattributes")]
    [InlineData("locks/.GitAttributes")]
    [InlineData(".gitmodules")]
    [InlineData(".gitignore")]
    [InlineData(".gitmodules/plex.lock")]
    [InlineData(".mailmap")]
    [InlineData(".hostlock-unfinished")]
    [InlineData("locks/.hostlock-tmp-1-a-b")]
    [InlineData("configuration.nix")]
    [InlineData("FLAKE.lock")]
    [InlineData("locks/*.lock")]
    [InlineData("locks/[a].lock")]
    [InlineData("locks/?.lock")]
    [InlineData(":(top)plex.lock")]
    [InlineData("!plex.lock")]
    [InlineData("#plex.lock")]
    [InlineData("-plex.lock")]
    public void A_file_that_git_or_Nix_obeys_is_no_lock_and_no_pattern_is(string path)
    {
        Assert.False(FlakePath.IsFitForLock(path));

        var error = Assert.Throws<FleetException>(() => FleetFile.Read($"version = 1\n[hosts.plex]\nlock = '{path}'\n"));

        Assert.Equal($"'{path}' is no place for a lock", error.Message);
        Assert.Equal(3, error.Span!.Line);
    }

    [Theory]
    [InlineData("{host}", "flake.nix")]
    [InlineData("locks/{host}", "locks/hostlock.toml")]
    public void A_host_makes_no_such_place_of_a_pattern(string pattern, string path)
    {
        var host = Path.GetFileName(path);

        var error = Assert.Throws<FleetException>(() => FleetFile.Read($"version = 1\nlock = '{pattern}'\n[hosts.'{host}']\n"));

        Assert.Equal($"'{path}' is no place for a lock", error.Message);
    }
}
