using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>Kills, full disks, two at once, and what is the user's own: every lock is old or new, and nothing else is touched.</summary>
public class RobustnessTests
{
    [Fact]
    public void Killed_at_any_moment_every_lock_is_old_or_new()
    {
        using var hosts = new SevenHosts().Adopted();
        // How long a run takes here, so that it is killed at twenty moments from its beginning to its end.
        hosts.Move("nixpkgs", 9);
        var watch = Stopwatch.StartNew();
        _ = hosts.Hostlock("update", "--all").Succeeded;
        var whole = watch.Elapsed;
        for (var day = 10; day < 30; day++)
        {
            hosts.Move("nixpkgs", day, text: $"{day}\n");
            var before = SevenHosts.Names.ToDictionary(name => name, hosts.Lock);
            var start = HostlockProgram.Start(hosts.Fleet, hosts.Home, "update", "--all");
            using (var process = Process.Start(start)!)
            {
                process.WaitForExit(whole * (day - 10) / 20);
                process.Kill();
                process.WaitForExit();
            }

            foreach (var name in SevenHosts.Names)
            {
                // The new lock is whole: every byte that Nix would write for it is there.
                var after = hosts.Lock(name);
                Assert.True(
                    before[name].AsSpan().SequenceEqual(after)
                        || LockFileWriter.Write(LockFileReader.Read(name, after)).AsSpan().SequenceEqual(after));
            }
        }

        // The files that a killed run leaves behind are in nobody's way.
        hosts.Move("nixpkgs", 30);
        Assert.Equal(0, hosts.Hostlock("update", "--all").ExitCode);
        Assert.Empty(Directory.EnumerateFiles(hosts.Fleet, ".hostlock-tmp-*", SearchOption.AllDirectories));
        Assert.Single(SevenHosts.Names.Select(name => Convert.ToHexString(hosts.Lock(name))).Distinct());
    }

    [Fact]
    public void A_full_disk_leaves_every_lock_as_it_was()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        var script = hosts.Folder.Write("full.sh", """
            set -e
            mkdir small
            mount -t tmpfs -o size=2m tmpfs small
            cp -a fleet/. small
            cd small
            cat /dev/zero > filler 2>/dev/null || true
            set +e
            "$1" update --all > ../said 2>&1
            echo $? > ../code
            rm filler
            git -c safe.directory='*' status --short > ../changed
            find . -name '.hostlock-tmp-*' >> ../changed
            """);
        var ended = Run.Program(
            "unshare",
            hosts.Folder.Path,
            HostlockProgram.Variables(hosts.Home),
            "--map-root-user",
            "--mount",
            "sh",
            script,
            HostlockProgram.Path);
        Assert.SkipUnless(ended.ExitCode == 0, $"no file system of one's own can be mounted here: {ended.Errors}");

        Assert.Equal("3\n", hosts.Folder.Read("code"));
        Assert.Contains("cannot write", hosts.Folder.Read("said"), StringComparison.Ordinal);
        Assert.Equal("", hosts.Folder.Read("changed"));
    }

    [Fact]
    public void A_current_folder_that_was_deleted_is_named()
    {
        using var hosts = new SevenHosts();

        var ended = Run.Program(
            "sh",
            hosts.Fleet,
            HostlockProgram.Variables(hosts.Home),
            "-c",
            "mkdir gone; cd gone; rmdir ../gone; \"$0\" status; echo $?; \"$0\" -C \"$1\" status >/dev/null 2>&1; echo $?",
            HostlockProgram.Path,
            hosts.Fleet);

        Assert.Equal(("2\n0\n", $"error: there is no folder '{hosts.Fleet}/gone'\n"), (ended.Output, ended.Errors));
    }

    [Theory]
    [InlineData("flake.nix")]
    [InlineData(".git")]
    [InlineData("locks")]
    public void What_this_user_may_not_read_is_named_in_the_same_words_by_all_commands(string path)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        using var hosts = new SevenHosts().Adopted();
        _ = hosts.Hostlock("status").Succeeded;

        var ended = Run.Program(
            "sh",
            hosts.Fleet,
            HostlockProgram.Variables(hosts.Home),
            "-c",
            """
            chown -R 65534 "$2"
            chmod 0 "$1"
            for words in 'lock plex' 'init --dry-run' 'eject --dry-run' 'input remove wallpapers --dry-run' \
                'hash .' 'report -o -' 'bisect plex --good HEAD --run true'; do
              setpriv --reuid 65534 --regid 65534 --clear-groups "$0" $words
              echo $?
            done
            chmod 755 "$1"
            """,
            HostlockProgram.Path,
            path,
            hosts.Folder.Path);

        Assert.Equal("2\n2\n2\n2\n2\n2\n2\n", ended.Output);
        var told = $"error: cannot read '{Regex.Escape($"{hosts.Fleet}/{path}")}(/[^']+)?': Permission denied\n";
        Assert.True(Regex.Count(ended.Errors, told) == 7, ended.Errors);
    }

    // The index is read by git too, which says so in its own words. git calls an object missing if it may not read it.
    [Theory]
    [InlineData("index", "git could not read the (history|attributes) of '.*': fatal: .*index file open failed: Permission denied")]
    [InlineData("objects/??", "cannot read '.*/.git/objects/[0-9a-f/]*': Permission denied")]
    public void What_git_may_not_read_is_no_empty_history(string path, string why)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        using var hosts = new SevenHosts().Adopted();

        var ended = Run.Program(
            "sh",
            hosts.Fleet,
            HostlockProgram.Variables(hosts.Home),
            "-c",
            """
            chown -R 65534 "$2"
            chmod 0 .git/$1
            for words in 'log' 'log --json' 'affected --base HEAD'; do
              setpriv --reuid 65534 --regid 65534 --clear-groups "$0" $words
              echo $?
            done
            chmod 755 .git/$1
            """,
            HostlockProgram.Path,
            path,
            hosts.Folder.Path);

        Assert.Equal("2\n2\n2\n", ended.Output);
        var told = $"error: {why}\nhint: let this user read it, or run hostlock as the user who may\n";
        Assert.True(Regex.Count(ended.Errors, told) == 3, ended.Errors);
    }

    [Theory]
    [InlineData(".git")]
    [InlineData(".git/objects")]
    public void An_input_whose_repository_this_user_may_not_read_stays_and_the_others_move(string path)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        hosts.Move("hardware", 11);
        var denied = hosts.Folder[$"inputs/nixpkgs/{path}"];

        var ended = Run.Program(
            "sh",
            hosts.Fleet,
            HostlockProgram.Variables(hosts.Home),
            "-c",
            """
            chown -R 65534 "$2"
            chmod 0 "$1"
            setpriv --reuid 65534 --regid 65534 --clear-groups "$0" update plex --dry-run
            echo $?
            chmod 755 "$1"
            """,
            HostlockProgram.Path,
            denied,
            hosts.Folder.Path);

        Assert.EndsWith("\n4\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("• Updated input 'hardware':", ended.Output, StringComparison.Ordinal);
        Assert.Matches($"cannot read '{Regex.Escape(denied)}(/[^']+)?': Permission denied", ended.Output + ended.Errors);
    }

    [Fact]
    public void Without_a_thread_that_waits_for_signals_a_command_does_what_it_can()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become a user of whom nothing else runs");
        using var hosts = new SevenHosts().Adopted();

        var ended = Run.Program(
            "sh",
            hosts.Fleet,
            HostlockProgram.Variables(hosts.Home),
            "-c",
            "chown -R 65533 \"$1\"; exec setpriv --reuid 65533 --regid 65533 --clear-groups prlimit --nproc=2 \"$0\" status",
            HostlockProgram.Path,
            hosts.Folder.Path);

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
        Assert.Contains("\nplex ", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_writers_one_waits_for_another_day()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        using (FolderLock.TryTake(hosts.Fleet))
        {
            var second = hosts.Hostlock("update", "plex");

            Assert.Equal(6, second.ExitCode);
            Assert.Contains("another hostlock is writing here", second.Errors, StringComparison.Ordinal);
            Assert.Equal(0, hosts.Hostlock("status").ExitCode);
        }
        Assert.Equal(0, hosts.Hostlock("update", "plex").ExitCode);
    }

    [Fact]
    public void The_index_and_work_in_progress_stay_untouched()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        hosts.Folder.Write("fleet/modules/common.nix", hosts.Folder.Read("fleet/modules/common.nix") + "# in progress\n");
        hosts.Folder.Write("fleet/staged", "staged\n");
        TestGit.In(hosts.Fleet, "add", "staged");
        var index = File.ReadAllBytes(Path.Combine(hosts.Fleet, ".git/index"));
        var head = TestGit.In(hosts.Fleet, "rev-parse", "HEAD");

        string[][] lines = [["update", "plex"], ["promote", "plex", "dobro"], ["status"], ["check"], ["diff", "plex", "orc"], ["lock"]];
        foreach (var arguments in lines)
            _ = hosts.Hostlock(arguments);

        Assert.Equal(index, File.ReadAllBytes(Path.Combine(hosts.Fleet, ".git/index")));
        Assert.Equal(head, TestGit.In(hosts.Fleet, "rev-parse", "HEAD"));
        Assert.Equal(
            ["locks/dobro.lock", "locks/plex.lock", "modules/common.nix"],
            TestGit.In(hosts.Fleet, "diff", "--name-only").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void One_host_that_cannot_be_locked_does_not_hold_up_the_others()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        File.WriteAllText(Path.Combine(hosts.Fleet, "locks/orc.lock"), "{\n<<<<<<< HEAD\n");

        var ended = hosts.Hostlock("update", "--all");

        Assert.Equal(4, ended.ExitCode);
        Assert.Contains("orc: error: the lock file has conflict markers", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("locks/orc.lock:2:1", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(hosts.Lock("plex"), hosts.Lock("dobro"));
        Assert.Equal("{\n<<<<<<< HEAD\n", Encoding.UTF8.GetString(hosts.Lock("orc")));
    }

    [Fact]
    public void A_repository_that_cannot_be_read_is_the_world_s_fault_and_changes_nothing()
    {
        using var hosts = new SevenHosts().Adopted();
        var before = hosts.Lock("plex");
        Directory.Move(hosts.Folder["inputs/nixpkgs"], hosts.Folder["inputs/gone"]);

        var ended = hosts.Hostlock("update", "plex");

        Assert.Equal(4, ended.ExitCode);
        Assert.Contains("• Kept input 'nixpkgs' (out of reach: ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("does not exist", ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, hosts.Lock("plex"));
    }

    [Fact]
    public void A_syntax_error_is_shown_where_it_is()
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Folder.Write("fleet/flake.nix", "{\n  inputs.a.url = ;\n}\n");

        var ended = hosts.Hostlock("update", "plex");

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("flake.nix:2:18", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("2 |   inputs.a.url = ;", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Adopting_twice_changes_nothing()
    {
        using var hosts = new SevenHosts().Adopted();
        var before = TestGit.In(hosts.Fleet, "status", "--porcelain");

        var again = hosts.Hostlock("init", "--yes");

        Assert.Equal("nothing to do: this flake is set up\n", again.Output);
        Assert.Equal(before, TestGit.In(hosts.Fleet, "status", "--porcelain"));
    }

    [Fact]
    public void A_process_that_may_open_few_files_writes_many_locks()
    {
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        using var hosts = new SevenHosts().Adopted();
        var more = Enumerable.Range(0, 200).Select(i => $"h{i}").ToList();
        File.AppendAllText(Path.Combine(hosts.Fleet, "hostlock.toml"), string.Concat(more.Select(name => $"[hosts.{name}]\n")));

        var ended = Run.Program(
            "sh", hosts.Fleet, HostlockProgram.Variables(hosts.Home), "-c", "ulimit -n 100; \"$0\" lock --all -q", HostlockProgram.Path);

        Assert.Equal(("", ""), (ended.Output, ended.Errors));
        Assert.All(more, name => Assert.Equal(hosts.Lock("root"), hosts.Lock(name)));
    }

    // The collector asks for the addresses of its heap when the program starts, and without them there is nobody to say why it ended.
    [Fact]
    public void A_process_that_may_have_few_addresses_starts()
    {
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        using var hosts = new SevenHosts().Adopted();

        var ended = Run.Program(
            "sh", hosts.Fleet, HostlockProgram.Variables(hosts.Home), "-c", "ulimit -v 2000000; \"$0\" status", HostlockProgram.Path);

        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }
}
