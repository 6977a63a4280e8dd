using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// Twenty-four hosts in three rings. One of each ring fails, each in another way, one is asleep, and whoever runs it is killed five times:
/// it ends as it would have ended without the kills.
/// </summary>
public class LargeRolloutTests
{
    static readonly string[] Kills = ["open:after", "activate:after", "check:before", "keep:after", "copy:after"];

    [Fact]
    public void It_ends_as_without_the_kills()
    {
        ImmutableArray<string> names =
            [.. Enumerable.Range(1, 24).Select(number => string.Create(CultureInfo.InvariantCulture, $"h{number:00}"))];
        using var fleet = FakeFleet.Start(names);
        fleet.Release("linux", "6.12.4");
        var hosts = fleet.Light(names).ToDictionary(host => host.Name);
        var before = hosts.ToDictionary(host => host.Key, host => host.Value.State());
        // Three, nine and twelve hosts.
        string RingOf(string name) => Array.IndexOf([.. names], name) switch { < 3 => "canary", < 12 => "some", _ => "rest" };
        var settings = names.Aggregate(
            File.ReadAllText(Path.Combine(fleet.Flake, "hostlock.toml")),
            (text, name) => text.Replace($"[hosts.{name}]\n", $"[hosts.{name}]\nring = \"{RingOf(name)}\"\n", StringComparison.Ordinal));
        fleet.Write(("hostlock.toml", $$"""
            {{settings}}
            [rings.canary]
            parallel = 3
            max-failed = 1
            [rings.some]
            after = "canary"
            parallel = 4
            max-failed = 1
            [rings.rest]
            after = "some"
            parallel = 6
            max-failed = "10%"
            [groups.pair]
            hosts = ["h13", "h14"]

            """));
        _ = fleet.Hostlock("update", "h01", "--commit").Succeeded;
        hosts["h02"].Inject(HostFault.ActivationEnds);
        hosts["h07"].Inject(HostFault.UnitFails("broken"));
        hosts["h20"].Inject(HostFault.PreSwitchCheck);
        hosts["h24"].PowerOff();

        var killed = Run($"HOSTLOCK_CRASH_AT={Kills[0]}", "--yes");
        AssertCode(137, killed);
        foreach (var kill in Kills.Skip(1))
            AssertCode(137, Run($"HOSTLOCK_CRASH_AT={kill}", "--resume"));
        var ended = Run("LC_ALL=C", "--resume");

        AssertCode(4, ended);
        Assert.Contains("20 kept, 3 returned, 1 absent\n", ended.Output, StringComparison.Ordinal);
        string[] failed = ["h02", "h07", "h20"];
        foreach (var (name, host) in hosts.Where(host => host.Key != "h24"))
        {
            var now = host.State();
            Assert.Equal(failed.Contains(name), now.Running == before[name].Running);
            Assert.Equal((now.Running, now.Running), (now.Profile, now.Boots));
        }
        // Each ring is a commit. A host that failed has its lock too: it is to run the system of that lock.
        Assert.Collection(
            Git("log", "--format=%s", "--grep=Hostlock-Rollout").Split('\n', StringSplitOptions.RemoveEmptyEntries),
            last => Assert.StartsWith("locks: 12 hosts from h01: ", last, StringComparison.Ordinal),
            second => Assert.StartsWith("locks: 9 hosts from h01: ", second, StringComparison.Ordinal),
            first => Assert.Contains(" from h01: ", first, StringComparison.Ordinal));
        Assert.Equal("", Git("status", "--porcelain"));

        hosts["h24"].Boot();
        var tick = fleet.Hostlock("tick");

        AssertCode(4, tick);
        Assert.Contains("21 kept, 3 returned\n", tick.Output, StringComparison.Ordinal);
        Assert.NotEqual(before["h24"].Running, hosts["h24"].State().Running);

        Ended Run(string variable, string option) =>
            fleet.Controller.Run("env", ["--chdir", fleet.Flake, variable, "hostlock", "rollout", option]);

        string Git(params string[] words) => fleet.Controller.Run("git", ["-C", fleet.Flake, .. words]).Succeeded;
    }
}
