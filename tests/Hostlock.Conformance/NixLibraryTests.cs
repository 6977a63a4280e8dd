using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>hostlock.nix in real Nix: what it says of each host's derivation before and after.</summary>
public class NixLibraryTests
{
    public static TheoryData<string> Releases() => ["2.34", "2.26", "2.8"];

    [Theory]
    [MemberData(nameof(Releases))]
    public void Each_host_is_built_by_its_own_lock(string release)
    {
        using var hosts = new SevenHosts();
        var nix = RealNix.Get(release, hosts.Folder);
        _ = hosts.Hostlock("lock", "root").Succeeded;
        TestGit.Commit(hosts.Fleet, 3);
        var native = nix.Systems(hosts.Fleet);

        _ = hosts.Hostlock("init", "--yes").Succeeded;
        var adopted = nix.Systems(hosts.Fleet);
        Assert.Equal(native, adopted);

        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex").Succeeded;
        var updated = nix.Systems(hosts.Fleet);
        Assert.Equal(["plex"], Moved(adopted, updated));

        _ = hosts.Hostlock("promote", "plex", "dobro").Succeeded;
        Assert.Equal(["dobro"], Moved(updated, nix.Systems(hosts.Fleet)));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_host_needs_nothing_of_the_others_locks(string release)
    {
        using var hosts = new SevenHosts().Adopted();
        var nix = RealNix.Get(release, hosts.Folder);
        foreach (var name in SevenHosts.Names.Where(name => name != "plex").Append("root"))
        {
            var path = Path.Combine(hosts.Fleet, name == "root" ? "flake.lock" : $"locks/{name}.lock");
            // A revision and a hash that no repository and no store has: a fetch of them fails.
            var gone = Regex.Replace(File.ReadAllText(path), "\"rev\": \"[0-9a-f]{40}\"", $"\"rev\": \"{new string('e', 40)}\"");
            File.WriteAllText(path, Regex.Replace(gone, "\"narHash\": \"[^\"]*\"", $"\"narHash\": \"sha256-{new string('A', 43)}=\""));
        }

        // A leading dot keeps Nix from looking into packages first; 2.8 does not know it and finds no packages here.
        var plex = nix.Run(hosts.Fleet, "eval", "--raw", Toplevel("plex"));
        var orc = nix.Run(hosts.Fleet, "eval", "--raw", Toplevel("orc"));

        Assert.Equal("", plex.ExitCode == 0 ? "" : plex.Errors);
        Assert.NotEqual(0, orc.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Inputs_are_what_Nix_itself_passes(string release)
    {
        using var hosts = new SevenHosts();
        var nix = RealNix.Get(release, hosts.Folder);
        hosts.Folder.Write("fleet/flake.nix", hosts.Folder.Read("fleet/flake.nix").Replace(
            "nixosConfigurations = {",
            """
            seen = builtins.mapAttrs
              (_: i: removeAttrs i [ "inputs" "outputs" "sourceInfo" "module" "lib" "laptop" ]
                // { names = builtins.attrNames (i.inputs or { }); source = i.sourceInfo.outPath or null; })
              (removeAttrs inputs [ "self" ]);
            nixosConfigurations = {
              probe = self.seen;
            """,
            StringComparison.Ordinal));
        _ = hosts.Hostlock("lock", "root").Succeeded;
        TestGit.Commit(hosts.Fleet, 3);
        var native = nix.Run(hosts.Fleet, "eval", "--json", ".#seen", "--apply", Printable).Succeeded;

        _ = hosts.Hostlock("init", "--yes", "probe").Succeeded;
        // The same source, so that only the way to the inputs differs.
        TestGit.In(hosts.Fleet, "add", "-A");
        var byLock = nix.Run(hosts.Fleet, "eval", "--json", ".#nixosConfigurations.probe", "--apply", Printable).Succeeded;

        Assert.Equal(WhereNixGivesLess(release, native), WhereNixGivesLess(release, byLock));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void What_is_wrong_with_a_lock_names_the_file_and_the_command(string release)
    {
        using var hosts = new SevenHosts().Adopted();
        var nix = RealNix.Get(release, hosts.Folder);
        Write("matcha", """{"nodes":{"root":{}},"root":"root","version":7}""");
        Write("zeeba", """{"nodes":{"root":{}},"root":"root","version":8}""");
        Write("imbp", "{\n<<<<<<< ours\n{}\n");
        // wallpapers is not among the arguments that the outputs name.
        Write(
            "nixahi",
            Regex.Replace(
                Encoding.UTF8.GetString(hosts.Lock("nixahi")), "\"wallpapers\": \"wallpapers\"|,\\s*\"wallpapers\": \"wallpapers\"", ""));
        File.Delete(Path.Combine(hosts.Fleet, "locks/dobro.lock"));
        TestGit.In(hosts.Fleet, "rm", "-q", "--cached", "locks/orc.lock");

        AssertSays(
            "dobro", "the lock of dobro is not there, or git does not know it", "hostlock lock dobro; git add -N -f locks/dobro.lock");
        AssertSays("orc", "the lock of orc is not there, or git does not know it", "hostlock lock orc; git add -N -f locks/orc.lock");
        AssertSays("imbp", "it has conflict markers of a merge in it", "git checkout --ours locks/imbp.lock; hostlock lock imbp");
        AssertSays("matcha", "it does not have input 'nixpkgs'", "hostlock lock matcha");
        AssertSays("nixahi", "it does not have input 'wallpapers'", "hostlock lock nixahi");
        AssertSays("zeeba", "its version 8 is newer than this hostlock.nix knows", "hostlock init --upgrade");
        Assert.Equal(0, nix.Run(hosts.Fleet, "eval", "--raw", Toplevel("plex")).ExitCode);

        void Write(string host, string text) => File.WriteAllText(Path.Combine(hosts.Fleet, $"locks/{host}.lock"), text);

        void AssertSays(string host, string what, string mend)
        {
            var ended = nix.Run(hosts.Fleet, "eval", "--raw", Toplevel(host));
            Assert.NotEqual(0, ended.ExitCode);
            // Nix indents the second line of a message, each release in its own way.
            Assert.Contains(
                $"hostlock: locks/{host}.lock: {what}\nmend it with: {mend}\n",
                Regex.Replace(ended.Errors, "\n *mend", "\nmend"),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_stamped_host_carries_its_lock(string release)
    {
        using var hosts = new SevenHosts().Adopted();
        var nix = RealNix.Get(release, hosts.Folder);
        hosts.Folder.Write(
            "fleet/hostlock.toml",
            hosts.Folder.Read("fleet/hostlock.toml").Replace("[hosts.plex]", "[hosts.plex]\nstamp = true", StringComparison.Ordinal));
        TestGit.Commit(hosts.Fleet, 4);
        var before = nix.Systems(hosts.Fleet);

        _ = nix.Run(
            hosts.Fleet, "build", "--out-link", hosts.Folder["plex"], ".#nixosConfigurations.plex.config.system.build.toplevel").Succeeded;
        var etc = nix.Run(
            hosts.Fleet, "eval", "--raw", ".#nixosConfigurations.plex.config.environment.etc.\"hostlock/flake.lock\".source").Succeeded;
        File.AppendAllText(Path.Combine(hosts.Fleet, "modules/notes.txt"), "nothing that a host reads\n");
        TestGit.Commit(hosts.Fleet, 5);

        Assert.Equal(hosts.Lock("plex"), File.ReadAllBytes(hosts.Folder["plex/hostlock/flake.lock"]));
        Assert.Equal(hosts.Lock("plex"), File.ReadAllBytes(etc));
        using var about = System.Text.Json.JsonDocument.Parse(File.ReadAllText(hosts.Folder["plex/hostlock/host.json"]));
        Assert.Equal("plex", about.RootElement.GetProperty("host").GetString());
        Assert.Equal("locks/plex.lock", about.RootElement.GetProperty("lock").GetString());
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(hosts.Lock("plex"))),
            about.RootElement.GetProperty("sha256").GetString());
        Assert.Empty(Moved(before, nix.Systems(hosts.Fleet)));
    }

    /// <summary>Each hostlock.nix that came before, in their order.</summary>
    [Theory]
    [InlineData("2.34")]
    public void An_upgrade_from_each_earlier_library_builds_the_same_systems(string release)
    {
        using var hosts = new SevenHosts().Adopted();
        var nix = RealNix.Get(release, hosts.Folder);
        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex").Succeeded;
        TestGit.Commit(hosts.Fleet, 11);
        var now = nix.Systems(hosts.Fleet);
        var (current, day) = (hosts.Folder.Read("fleet/hostlock.nix"), 12);
        var earlier = Directory.GetFiles(Path.Combine(Repository.Root, "tests/vectors/library"), "*.nix");

        Assert.NotEmpty(earlier);
        Assert.All(earlier.Order(StringComparer.Ordinal), library =>
        {
            hosts.Folder.Write("fleet/hostlock.nix", File.ReadAllText(library));
            TestGit.Commit(hosts.Fleet, day++);
            var before = nix.Systems(hosts.Fleet);

            _ = hosts.Hostlock("init", "--upgrade", "--yes").Succeeded;

            Assert.Equal(current, hosts.Folder.Read("fleet/hostlock.nix"));
            Assert.Equal(now, before);
            Assert.Equal(now, nix.Systems(hosts.Fleet));
        });
    }

    [Fact]
    public void The_library_can_be_read_in_one_sitting() =>
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "nix/hostlock.nix")).Count(), 1, 249);

    // A set with an outPath would be printed as that alone.
    const string Printable = "x: builtins.mapAttrs (_: i: builtins.removeAttrs i [ \"outPath\" ] // { path = i.outPath; }) x";

    // Older releases leave out attributes that hostlock.nix gives in every release.
    static string WhereNixGivesLess(string release, string json)
    {
        var document = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        foreach (var (_, input) in document)
        {
            if (release is "2.8")
                input!.AsObject().Remove("_type");
            if (release is not "2.34")
                input!.AsObject().Remove("source");
        }
        return document.ToJsonString();
    }

    static string Toplevel(string host) => $".#nixosConfigurations.{host}.config.system.build.toplevel.drvPath";

    static IEnumerable<string> Moved(Dictionary<string, string> before, Dictionary<string, string> after) =>
        before.Keys.Where(name => before[name] != after[name]);
}
