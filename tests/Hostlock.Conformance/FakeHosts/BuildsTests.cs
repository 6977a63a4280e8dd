using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>The places in which systems are evaluated and built, and the ways that the systems take from there.</summary>
public class BuildsTests(SwitchFleet shared) : SwitchingTests(shared)
{
    /// <summary>A host for each test, and those that are built or build beside them.</summary>
    internal static string[] Hosts { get; } =
    [
        "jobs", "jobs-too", "old-jobs", "old-jobs-too", "no-jobs", "no-jobs-too", "broken-jobs", "broken-jobs-too", "same-files",
        "elsewhere", "builder", "pushed", "not-pushed", "own-place", "substituted",
    ];

    /// <summary>A PATH with a folder of programs that only some tests have on it.</summary>
    internal const string WithJobs = "PATH=/usr/local/lib/jobs:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

    [Fact]
    public void Several_hosts_are_evaluated_by_nix_eval_jobs_within_their_bounds()
    {
        var story = BeginTwo("jobs", "[rollout]\njobs = 2\nmemory = 512\n");

        var ended = story.With([WithJobs], "switch", "jobs", "jobs-too", "--yes");

        AssertCode(0, ended);
        Assert.Contains("building jobs jobs-too\n", ended.Errors, StringComparison.Ordinal);
        story.AssertKept();
        var told = Assert.Single(Told("jobs-too"));
        Assert.Contains("--workers 2 --max-memory-size 512 --gc-roots-dir /", told, StringComparison.Ordinal);
        Assert.Contains($"--flake git+file://{story.Clone}#nixosConfigurations", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_nix_eval_jobs_or_by_one_that_knows_too_little_nix_evaluates()
    {
        var story = BeginTwo("no-jobs");
        AssertCode(0, story.Run("switch", "no-jobs", "no-jobs-too", "--yes"));
        story.AssertKept();

        var old = BeginTwo("old-jobs");
        _ = Fleet.Controller.Shell("""
            mkdir -p /usr/local/lib/old && cd /usr/local/lib/old &&
            printf '#!/bin/sh\necho "error: unrecognised flag --select" >&2\nexit 1\n' >nix-eval-jobs && chmod +x nix-eval-jobs
            """).Succeeded;
        AssertCode(
            0, old.With([WithJobs.Replace("/jobs:", "/old:", StringComparison.Ordinal)], "switch", "old-jobs", "old-jobs-too", "--yes"));
        old.AssertKept();
    }

    [Fact]
    public void A_host_that_cannot_be_evaluated_is_named_before_any_machine_is_touched()
    {
        var story = BeginTwo("broken-jobs");
        File.WriteAllText(
            Path.Combine(story.Clone, "hosts/broken-jobs-too.nix"), "{ networking.hostName = throw \"no name for it\"; }\n");

        var ended = story.With([WithJobs], "switch", "broken-jobs", "broken-jobs-too", "--yes");

        AssertCode(3, ended);
        Assert.Contains("broken-jobs-too cannot be built", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("no name for it", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("hint: no machine was touched", ended.Errors, StringComparison.Ordinal);
        story.AssertUntouched();
    }

    [Fact]
    public void What_the_same_files_made_is_not_evaluated_again_and_built_again_if_it_was_collected()
    {
        var story = Begin("same-files");
        _ = Fleet.Controller.Shell("""
            mkdir -p /usr/local/lib/told && cd /usr/local/lib/told &&
            printf '#!/bin/sh\necho "$*" >>/var/log/nix-told\nexec /usr/local/bin/nix "$@"\n' >nix && chmod +x nix
            """).Succeeded;
        TestGit.Commit(story.Clone, 3);
        AssertCode(0, Switch());
        Assert.Equal([".config.system.build.toplevel"], Builds());

        // The same files in another commit are the same files.
        TestGit.CommitStaged(story.Clone, 4);
        AssertCode(0, Switch());
        Assert.Empty(Builds());

        // Without the link, nix is asked for the path alone.
        File.Delete(Path.Combine(story.Clone, ".git/hostlock/system-same-files"));
        AssertCode(0, Switch());
        Assert.Equal([story.Host.State().Running], Builds());

        // A file that is changed may make anything.
        story.Module("environment.systemPackages = [ \"linux\" ];");
        AssertCode(0, Switch());
        Assert.Equal([".config.system.build.toplevel"], Builds());

        Ended Switch() => story.With(
            ["PATH=/usr/local/lib/told:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"], "switch", "same-files", "--yes");

        // The systems that were built since the last call: the end of each reference.
        string[] Builds()
        {
            var told = Fleet.Controller.Shell("cat /var/log/nix-told; rm -f /var/log/nix-told").Output.Split('\n');
            var asked = told.Where(line => line.Contains(" build ", StringComparison.Ordinal)).Select(line => line.Split(' ')[^1]);
            return [.. asked.Select(word => word[Math.Max(0, word.IndexOf(".config", StringComparison.Ordinal))..])];
        }
    }

    [Fact]
    public void A_system_can_be_built_on_another_machine_and_is_not_here_then()
    {
        var story = Begin("elsewhere");
        _ = Fleet.Light("builder");
        story.Set("[rollout]\nbuild = \"ssh-ng://root@builder\"\n");

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
        Assert.NotEqual(0, Fleet.Controller.Run("test", "-e", story.Host.State().Running).ExitCode);
    }

    [Fact]
    public void A_host_may_be_built_in_a_place_of_its_own()
    {
        var story = Begin("own-place");
        story.Edit("hostlock.toml", "target = \"root@own-place\"", "target = \"root@own-place\"\nbuild = \"target\"");

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
        Assert.NotEqual(0, Fleet.Controller.Run("test", "-e", story.Host.State().Running).ExitCode);
    }

    [Fact]
    public void What_is_built_is_handed_to_a_program_before_a_machine_is_touched()
    {
        var story = Begin("pushed");
        story.Set("""
            [rollout]
            substitute = true
            after-build = ["./push", "a word; true", "{systems}"]
            """);
        File.WriteAllText(
            Path.Combine(story.Clone, "push"),
            "#!/bin/sh\nset -e\nprintf '%s\\n' \"$@\" >pushed\nssh root@pushed readlink /run/current-system >>pushed\n");
        _ = Fleet.Controller.Run("chmod", "+x", Path.Combine(story.Clone, "push")).Succeeded;

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
        Assert.Equal(
            ["a word; true", story.Host.State().Running, story.Before.Running], File.ReadAllLines(Path.Combine(story.Clone, "pushed")));
    }

    [Fact]
    public void A_host_fetches_from_its_cache_what_was_pushed_there()
    {
        var story = Begin("substituted");
        var (cache, key) = ($"{story.Clone}.cache", $"{story.Clone}.key");
        story.Set($$"""
            [rollout]
            substitute = true
            after-build = ["nix", "copy", "--to", "file://{{cache}}?secret-key={{key}}", "{systems}"]
            """);
        _ = Fleet.Controller.Shell($"nix key generate-secret --key-name cache >{key}").Succeeded;
        _ = story.Host.Shell(
            $"mkdir -p .config/nix && printf 'substituters = file://{cache}\nrequire-sigs = false\n' >.config/nix/nix.conf").Succeeded;

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
        // Only what comes out of the cache is signed.
        var running = story.Host.State().Running;
        Assert.Contains("cache:", story.Host.Run("nix", "path-info", "--sigs", running).Succeeded, StringComparison.Ordinal);
        var here = Fleet.Controller.Run("nix", "path-info", "--sigs", running).Succeeded;
        Assert.DoesNotContain("cache:", here, StringComparison.Ordinal);
    }

    [Fact]
    public void If_that_program_fails_no_machine_is_touched()
    {
        var story = Begin("not-pushed");
        story.Set("[rollout]\nafter-build = [\"sh\", \"-c\", \"echo 'no room in the cache' >&2; exit 9\"]\n");

        var looked = story.Run("switch", "not-pushed", "--dry-run");
        var ended = story.Switch();

        AssertCode(0, looked);
        AssertCode(3, ended);
        Assert.Contains("'sh' of after-build failed: no room in the cache", ended.Errors, StringComparison.Ordinal);
        story.AssertUntouched();
    }

    SwitchStory BeginTwo(string name, string settings = "")
    {
        var story = Begin(name);
        var second = $"{name}-too";
        _ = Fleet.Light(second);
        _ = story.Run("update", second).Succeeded;
        story.Set(settings);
        return story;
    }

    // The words about a host that nix-eval-jobs was given.
    string[] Told(string host) =>
    [
        .. Fleet.Controller.Run("cat", "/var/log/nix-eval-jobs").Output.Split('\n')
            .Where(line => line.Contains($"\"{host}\"", StringComparison.Ordinal)),
    ];
}
