using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>An audit of a machine that pulls, made in the clone in which its release was cut.</summary>
public class AuditTests
{
    [Fact]
    public void The_receipts_of_a_machine_say_what_it_ran_and_an_altered_one_is_named()
    {
        using var fleet = FakeFleet.Start("plex");
        var plex = fleet.Light("plex");
        var work = Path.Combine(fleet.Folder, "work");
        fleet.Release("linux", "6.12.4");
        _ = fleet.Hostlock("update", "plex", "--commit").Succeeded;
        _ = fleet.Controller.Shell($"ssh-keygen -q -t ed25519 -N '' -C ada -f {work}/ada").Succeeded;
        _ = fleet.Hostlock("release", "--fleet", "home", "--sign", $"{work}/ada", "--out", $"{work}/releases").Succeeded;
        var system = fleet.Build("plex")["plex"];
        plex.Copy(system);
        File.WriteAllText($"{work}/allowed_signers", $"ada {File.ReadAllText($"{work}/ada.pub")}");
        File.WriteAllText(
            $"{work}/pull.json",
            $$"""
            {
              "fleet": "home", "host": "plex", "sources": ["{{work}}/releases"], "allowedSigners": "{{work}}/allowed_signers",
              "hostKey": "/etc/ssh/host_key"
            }
            """);

        var pulled = plex.Run("hostlock", "pull", "--settings", $"{work}/pull.json", "--textfile", $"{work}/plex.prom");
        AssertCode(0, pulled);
        _ = plex.Shell($"cp /var/lib/hostlock/receipts {work}/receipts").Succeeded;
        _ = fleet.Controller.Shell($"ssh-keyscan -t ecdsa plex >{work}/known_hosts 2>/dev/null").Succeeded;
        string[] audit = ["audit", "plex", "--receipts", $"{work}/receipts", "--known-hosts", $"{work}/known_hosts"];
        var said = fleet.Hostlock(audit);

        AssertCode(0, said);
        Assert.Matches(
            $"  system    {system}\n  brought   by release 1\n  cut       on .* of [0-9a-f]{{7}}\n  signed    by SHA256:.*\n"
            + "  lock      [0-9a-f]{7} locks: plex .*\n"
            + "  pins      nixpkgs .*\n  checked   .*\n  ended     kept, signed by the machine on ",
            said.Output);
        var numbers = ExpositionGrammar.Read(File.ReadAllText($"{work}/plex.prom"));
        Assert.Equal((1, 1), (numbers["hostlock_release_number{host=\"plex\"}"], numbers["hostlock_release_kept{host=\"plex\"}"]));
        Assert.Contains(
            "hostlock_release_number{host=\"plex\"} 1\n", fleet.Hostlock("status", "--live", "--format", "prometheus").Output,
            StringComparison.Ordinal);

        var receipt = File.ReadAllText($"{work}/receipts");
        File.WriteAllText($"{work}/receipts", receipt.Replace("\"kept\"", "\"boots\"", StringComparison.Ordinal));
        var altered = fleet.Hostlock(audit);
        AssertCode(1, altered);
        Assert.Contains("error: the signature of line 1 of '", altered.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_is_written_for_agents_of_cachix()
    {
        using var fleet = FakeFleet.Start("plex", "web");
        fleet.Write(("hostlock.toml", File.ReadAllText(Path.Combine(fleet.Flake, "hostlock.toml"))
            .Replace("[hosts.plex]\n", "[hosts.plex]\nring = \"canary\"\n", StringComparison.Ordinal) + "\n[rings.canary]\n"));

        var deploy = fleet.Hostlock("release", "@canary", "--format", "cachix");
        var all = fleet.Hostlock("release", "--format", "cachix");
        var signed = fleet.Hostlock("release", "@canary", "--format", "cachix", "--sign", "key");

        AssertCode(0, deploy);
        Assert.Equal($"{{\n  \"agents\": {{\n    \"plex\": \"{fleet.Build("plex")["plex"]}\"\n  }}\n}}\n", deploy.Output);
        AssertCode(2, all);
        AssertCode(2, signed);
    }
}
