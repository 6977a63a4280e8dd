using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>The hosts that a change concerns, found by real Nix.</summary>
public partial class AffectedTests
{
    [Theory]
    [InlineData("2.34")]
    [InlineData("2.26")]
    public void A_host_is_left_out_only_if_evaluating_it_would_show_no_difference(string release)
    {
        using var hosts = new SevenHosts();
        // Each host is evaluated a dozen times, so the fleet has three.
        hosts.Folder.Write("fleet/flake.nix", Others().Replace(hosts.Folder.Read("fleet/flake.nix"), ""));
        hosts.Adopted();
        var nix = RealNix.Get(release, hosts.Folder);

        hosts.Move("nixpkgs", 10, text: "26.05\n");
        _ = hosts.Hostlock("update", "plex").Succeeded;
        var byLock = Affected();
        TestGit.Commit(hosts.Fleet, 11);
        hosts.Folder.Write("fleet/hosts/orc.nix", "{ ... }: { networking.hostName = \"other\"; }");
        var byFile = Affected();
        TestGit.Commit(hosts.Fleet, 12);
        hosts.Folder.Write(
            "fleet/hosts/orc.nix", "{ inputs, ... }: { networking.hostName = inputs.self.shortRev or inputs.self.dirtyShortRev; }");
        TestGit.Commit(hosts.Fleet, 13);
        hosts.Folder.Write("fleet/README.md", "Seven hosts.\n");
        TestGit.In(hosts.Fleet, "add", "README.md");
        var byRevision = Affected();

        Assert.Equal("plex: lock, evaluated 1", byLock);
        Assert.Equal("orc: files, evaluated 3", byFile);
        Assert.Equal("orc: files, evaluated 3", byRevision);

        string Affected()
        {
            var (some, all) = (Run(), Run("--evaluate"));
            Assert.Equal(Systems(all), Systems(some));
            var why = some["hosts"]!.AsObject().Select(host => $"{host.Key}: {string.Join('+', host.Value!["why"]!.AsArray())}");
            return $"{string.Join(' ', why)}, evaluated {some["evaluated"]}";
        }

        static string Systems(JsonNode json) => string.Join(
            '\n', json["hosts"]!.AsObject().Select(host => $"{host.Key} {host.Value!["configurations"]!.ToJsonString()}"));

        JsonNode Run(params string[] options) => JsonNode.Parse(
            Tests.Support.Run.Program(
                HostlockProgram.Path, hosts.Fleet, nix.Variables, ["affected", "--base", "HEAD", "--json", .. options]).Succeeded)!;
    }

    [GeneratedRegex("^ *(dobro|zeeba|imbp|nixahi) = host .*\n", RegexOptions.Multiline)]
    private static partial Regex Others();
}
