using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>Rollouts whose hosts are activated by programs that evaluate the flake by themselves, here or on the hosts.</summary>
[Trait("time", "long")]
public class RolloutEnginesTests(RolloutFleet shared) : RolloutTests(shared)
{
    /// <summary>A story for each test, with the number of its hosts.</summary>
    internal static (string Name, int Hosts)[] Stories { get; } =
        [("by-engine", 2), ("by-agent", 2), ("by-jobs", 3), ("suspended-agent", 3)];

    [Fact]
    public void An_engine_is_given_the_commit_of_the_rollout_whatever_the_files_say()
    {
        var story = Begin("by-engine");
        story.Set($"[rollout]\nengine = \"deploy-rs\"\n\n{EnginesTests.Documented["deploy-rs"]}");
        // By the files as they are, it would come to another system.
        story.Write(
            "hosts/by-engine-b.nix",
            "{ networking.hostName = \"by-engine-b\"; environment.systemPackages = [ \"linux\" ]; }\n");

        Fleet.WithEngine(null, () => AssertCode(0, story.Rollout()));

        story.AssertKept("a", "b");
    }

    [Fact]
    public void The_hosts_of_a_rollout_are_evaluated_by_nix_eval_jobs_out_of_its_commit()
    {
        var story = Begin("by-jobs");

        var planned = story.With([BuildsTests.WithJobs], "rollout", "--plan", "--json");
        var ended = story.Rollout(BuildsTests.WithJobs);

        AssertCode(0, planned);
        AssertCode(0, ended);
        story.AssertKept("a", "b", "c");
        Assert.All(story.Letters, letter => Assert.Contains(story.Host(letter).State().Running, planned.Output));
        var told = Fleet.Controller.Run("grep", "\"by-jobs-c\"", "/var/log/nix-eval-jobs").Output;
        Assert.Equal(2, told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.Contains(
            $"--flake git+file://{story.Clone}?rev=", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_ring_is_pushed_and_its_agents_get_it_by_themselves()
    {
        var story = BeginWithAgents("by-agent");

        var ended = story.Rollout();

        AssertCode(0, ended);
        story.AssertKept("a", "b");
        Assert.Contains(" from by-agent-a: ", Assert.Single(story.Opened($"{story.Clone}.git")), StringComparison.Ordinal);
        story.AssertFiles();
    }

    [Fact]
    public void An_agent_that_is_suspended_is_for_a_person_and_its_host_is_not_touched()
    {
        var story = BeginWithAgents("suspended-agent");
        _ = story.Host("c").Run("comin", "suspend").Succeeded;

        var waits = story.Rollout();
        var tick = story.Run("tick");
        story.AssertUntouched("c");
        _ = story.Host("c").Run("comin", "resume").Succeeded;
        var due = story.Run("tick", "--dry-run");
        story.AssertUntouched("c");
        var ended = story.Run("tick");

        AssertCode(5, waits);
        Assert.Contains(
            "suspended-agent-c waits: hostlock: comin is suspended; there: comin resume\n", waits.Output, StringComparison.Ordinal);
        Assert.Contains("once that is mended  hostlock rollout --resume\n", waits.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (tick.ExitCode, tick.Output));
        Assert.Equal((0, "due: ask the agent of suspended-agent-c again\n"), (due.ExitCode, due.Output));
        AssertCode(0, ended);
        story.AssertKept("a", "b", "c");
    }

    // The hosts deploy by themselves what is pushed.
    RolloutStory BeginWithAgents(string name)
    {
        var story = Begin(name);
        story.Set("[rollout]\nengine = \"comin\"\nopen = \"push\"\ntrial = \"60s\"\n");
        foreach (var letter in story.Letters)
        {
            _ = story.Host(letter).Run(
                "sh", "-c", "mkdir -p /var/lib/comin && echo \"$1\" >/var/lib/comin/repository", "-", $"{story.Clone}.git").Succeeded;
        }
        return story;
    }
}
