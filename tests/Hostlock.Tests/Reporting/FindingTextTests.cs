using Hostlock.Fleets;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.Settings;
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
            FindingText.Render(Findings, 2, Ink.Plain, Fleet.Empty));

    [Fact]
    public void What_several_hosts_have_in_common_is_one_line_and_one_command()
    {
        var fleet = FleetFile.Read("version = 1\n[rings.web]\n[hosts.w1]\nring = \"web\"\n[hosts.w2]\nring = \"web\"\n[hosts.nas]\n");
        var common = new CommonProblem("input 'a': it is not in the lock", new("hostlock lock", "--fill"));
        List<Finding> findings =
        [
            .. fleet.Hosts.Select(host => new Finding(
                "stale",
                Severity.Error,
                Problem.OfHost(new LockOwner.Host(host.Name), $"input 'a' of {host.Name}: it is not in the lock", common, "flake.nix", 2))),
            Findings[1],
        ];

        Assert.Equal(
            "error: flake.nix:2: input 'a': it is not in the lock; 3 hosts: nas w1 w2\n  fix: hostlock lock nas @web --fill\n"
                + "warning: flake.lock: odd\n",
            FindingText.Render(findings, 4, Ink.Plain, fleet));
        Assert.Equal("3 errors, 1 warning in 4 locks\n", FindingText.Counts(findings, 4));
        Assert.Equal("1 warning in 1 lock\n", FindingText.Counts([Findings[1]], 1));
        Assert.Equal("", FindingText.Counts([], 4));
    }

    [Theory]
    [InlineData(1, "ok: 1 lock, all there and in line\n")]
    [InlineData(7, "ok: 7 locks, all there and in line\n")]
    public void Nothing_found_is_said(int locks, string text) => Assert.Equal(text, FindingText.Render([], locks, Ink.Plain, Fleet.Empty));

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
