using Hostlock.Fleets.Checks;
using Hostlock.Reporting;

namespace Hostlock.Tests.Reporting;

public class FindingTextTests
{
    static readonly Finding[] Findings =
    [
        new("stale", Severity.Error, new("100% wrong,\nas it were", "a:b,c.nix", 3, "hostlock lock plex")),
        new("drifted", Severity.Warning, new("odd", "flake.lock")),
    ];

    [Fact]
    public void A_finding_has_its_place_and_beneath_it_its_fix() =>
        Assert.Equal(
            "error: a:b,c.nix:3: 100% wrong,\\u000aas it were\n  fix: hostlock lock plex\nwarning: flake.lock: odd\n",
            FindingText.Render(Findings, 2, Ink.Plain));

    [Theory]
    [InlineData(1, "ok: 1 lock, all there and in line\n")]
    [InlineData(7, "ok: 7 locks, all there and in line\n")]
    public void Nothing_found_is_said(int locks, string text) => Assert.Equal(text, FindingText.Render([], locks, Ink.Plain));

    // A line break would end a workflow command, and ',' or ':' the name of the file.
    [Fact]
    public void For_a_forge_nothing_of_a_finding_ends_the_command_it_is_in() =>
        Assert.Equal(
            "::error file=a%3Ab%2Cc.nix,line=3::100%25 wrong,%0Aas it were; fix: hostlock lock plex\n::warning "
                + "file=flake.lock::odd\n", FindingText.GitHub(Findings, ""));

    [Fact]
    public void A_forge_names_files_from_the_repository() =>
        Assert.Contains("::warning file=nixos/flake.lock::odd\n", FindingText.GitHub(Findings, "nixos"), StringComparison.Ordinal);
}
