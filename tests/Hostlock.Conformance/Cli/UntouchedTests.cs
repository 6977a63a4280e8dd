using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>The user's own things stay as they are, whatever is typed: the index, HEAD and all refs, and every file that is not
/// hostlock's.</summary>
public class UntouchedTests
{
    [Fact]
    public void No_command_touches_the_index_HEAD_or_a_file_of_the_users()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex", "--commit").Succeeded;
        hosts.Move("nixpkgs", 11, text: "another\n");
        hosts.Folder.Write("fleet/hosts/dobro.nix", "{ ... }: { networking.hostName = \"staged\"; }\n");
        TestGit.In(hosts.Fleet, "add", "hosts/dobro.nix");
        hosts.Folder.Write("fleet/hosts/dobro.nix", "{ ... }: { networking.hostName = \"dirty\"; }\n");
        hosts.Folder.Write("fleet/notes", "untracked\n");
        var beside = hosts.Folder.Write("beside.lock", hosts.Folder.Read("fleet/locks/plex.lock"));
        var earlier = TestGit.In(hosts.Folder["inputs/nixpkgs"], "rev-parse", "HEAD~1").Trim();
        var before = Everything(hosts);

        foreach (var form in EveryCommand.With(beside, earlier))
        {
            var ended = hosts.Hostlock(form);

            // To see which systems differ, nix is asked, which need not be here.
            var isDone = ended.ExitCode is 0 or 1 || (form[0] == "affected" && ended.ExitCode == 3);
            Assert.True(isDone, $"{string.Join(' ', form)}: {ended.ExitCode}\n{ended.Output}{ended.Errors}");
            foreach (var (file, hash) in Everything(hosts))
                Assert.True(before.GetValueOrDefault(file) == hash, $"{string.Join(' ', form)} changed {file}");
            Assert.Equal(before.Count, Everything(hosts).Count);
        }
    }

    [Fact]
    public void No_command_is_forgotten_here()
    {
        using var hosts = new SevenHosts();
        var help = hosts.Hostlock("--help").Succeeded;

        // The commands are in groups, before the options. A line that goes on says no name.
        var commands = help.Split("\nOptions:\n")[0].Split('\n')
            .Where(line => line.Length > 2 && line.StartsWith("  ", StringComparison.Ordinal) && line[2] != ' ')
            .Select(line => line.Trim().Split(' ')[0]);

        // What takes hostlock out of a flake changes the user's files, because it is asked to. The others ask machines or change them; for
        // them there are MachinesTests, SwitchTests, RolloutScenariosTests and PullTests. A page is served until somebody ends it;
        // UiPageTests do.
        Assert.Equal(
            commands.Except(["eject", "adopt", "probe", "switch", "rollback", "rollout", "release", "pull", "ui"])
                .Order(StringComparer.Ordinal),
            EveryCommand.Forms.Select(form => form[0]).Distinct().Order(StringComparer.Ordinal));
    }

    // All files of the fleet and of its repository but the locks, hostlock.toml, which freeze writes, what git itself keeps of its
    // objects, and the record of what was done.
    static Dictionary<string, string> Everything(SevenHosts hosts) =>
        Directory.EnumerateFiles(hosts.Fleet, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(hosts.Fleet, file))
            .Where(
                file =>
                    !file.EndsWith(".lock", StringComparison.Ordinal)
                        && file != "hostlock.toml"
                        && !file.StartsWith(".git/objects/", StringComparison.Ordinal)
                        && !file.StartsWith(".git/hostlock-changes/", StringComparison.Ordinal))
            .ToDictionary(
                file => file,
                file =>
                    Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(hosts.Fleet, file)))));
}
