using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// Hosts that comin deploys, an agent that takes what is pushed in its own time. Its double says <c>done</c> of everything.
/// </summary>
public class CominTests(SwitchFleet shared) : SwitchingTests(shared)
{
    /// <summary>A host for each test.</summary>
    internal static string[] Hosts { get; } =
    [
        "pulls", "pulls-nothing", "pulls-bad", "pulls-half", "suspended", "confirms", "unpushed", "uncommitted", "pulled-before",
        "pulls-later",
    ];

    [Fact]
    public void A_host_gets_what_is_pushed_and_is_looked_at_until_it_has_it()
    {
        var story = BeginAgent("pulls");
        Push(story);

        var ended = story.Switch();

        AssertCode(0, ended);
        Assert.Contains("copied · switched · ssh ok · units ok · kept", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
        Assert.Contains("runs it already", story.Switch().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_that_says_done_and_did_nothing_is_not_believed()
    {
        var story = BeginAgent("pulls-nothing");
        Push(story);
        story.Host.Inject(HostFault.EngineDoesNothing);

        var ended = story.Switch();

        AssertCode(1, ended);
        // A busy machine may not hear of us in time.
        Assert.Matches("not activated: the machine did not get the system in time|fell silent", ended.Output);
        story.AssertBack();
    }

    [Theory]
    [InlineData("pulls-bad", "unit", "broken", "units failed: broken.service failed · returned")]
    [InlineData("pulls-half", "activate", "", " · returned")]
    public void A_host_that_fails_runs_and_boots_what_it_did_before(string name, string fault, string value, string said)
    {
        var story = BeginAgent(name);
        Push(story);
        story.Host.Inject(new(fault, value));

        var ended = story.Switch();

        AssertCode(1, ended);
        Assert.Contains(said, ended.Output, StringComparison.Ordinal);
        story.AssertBack();
    }

    [Fact]
    public void An_agent_that_is_suspended_is_named_and_its_host_is_not_touched()
    {
        var story = BeginAgent("suspended");
        Push(story);
        _ = story.Host.Run("comin", "suspend").Succeeded;

        var ended = story.Switch();

        AssertCode(5, ended);
        Assert.Contains("not activated yet: hostlock: comin is suspended; there: comin resume", ended.Output, StringComparison.Ordinal);
        Assert.Contains("hostlock switch --resume\n", ended.Errors, StringComparison.Ordinal);
        story.AssertUntouched();
        _ = story.Host.Run("comin", "resume").Succeeded;
        AssertCode(0, story.Run("switch", "--resume"));
        story.AssertKept();
    }

    [Fact]
    public async Task An_agent_that_takes_its_time_is_not_waited_for_once_it_is_to_stop()
    {
        var story = BeginAgent("pulls-later");
        Push(story);
        story.Host.Inject(HostFault.EngineDoesNothing);
        var switching = Task.Run(() => story.Switch(), TestContext.Current.CancellationToken);
        FakeHost.Until(switching, () => story.Host.TextOf("/var/lib/hostlock/trial") is not null);

        _ = Fleet.Controller.Run("pkill", "-TERM", "-f", "^hostlock switch pulls-later").Succeeded;
        var stopped = await switching;
        story.Host.Heal();

        AssertCode(130, stopped);
        Assert.Contains("  go on     hostlock switch --resume\n", stopped.Errors, StringComparison.Ordinal);
        AssertCode(0, story.Run("switch", "--resume"));
        story.AssertKept();
    }

    [Fact]
    public void An_agent_that_asks_about_the_system_is_told_to_deploy_it()
    {
        var story = BeginAgent("confirms");
        Push(story);
        _ = story.Host.Shell(": >/var/lib/comin/confirm").Succeeded;

        var ended = story.Switch();

        AssertCode(0, ended);
        story.AssertKept();
    }

    [Theory]
    [InlineData("unpushed", "unpushed deploys pushed commits by itself, and the commit is not", "git push")]
    [InlineData("uncommitted", "uncommitted deploys pushed commits by itself, and files are changed", "git commit --all && git push")]
    public void What_is_not_pushed_cannot_be_switched_to(string name, string said, string mend)
    {
        var story = BeginAgent(name);
        if (name == "unpushed")
            TestGit.Commit(story.Clone, 3);

        var ended = story.Switch();

        AssertCode(1, ended);
        Assert.Contains(said, ended.Errors, StringComparison.Ordinal);
        Assert.Contains($"hint: {mend}\n", ended.Errors, StringComparison.Ordinal);
        story.AssertUntouched();
    }

    [Fact]
    public void A_host_that_had_the_system_before_it_was_asked_for_is_checked_and_kept()
    {
        var story = BeginAgent("pulled-before");
        Push(story);
        _ = story.Host.Run("comin", "fetch").Succeeded;
        FakeHost.Until(() => story.Host.State().Running != story.Before.Running);

        var ended = story.Switch();

        AssertCode(0, ended);
        Assert.Contains("ssh ok · units ok · kept", ended.Output, StringComparison.Ordinal);
        story.AssertKept();
    }

    // A repository that the host deploys from, and that the clone pushes to.
    SwitchStory BeginAgent(string name)
    {
        var story = Begin(name);
        var remote = $"{story.Clone}.git";
        _ = TestGit.In(story.Clone, "clone", "--quiet", "--bare", ".", remote);
        _ = TestGit.In(story.Clone, "remote", "set-url", "origin", remote);
        _ = story.Host.Run("sh", "-c", "mkdir -p /var/lib/comin && echo \"$1\" >/var/lib/comin/repository", "-", remote).Succeeded;
        story.Set("[rollout]\nengine = \"comin\"\ntrial = \"20s\"\n");
        return story;
    }

    static void Push(SwitchStory story)
    {
        TestGit.Commit(story.Clone, 3);
        _ = TestGit.In(story.Clone, "push", "--quiet", "origin", "main");
    }
}
