using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>Standard streams that are closed, or cannot be written.</summary>
public class StreamsTests
{
    static readonly string[] Commands =
    [
        "status", "status --json", "show root", "show root --json", "check --json", "lock", "man", "completion zsh", "--help", "--version",
        "log", "'[suggest:9]' 'hostlock '",
    ];

    public static TheoryData<string> Everything => [.. Commands];

    [Theory]
    [MemberData(nameof(Everything))]
    public void Output_that_cannot_be_written_is_told(string command)
    {
        using var hosts = new SevenHosts();
        _ = hosts.Hostlock("lock", "root").Succeeded;
        var isQuiet = Shell(hosts, $"{command} | wc -c").Output.Trim() == "0";

        var ended = Shell(hosts, $"{command} > /dev/full; echo $?");

        Assert.Equal(isQuiet ? "0\n" : "3\n", ended.Output);
        Assert.Equal(!isQuiet, ended.Errors.Contains("error: cannot write the output: No space left", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_said_of_hosts_comes_behind_their_table_if_both_go_to_one_place()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 4);
        _ = hosts.Hostlock("update", "plex").Succeeded;

        var lines = Shell(hosts, "status 2>&1").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith("host", lines[0], StringComparison.Ordinal);
        Assert.Contains("not committed", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_flakes_each_has_its_heading_once_if_both_go_to_one_place()
    {
        using var hosts = new SevenHosts();
        foreach (var flake in (string[])["home", "work"])
        {
            hosts.Folder.Write($"fleet/{flake}/flake.nix", "{ outputs = { self }: { }; }\n");
            hosts.Folder.Write($"fleet/{flake}/hostlock.toml", $"version = 1\n[hosts.{flake}-nas]\n");
        }
        File.Delete(hosts.Folder["fleet/flake.nix"]);
        TestGit.Commit(hosts.Fleet, 3);

        var (together, apart) = (Shell(hosts, "status 2>&1").Output, Shell(hosts, "status"));

        string[] headings = ["home/", "work/"];
        Assert.Equal(headings, Headings(together));
        Assert.Equal(headings, Headings(apart.Output));
        Assert.Equal(headings, Headings(apart.Errors));

        static string[] Headings(string text) => [.. text.Split('\n').Where(line => line is ['h' or 'w', .., '/'])];
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Closed_streams_are_quiet_and_no_file_takes_their_place(string command)
    {
        using var hosts = new SevenHosts();
        _ = hosts.Hostlock("lock", "root").Succeeded;
        var (before, changed) = (hosts.Lock("root"), TestGit.In(hosts.Fleet, "status", "--porcelain"));

        var ended = Shell(
            hosts,
            $"{command} 2>/dev/null >&-; echo $?; \"$0\" {command} 2>&- >/dev/null; echo $?; \"$0\" {command} <&- >&- 2>&-; echo $?");

        Assert.Equal(("0\n0\n0\n", ""), (ended.Output, ended.Errors));
        Assert.Equal(before, hosts.Lock("root"));
        Assert.Equal(changed, TestGit.In(hosts.Fleet, "status", "--porcelain"));
    }

    [Fact]
    public void Whoever_stops_reading_is_not_told()
    {
        using var hosts = new SevenHosts();

        var ended = Shell(hosts, "man | head -n 1 >/dev/null; echo $?");

        Assert.Equal(("0\n", ""), (ended.Output, ended.Errors));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("update root -n")]
    [InlineData("init")]
    public void A_terminal_stays_in_the_mode_that_it_has(string command)
    {
        const string Terminal = "/usr/bin/script";
        Assert.SkipUnless(File.Exists(Terminal), $"there is no {Terminal}");
        using var hosts = new SevenHosts();
        _ = hosts.Hostlock("lock", "root").Succeeded;

        var ended = Shell(hosts, $"--version >/dev/null; export TERM=xterm; echo n | {Terminal} -qec \"$0 {command}\" /dev/null; echo $?");

        // The keys of the cursor and the keypad. A download that takes long hides the cursor while it is shown.
        Assert.DoesNotContain("\e[?1", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e=", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_that_nobody_can_read_change_no_exit_code()
    {
        using var hosts = new SevenHosts();

        var ended = Shell(hosts, "show nobody 2>/dev/full; echo $?; \"$0\" show nobody >/dev/full 2>/dev/full; echo $?");

        Assert.Equal("2\n2\n", ended.Output);
    }

    [Fact]
    public void No_source_of_secrets_is_needed()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        var script = hosts.Folder.Write("bare.sh", """
            set -e
            mkdir dev
            mount -t tmpfs tmpfs dev
            for file in null zero full; do touch dev/$file; mount --bind /dev/$file dev/$file; done
            # The files of tests may be there.
            [ ! -d /dev/shm ] || { mkdir dev/shm; mount --rbind /dev/shm dev/shm; }
            mount --move dev /dev
            cd fleet
            "$1" update --all >/dev/null
            """);
        var ended = Run.Program(
            "unshare", hosts.Folder.Path, HostlockProgram.Variables(hosts.Home), "--map-root-user", "--mount", "sh", "-c",
            "mount -t tmpfs tmpfs /mnt && exec sh \"$0\" \"$1\"", script, HostlockProgram.Path);
        Assert.SkipWhen(
            ended.Errors.Contains("mount:", StringComparison.Ordinal), $"no file system of one's own can be mounted here: {ended.Errors}");

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    // The program is $0.
    static Ended Shell(SevenHosts hosts, string line)
    {
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        return Run.Program("sh", hosts.Fleet, HostlockProgram.Variables(hosts.Home), "-c", $"\"$0\" {line}", HostlockProgram.Path);
    }
}
