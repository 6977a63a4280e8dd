using System.Text.Json;
using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.FakeHost;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>A lock goes through two rings while things happen to the hosts, to the repository, and to the run itself.</summary>
public class RolloutScenariosTests(RolloutFleet shared) : RolloutTests(shared)
{
    /// <summary>A story for each test, with as many hosts as it needs.</summary>
    internal static (string Name, int Hosts)[] Stories { get; } =
    [
        ("calm", 4), ("bad-canary", 2), ("spent", 4), ("asleep", 3), ("soaks", 2), ("reboots", 2), ("taken", 2), ("colleagues", 3),
        ("twins", 2), ("clones", 3), ("approves", 2), ("aborted", 2), ("planned", 3), ("pushed", 2), ("rebased", 2), ("overtaken", 2),
        ("branched", 2), ("unwritten", 2), ("chosen", 3), ("holds", 3), ("fresh", 2), ("lost", 3), ("torn", 2), ("altered", 2),
        ("filled", 3), ("rebooting", 2), ("swapped", 3), ("outpaced", 2), ("backwards", 2), ("amended", 3), ("powerless", 3),
        ("ordered", 3), ("drawn", 2), ("vanished", 3), ("signs", 2), ("writes", 2), ("crossed", 3),
    ];

    static readonly TimeSpan Soak = TimeSpan.FromSeconds(4);

    const string Soaks = "soak = \"4s\"\nparallel = 2\nmax-failed = 1\n";

    [Fact]
    public void A_lock_goes_through_the_rings_and_each_ring_is_a_commit()
    {
        var story = Begin("calm");

        var first = story.Rollout();
        var done = story.Activations();
        var again = story.Rollout();

        AssertCode(0, first);
        story.AssertKept("a", "b", "c", "d");
        Assert.Contains(" from calm-a: ", Assert.Single(story.Opened(story.Clone)), StringComparison.Ordinal);
        Assert.Contains("\n4 kept\n", first.Output, StringComparison.Ordinal);
        // A system or a lock that is there already is neither activated nor committed again.
        AssertCode(0, again);
        Assert.Equal(done, story.Activations());
        Assert.Single(story.Opened(story.Clone));
        story.AssertSettled();
    }

    [Fact]
    public void A_canary_that_fails_halts_and_nobody_else_is_touched()
    {
        var story = Begin("bad-canary");
        story.Host("a").Inject(HostFault.ActivationEnds);

        var ended = story.Rollout();

        AssertCode(1, ended);
        Assert.Contains("returned", ended.Output, StringComparison.Ordinal);
        Assert.Contains(
            "halted: bad-canary-a failed\nnot touched: bad-canary-b\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("hostlock rollout --again bad-canary-a\n", ended.Output, StringComparison.Ordinal);
        story.AssertBack("a");
        story.AssertUntouched("b");
        Assert.NotEqual(story.Lock("a"), story.Lock("b"));
        Assert.NotEqual(0, story.Host("b").Shell("ls /nix/var/nix/gcroots/hostlock/target").ExitCode);
        story.AssertSettled();
        // Not even if it is asked for once more without a word about it.
        AssertCode(1, story.Rollout());
        story.AssertBack("a");

        story.Host("a").Heal();
        AssertCode(0, story.Run("rollout", "--again", "bad-canary-a"));
        story.AssertKept("a", "b");
    }

    [Fact]
    public void One_failure_more_than_may_be_halts_and_what_is_kept_stays()
    {
        var story = Begin("spent", "max-failed = 1\n");
        story.Host("c").Inject(HostFault.ActivationEnds);
        story.Host("d").Inject(HostFault.ActivationEnds);

        var ended = story.Rollout();

        AssertCode(1, ended);
        Assert.Contains("halted: 2 of 3 hosts of ring 'rest' failed, and 1 may\n", ended.Output, StringComparison.Ordinal);
        story.AssertKept("a", "b");
        story.AssertBack("c", "d");
        story.AssertSettled();
    }

    [Fact]
    public void A_host_that_is_off_gets_its_lock_at_once_and_its_system_when_it_is_back()
    {
        var story = Begin("asleep");
        story.Host("c").PowerOff();

        var ended = story.Rollout();

        AssertCode(4, ended);
        Assert.Contains("absent", ended.Output, StringComparison.Ordinal);
        Assert.Contains("2 kept, 1 absent", ended.Output, StringComparison.Ordinal);
        Assert.Equal(story.Lock("a"), story.Lock("c"));
        var tick = story.Run("tick");
        Assert.Equal((0, "", ""), (tick.ExitCode, tick.Output, tick.Errors));

        story.Host("c").Boot();
        AssertCode(0, story.Run("tick"));
        story.AssertKept("a", "b", "c");
        Assert.Equal("", story.Run("tick").Output);
        story.AssertSettled();
    }

    [Fact]
    public async Task A_canary_that_sleeps_when_its_soak_is_over_is_asked_once_and_not_waited_for()
    {
        var story = Begin("soaks", Soaks);

        var waits = story.Rollout();
        story.Host("a").PowerOff();
        await Task.Delay(Soak, TestContext.Current.CancellationToken);
        var ended = story.Run("tick");

        AssertCode(5, waits);
        Assert.Contains("next: ring rest on ", waits.Output, StringComparison.Ordinal);
        AssertCode(0, ended);
        Assert.Contains("2 kept", ended.Output, StringComparison.Ordinal);
        story.AssertKept("b");
        story.Host("a").Boot();
        story.AssertKept("a");
    }

    [Fact]
    public async Task A_canary_that_reboots_while_it_soaks_is_still_kept()
    {
        var story = Begin("reboots", Soaks);

        AssertCode(5, story.Rollout());
        story.Host("a").PowerOff();
        story.Host("a").Boot();
        await Task.Delay(Soak, TestContext.Current.CancellationToken);

        AssertCode(0, story.Run("rollout", "--resume"));
        story.AssertKept("a", "b");
        story.AssertSettled();
    }

    [Fact]
    public async Task A_canary_that_somebody_switched_while_it_soaked_is_superseded_and_a_person_is_asked()
    {
        var story = Begin("taken", Soaks);

        AssertCode(5, story.Rollout());
        Switch(story, "a", "test");
        var mine = story.Host("a").State().Running;
        await Task.Delay(Soak, TestContext.Current.CancellationToken);
        var ended = story.Run("rollout", "--resume");

        AssertCode(5, ended);
        Assert.Matches("\ntaken-a  superseded: it runs .*, and somebody else switched it; left alone\n", $"\n{ended.Output}");
        Assert.Contains("hostlock rollout --approve rest\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal(mine, story.Host("a").State().Running);
        story.AssertUntouched("b");
        story.AssertFiles();
        AssertCode(4, story.Run("rollout", "--approve", "rest"));
        story.AssertKept("b");
        Assert.Equal(mine, story.Host("a").State().Running);
    }

    [Fact]
    public async Task A_host_that_a_colleague_switches_while_it_is_on_trial_is_left_alone()
    {
        var story = Begin("colleagues");
        // It is on trial for as long as the colleague is at it.
        var busy = $"{story.Clone}-busy";
        story.Set($"[gates.free]\nrun = [\"test\", \"!\", \"-e\", \"{busy}\"]\non = [\"colleagues-b\"]\nwithin = \"5m\"\n");
        story.Host("b").Inject(HostFault.HangsAfter());
        var before = story.Host("b").State().Running;
        var rolling = Task.Run(() => story.Rollout(), TestContext.Current.CancellationToken);
        Until(() => rolling.IsCompleted || story.Host("b").State().Running != before);

        File.WriteAllText(busy, "");
        story.Host("b").Heal();
        Until(() => story.Host("b").State().Activations[^1].EndsWith("rc=0", StringComparison.Ordinal));
        Switch(story, "b", "switch");
        var theirs = story.Host("b").State().Running;
        File.Delete(busy);

        var ended = await rolling;
        AssertCode(4, ended);
        Assert.Contains("superseded", ended.Output, StringComparison.Ordinal);
        Assert.Equal((theirs, theirs), (story.Host("b").State().Running, story.Host("b").State().Boots));
        story.AssertKept("a", "c");
        story.AssertSettled();
    }

    [Fact]
    public async Task A_second_run_in_the_clone_ends_at_once()
    {
        var story = Begin("twins");
        story.Host("a").Inject(HostFault.HangsAfter(TimeSpan.FromSeconds(3)));
        var (before, earlier) = (story.Host("a").State().Running, story.Host("b").State().Running);
        var rolling = Task.Run(() => story.Rollout(), TestContext.Current.CancellationToken);
        Until(() => rolling.IsCompleted || story.Host("a").State().Running != before);

        string[][] others = [["rollout", "--yes"], ["rollout", "--resume"], ["tick"], ["switch", "twins-a", "--yes"]];
        foreach (var second in others.Select(words => story.Run(words)))
        {
            AssertCode(6, second);
            Assert.Contains("another hostlock is switching machines", second.Errors, StringComparison.Ordinal);
        }
        AssertCode(0, await rolling);
        story.AssertKept("a", "b");

        // Somebody else switches one of them, and a command sees that.
        var kept = story.Host("b").State().Running;
        AssertCode(0, story.Host("b").Switch(earlier, "test"));
        Assert.Contains("\n  twins-b  kept", story.Run("rollout", "status").Output, StringComparison.Ordinal);
        Assert.Contains(", superseded: it runs ", story.Run("status", "--live", "twins-b").Output, StringComparison.Ordinal);
        Assert.Contains("\n  twins-b  superseded: it runs ", story.Run("rollout", "status").Output, StringComparison.Ordinal);
        AssertCode(0, story.Host("b").Switch(kept, "test"));
    }

    [Fact]
    public async Task Of_two_clones_nothing_is_done_twice_and_nobody_is_stranded()
    {
        var story = Begin("clones");
        _ = story.Shell($"cp -r {story.Clone} {story.Clone}-2");
        var second = Task.Run(
            () => Fleet.Controller.Run("env", "--chdir", $"{story.Clone}-2", "hostlock", "rollout", "--yes"),
            TestContext.Current.CancellationToken);

        var first = story.Rollout();

        Assert.All([first, await second], ended => Assert.True(ended.ExitCode is 0 or 1 or 4 or 5 or 6, ended.Output + ended.Errors));
        foreach (var letter in story.Letters)
        {
            var state = story.Host(letter).State();
            Assert.Equal((state.Running, state.Running), (state.Profile, state.Boots));
            // One activation at a time: each ends before the next begins.
            Assert.All(
                state.Activations.Where(line => line.StartsWith("test ", StringComparison.Ordinal)).Chunk(2), pair => Assert.Equal(
                    ("begin", true), (pair[0].Split(' ')[^1], pair[1].Contains(" done ", StringComparison.Ordinal))));
        }
        Assert.DoesNotContain("stranded", first.Output + (await second).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_waits_for_approval_and_goes_on_with_it()
    {
        var story = Begin("approves", "approve = true\n");

        var waits = story.Rollout();
        var tick = story.Run("tick");
        var status = story.Run("rollout", "status");
        var locks = story.Run("status");
        var live = story.Run("status", "--live", "approves-b");

        AssertCode(5, waits);
        Assert.Contains("ring rest waits for approval: hostlock rollout --approve rest\n", waits.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (tick.ExitCode, tick.Output));
        Assert.Contains("ring rest  not open yet\n  approves-b  waits for approval\n", status.Output, StringComparison.Ordinal);
        Assert.Matches(
            "(^|\n)rollout [0-9a-f-]+: 1 of 2 hosts kept its systems\n  approves-b: waits for approval\n",
            locks.Errors);
        // Its own lock has not moved yet, and that is what it runs.
        Assert.DoesNotContain("approval", live.Output, StringComparison.Ordinal);
        story.AssertUntouched("b");
        story.AssertSettled();
        AssertCode(2, story.Run("rollout", "--approve", "rset"));
        var plan = story.Run("rollout", "--plan", "--approve", "rest");
        AssertCode(0, plan);
        Assert.Matches("\nring rest  not open yet  approved by .*\n(?s:.*)\ndue: ", plan.Output);
        AssertCode(2, story.Run("rollout", "--plan", "--again", "approves-a"));
        story.AssertUntouched("b");
        story.AssertSettled();
        // The locks of a ring go to the branch that the rollout began on, or one that goes on from there.
        _ = story.Shell($"cd {story.Clone} && git switch -q -c before HEAD~1");
        var elsewhere = story.Run("rollout", "--approve", "rest");
        AssertCode(1, elsewhere);
        Assert.Matches("error: the current branch does not have [0-9a-f]{7}, the commit", elsewhere.Errors);
        Assert.Contains(
            "\nring rest is to be opened: hostlock rollout --resume\n", story.Run("rollout", "status").Output, StringComparison.Ordinal);
        story.AssertUntouched("b");
        _ = story.Shell($"cd {story.Clone} && git switch -q main");
        AssertCode(0, story.Run("rollout", "--approve", "rest"));
        story.AssertKept("a", "b");
        story.AssertSettled();
    }

    [Fact]
    public void A_ring_begins_once_somebody_who_may_has_signed_it()
    {
        var story = Begin("signs", "approve = true\n[rollout]\nallowed-signers = \"allowed_signers\"\n");
        foreach (var name in new[] { "ada", "eve" })
            story.Shell($"ssh-keygen -q -t ed25519 -N '' -C {name} -f {story.Clone}/../{name}");
        story.Write("allowed_signers", $"ada@example.org {story.Shell($"cat {story.Clone}/../ada.pub")}");
        AssertCode(5, story.Rollout());
        var rollout = Path.GetFileNameWithoutExtension(story.Journal);

        var refused = story.Run("rollout", "--approve", "rest");
        Sign("eve");
        var stranger = story.Run("tick");
        story.AssertUntouched("b");
        Sign("ada");
        var signed = story.Run("tick");

        AssertCode(1, refused);
        Assert.Contains($"'Hostlock-Approve: rest {rollout}'", refused.Errors, StringComparison.Ordinal);
        AssertCode(0, stranger);
        Assert.Contains("does not count: its key is not in the list", stranger.Errors, StringComparison.Ordinal);
        AssertCode(0, signed);
        Assert.Contains("ring rest: approved by ada@example.org (", signed.Errors, StringComparison.Ordinal);
        story.AssertKept("a", "b");
        Assert.Contains("\"by\":\"ada@example.org\",\"proof\":\"", File.ReadAllText(story.Journal), StringComparison.Ordinal);

        Assert.Contains("\nring rest  approved by ada@example.org on ", story.Run("rollout", "status").Output, StringComparison.Ordinal);
        var audit = story.Run("audit", "signs-b", "--since", "1d");
        Assert.Matches(
            $"\n  brought   by rollout {rollout}, ring rest\n(  begun .*\n)?  approved  by ada@example.org on .*, in [0-9a-f]{{7}}\n"
            + "  lock      [0-9a-f]{7} locks: .*\n  pins      nixpkgs .*\n  checked   ssh pass, units pass\n  ended     kept ",
            audit.Output);
        var whole = File.ReadAllBytes(story.Journal);
        _ = story.Shell($"sed -i s/ada@example.org/eve@example.org/ {story.Journal}");
        var altered = story.Run("audit");
        File.WriteAllBytes(story.Journal, whole);
        AssertCode(1, altered);
        Assert.Matches("^error: line [0-9]+ of '.*' is not what hostlock wrote\n", altered.Errors);

        void Sign(string name) => story.Shell(
            $"cd {story.Clone} && git -c gpg.format=ssh -c user.signingKey=../{name} tag --sign "
            + $"-m 'Hostlock-Approve: rest {rollout}' {name}");
    }

    [Fact]
    public void A_commit_that_others_pushed_approves_a_ring_for_a_job()
    {
        var story = Begin("writes", "approve = true\n[rollout]\nopen = \"push\"\njournal = \"git\"\n");
        AssertCode(5, story.Rollout());
        var rollout = Path.GetFileNameWithoutExtension(story.Journal);
        story.Shell(
            $"git clone -q {story.Clone}.git {story.Clone}-other && cd {story.Clone}-other"
            + $" && git commit -q --allow-empty -m 'Looks well' -m 'Hostlock-Approve: rest {rollout}' && git push -q");

        var resumed = story.Run("rollout", "--resume");

        AssertCode(0, resumed);
        story.AssertKept("a", "b");
        Assert.Contains("ring rest: approved by ", resumed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollout_that_is_aborted_begins_no_further_host_and_may_go_back()
    {
        var story = Begin("aborted", "approve = true\n");

        AssertCode(5, story.Rollout());
        var aborted = story.Run("rollout", "--abort", "--return");
        var tick = story.Run("tick");
        var again = story.Run("rollout", "--abort");

        AssertCode(0, aborted);
        Assert.EndsWith(
            "1 returned, 1 to come\nhalted: aborted\nnot touched: aborted-b\n  go on  hostlock rollout --resume\n",
            aborted.Output, StringComparison.Ordinal);
        story.AssertBack("a");
        story.AssertUntouched("b");
        Assert.Equal(story.Lock("b"), story.Lock("a"));
        Assert.Equal((0, ""), (tick.ExitCode, tick.Output));
        AssertCode(1, again);
        Assert.Contains(" is halted already: aborted\n", again.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "\n  aborted-a  returned, and its lock with it · since ", story.Run("rollout", "status").Output, StringComparison.Ordinal);
        story.AssertFiles();
    }

    [Fact]
    public void A_plan_changes_nothing_and_says_what_would()
    {
        var story = Begin("planned", Soaks);
        var repository = story.Shell($"cd {story.Clone} && git for-each-ref && git rev-parse HEAD && sha256sum .git/index");

        var text = story.Run("rollout", "--plan");
        using var json = JsonDocument.Parse(story.Run("rollout", "--plan", "--json").Succeeded);

        AssertCode(0, text);
        Assert.Contains(
            "  rest    planned-b planned-c  after 4 s, 2 at a time, 1 may fail\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("planned-b planned-c: nixpkgs ", text.Output, StringComparison.Ordinal);
        Assert.Contains("modules/common.nix", text.Output, StringComparison.Ordinal);
        Assert.Equal("planned-a", json.RootElement.GetProperty("from").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("rings")[1].GetProperty("hosts").EnumerateObject().Count());
        story.AssertUntouched("a", "b", "c");
        Assert.Equal(repository, story.Shell($"cd {story.Clone} && git for-each-ref && git rev-parse HEAD && sha256sum .git/index"));
        story.AssertFiles();
        // Nobody can be asked here.
        AssertCode(2, story.Run("rollout"));
    }

    [Fact]
    public void A_run_that_is_killed_between_commit_and_push_pushes_once()
    {
        var story = Begin("pushed");
        story.Set("[rollout]\nopen = \"push\"\n");

        // The ring of the canary has nothing to commit, but its door is the same.
        var killed = story.Rollout("HOSTLOCK_CRASH_AT=open:after");
        var again = story.With(["HOSTLOCK_CRASH_AT=open:after"], "rollout", "--resume");
        var resumed = story.Run("rollout", "--resume");

        AssertCode(137, killed);
        AssertCode(137, again);
        AssertCode(0, resumed);
        story.AssertKept("a", "b");
        Assert.Equal(story.Opened(story.Clone), story.Opened($"{story.Clone}.git"));
        Assert.Single(story.Opened(story.Clone));
        story.AssertSettled();
    }

    [Fact]
    public async Task A_push_that_finds_other_hosts_locks_moved_goes_on_top_of_them()
    {
        var story = Begin("rebased", Soaks);
        story.Set("[rollout]\nopen = \"push\"\n");
        AssertCode(5, story.Rollout());
        // A colleague moves a lock of another story, and this user has a commit that is not pushed.
        Colleague(story, "locks/planned-a.lock");
        _ = story.Shell($"cd {story.Clone} && git update-ref HEAD $(git commit-tree -p HEAD -m mine HEAD^{{tree}})");
        await Task.Delay(Soak, TestContext.Current.CancellationToken);

        var ended = story.Run("rollout", "--resume");

        AssertCode(0, ended);
        story.AssertKept("a", "b");
        Assert.Single(story.Opened($"{story.Clone}.git"));
        Assert.Equal(
            "theirs\nmine\n", story.Shell($"git -C {story.Clone}.git log --reverse --format=%s --grep=theirs --grep=mine main"));
        Assert.Equal(story.Shell($"git -C {story.Clone}.git rev-parse main"), story.Shell($"git -C {story.Clone} rev-parse HEAD"));
        story.AssertSettled();
    }

    [Theory]
    [InlineData("overtaken", "locks/overtaken-b.lock", "is no longer what it was")]
    [InlineData("outpaced", "modules/common.nix", "was changed upstream since the rollout was planned, and no system was built with")]
    public async Task A_push_that_finds_what_the_systems_were_not_built_of_leaves_the_ring_alone(string name, string path, string why)
    {
        var story = Begin(name, Soaks);
        story.Set("[rollout]\nopen = \"push\"\n");
        AssertCode(5, story.Rollout());
        Colleague(story, path);
        await Task.Delay(Soak, TestContext.Current.CancellationToken);

        var ended = story.Run("rollout", "--resume");

        AssertCode(6, ended);
        Assert.Contains($"{path} {why}", ended.Errors, StringComparison.Ordinal);
        story.AssertKept("a");
        story.AssertUntouched("b");
        Assert.Empty(story.Opened($"{story.Clone}.git"));
        story.AssertFiles();
    }

    [Fact]
    public void A_ring_begins_once_its_branch_is_merged()
    {
        var story = Begin("branched");
        story.Set("[rollout]\nopen = \"branch\"\n");

        var waits = story.Rollout();
        var tick = story.Run("tick");
        var branch = story.Shell($"git -C {story.Clone}.git for-each-ref --format='%(refname:short)' refs/heads/hostlock/").Trim();

        AssertCode(5, waits);
        Assert.Contains($"ring rest waits until {branch} is merged\n", waits.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (tick.ExitCode, tick.Output));
        story.AssertUntouched("b");
        var head = story.Shell($"git -C {story.Clone} rev-parse HEAD");
        _ = story.Shell($"git -C {story.Clone}.git update-ref refs/heads/main {branch}");
        AssertCode(0, story.Run("tick"));
        // The user's branch is the user's to bring up to date.
        Assert.Equal(head, story.Shell($"git -C {story.Clone} rev-parse HEAD"));
        story.AssertFiles();
        _ = story.Shell($"git -C {story.Clone} pull -q --ff-only");
        story.AssertKept("a", "b");
    }

    [Fact]
    public void Locks_may_be_left_to_be_committed_by_the_user()
    {
        var story = Begin("unwritten");
        story.Set("[rollout]\nopen = \"none\"\n");

        AssertCode(0, story.Rollout());

        Assert.Empty(story.Opened(story.Clone));
        var locks = story.Letters.Select(letter => story.NameOf(letter)).Order(StringComparer.Ordinal).Skip(1);
        Assert.Equal(
            locks.Select(name => $" M locks/{name}.lock"),
            story.Shell($"git -C {story.Clone} status --porcelain locks").TrimEnd('\n').Split('\n'));
        _ = story.Shell($"cd {story.Clone} && git commit -q -m locks -- locks");
        story.AssertKept("a", "b");
    }

    [Fact]
    public void Without_settings_the_first_host_tries_and_the_others_follow_as_json_says()
    {
        var story = Begin("chosen");

        var ended = story.Run("rollout", "chosen-c", "chosen-b", "--yes", "--json");

        // Within one ring, the first is the canary of the others; its lock has not moved, so nothing does.
        AssertCode(0, ended);
        var events = ended.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal("opened", events[0].GetProperty("event").GetString());
        Assert.Equal(
            ["1", "2"], events[0].GetProperty("rings").EnumerateArray().Select(ring => ring.GetProperty("name").GetString()));
        var journal = story.Shell($"cut -d' ' -f2- {story.Clone}/.git/hostlock/*.journal");
        Assert.Equal(journal, ended.Output);
        story.AssertUntouched("a");
    }

    [Fact]
    public void A_host_that_is_held_is_passed_by_until_it_is_let_go_and_a_program_hears_of_all()
    {
        var story = Begin("holds");
        story.Set($"[rollout]\nnotify = [\"sh\", \"-c\", \"cat >>{story.Clone}-told\"]\n");
        AssertCode(0, story.Run("hold", "holds-b", "--reason", "a fair"));

        var ended = story.Rollout();
        var switched = story.Run("switch", "holds-b", "--yes");

        AssertCode(4, ended);
        Assert.Contains("holds-b  held: a fair; not touched\n", ended.Output, StringComparison.Ordinal);
        AssertCode(4, switched);
        story.AssertUntouched("b");
        story.AssertKept("a", "c");
        story.AssertSettled();

        AssertCode(0, story.Run("unhold", "holds-b"));
        AssertCode(0, story.Run("tick"));
        story.AssertKept("b");
        var rollout = story.Shell($"git -C {story.Clone} for-each-ref --format='%(refname:lstrip=2)' refs/hostlock").Trim();
        Assert.Equal(
            story.Shell($"cut -d' ' -f2- {story.Clone}/.git/hostlock/{rollout}.journal"), File.ReadAllText($"{story.Clone}-told"));
    }

    [Fact]
    public async Task A_clone_that_is_new_each_time_goes_on_by_the_journal_of_the_other_repository()
    {
        var story = Begin("fresh", Soaks);
        story.Set("[rollout]\nopen = \"push\"\njournal = \"git\"\n");
        _ = story.Shell($"cd {story.Clone} && git commit -qm settings hostlock.toml && git push -q");

        AssertCode(5, story.Rollout());
        await Task.Delay(Soak, TestContext.Current.CancellationToken);
        var ticks = await Task.WhenAll(Enumerable.Range(1, 2).Select(number => Task.Run(() => Fresh(number, "tick"))));

        // Also a command that changes nothing may be the first in a clone.
        Assert.Contains("\n  fresh-a  kept", Fresh(4, "rollout", "status").Succeeded, StringComparison.Ordinal);
        // Of two that begin at the same time, one does it all.
        Assert.All(ticks, ended => Assert.True(ended.ExitCode is 0 or 6, ended.Output + ended.Errors));
        Assert.Single(ticks, ended => ended.Output.Contains("2 kept", StringComparison.Ordinal));
        var later = Fresh(3, "rollout", "--resume");
        AssertCode(0, later);
        Assert.Equal("2 kept\n", later.Output);
        Assert.Single(story.Opened($"{story.Clone}.git"));
        _ = story.Shell($"git -C {story.Clone} pull -q --ff-only");
        story.AssertKept("a", "b");
        // The clone that began hears of it too.
        Assert.DoesNotContain("not open yet", story.Run("rollout", "status").Succeeded, StringComparison.Ordinal);

        Ended Fresh(int number, params string[] words)
        {
            var clone = story.Shell($"git clone -q {story.Clone}.git {story.Clone}-{number} && echo {story.Clone}-{number}").Trim();
            return Fleet.Controller.Run("env", ["--chdir", clone, "hostlock", .. words]);
        }
    }

    [Fact]
    public void A_host_that_its_system_cuts_off_comes_back_by_its_timer_and_the_others_go_on()
    {
        var story = Begin("lost");
        story.Set("[rollout]\ntrial = \"15s\"\n");
        story.Module("b", "fake.network = false;");

        var ended = story.Rollout();

        AssertCode(4, ended);
        Assert.Contains("returned by its timer", ended.Output, StringComparison.Ordinal);
        story.AssertBack("b");
        Assert.Matches(
            "lost-b .* behind .*, returned by its timer \\(generation 1\\) · since [A-Z]", story.Run("status", "--live", "lost-b").Output);
        story.AssertKept("a", "c");
    }

    [Fact]
    public void A_journal_whose_end_is_torn_off_goes_on_where_the_hosts_are()
    {
        var story = Begin("torn");
        AssertCode(137, story.Rollout("HOSTLOCK_CRASH_AT=keep:after"));
        var whole = File.ReadAllBytes(story.Journal);

        File.WriteAllBytes(story.Journal, whole[..^5]);
        var ended = story.Run("rollout", "--resume");

        AssertCode(0, ended);
        story.AssertKept("a", "b");
    }

    [Fact]
    public void A_journal_that_was_altered_is_named_and_no_host_is_touched()
    {
        var story = Begin("altered", "approve = true\n");
        AssertCode(5, story.Rollout());
        var whole = File.ReadAllBytes(story.Journal);
        var altered = whole.ToArray();
        altered[Array.IndexOf(whole, (byte)'\n') + 30] ^= 1;

        File.WriteAllBytes(story.Journal, altered);
        string[][] all = [["rollout", "--yes"], ["rollout", "--resume"], ["rollout", "--approve", "rest"], ["tick"], ["rollout", "status"]];
        foreach (var ended in all.Select(words => story.Run(words)))
        {
            AssertCode(2, ended);
            Assert.Contains("error: line 2 of '", ended.Errors, StringComparison.Ordinal);
        }

        story.AssertUntouched("b");
        Assert.Equal(altered, File.ReadAllBytes(story.Journal));
        File.WriteAllBytes(story.Journal, whole);
    }

    [Fact]
    public void A_host_without_room_gets_nothing_and_the_others_go_on()
    {
        var story = Begin("filled");
        story.Host("c").Fill("nix", 8);

        var ended = story.Rollout();

        AssertCode(4, ended);
        Assert.Contains("not copied: ", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched("c");
        story.AssertKept("a", "b");
    }

    [Fact]
    public void A_system_that_cannot_be_switched_to_is_for_the_next_boot_and_nothing_is_tried()
    {
        var story = Begin("rebooting");
        story.Module("b", "switchInhibitors = { dbus = \"broker\"; };");
        var before = story.Host("b").State().Running;

        var ended = story.Rollout();

        AssertCode(0, ended);
        Assert.Contains("kept for the next boot (generation 2)\n", ended.Output, StringComparison.Ordinal);
        var now = story.Host("b").State();
        Assert.Equal((before, now.Profile), (now.Running, now.Boots));
        Assert.DoesNotContain(now.Activations, line => line.StartsWith("test ", StringComparison.Ordinal));
        story.AssertKept("a");
    }

    [Fact]
    public void Another_machine_behind_an_address_is_not_touched_and_the_others_go_on()
    {
        var story = Begin("swapped");
        _ = story.Run("probe", "swapped-c").Succeeded;
        _ = story.Host("c").Shell("echo 0123456789abcdef0123456789abcdef >/etc/machine-id").Succeeded;

        var ended = story.Rollout();

        AssertCode(4, ended);
        Assert.Contains("swapped-c  wrong machine; not touched: the machine that answers for ", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched("c");
        story.AssertKept("a", "b");
    }

    [Fact]
    public void Machines_that_nobody_saw_before_do_not_get_the_systems_of_each_other()
    {
        var story = Begin("crossed");
        var file = Path.Combine(story.Clone, "hostlock.toml");
        var settings = File.ReadAllText(file);
        File.WriteAllText(
            file,
            settings.Replace("\"root@crossed-b\"", "\"root@crossed-?\"", StringComparison.Ordinal)
                .Replace("\"root@crossed-c\"", "\"root@crossed-b\"", StringComparison.Ordinal)
                .Replace("\"root@crossed-?\"", "\"root@crossed-c\"", StringComparison.Ordinal));

        var ended = story.Rollout();

        AssertCode(4, ended);
        Assert.Contains("crossed-b  wrong machine; not touched: it runs the system of crossed-c\n", ended.Output, StringComparison.Ordinal);
        Assert.Contains("crossed-c  wrong machine; not touched: it runs the system of crossed-b\n", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched("b", "c");
        story.AssertKept("a");

        // Once the addresses are mended, nothing has to be said of the machines.
        File.WriteAllText(file, settings);
        AssertCode(0, story.Run("rollout", "--resume"));
        story.AssertKept("b", "c");
    }

    [Fact]
    public void A_host_that_runs_a_newer_lock_does_not_go_back_without_a_word()
    {
        var story = Begin("backwards");
        AssertCode(0, story.Rollout());
        _ = story.Shell($"cd {story.Clone} && git checkout -q HEAD~2 -- locks && git commit -qm older -- locks");

        var refused = story.Rollout();
        var planned = story.Run("rollout", "--plan", "--allow-downgrade");

        AssertCode(1, refused);
        Assert.Contains("error: backwards-a: 'nixpkgs' would go back in time", refused.Errors, StringComparison.Ordinal);
        AssertCode(0, planned);
        Assert.Contains("goes back: backwards-b: 'nixpkgs' would go back in time", planned.Output, StringComparison.Ordinal);
        Assert.All(story.Letters, letter => Assert.Equal(2, story.Host(letter).State().Generations.Count));
        // What the repository says by now is not what was rolled out.
        _ = story.Shell($"cd {story.Clone} && git update-ref HEAD HEAD~1 && git reset -q -- locks && git checkout -q -- locks");
    }

    [Fact]
    public void A_commit_that_does_not_come_after_the_one_that_runs_is_no_update()
    {
        var story = Begin("amended");
        AssertCode(0, story.Rollout());
        story.Module("b", "environment.systemPackages = [ \"linux\" ];");
        _ = story.Shell(
            $"cd {story.Clone} && git update-ref HEAD $(git commit-tree -p $(git rev-parse HEAD~2) -m other HEAD^{{tree}})");

        var refused = story.Rollout();
        var ended = story.Run("rollout", "--yes", "--allow-downgrade");

        AssertCode(1, refused);
        Assert.Matches(
            "error: amended-b: the current commit does not descend from [0-9a-f]{7}, of which it got its system\n", refused.Errors);
        Assert.DoesNotContain("amended-c", refused.Errors, StringComparison.Ordinal);
        AssertCode(0, ended);
        Assert.Contains("goes back: amended-b: the current commit", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_whose_user_is_not_root_gets_nothing_until_he_is()
    {
        var story = Begin("powerless");
        File.WriteAllText(
            Path.Combine(story.Clone, "hostlock.toml"),
            File.ReadAllText(Path.Combine(story.Clone, "hostlock.toml"))
                .Replace("\"root@powerless-c\"", "\"operator@powerless-c\"", StringComparison.Ordinal));
        _ = story.Host("c").Shell("sed -i /operator/d /etc/sudoers").Succeeded;

        var ended = story.Rollout();

        AssertCode(4, ended);
        Assert.Contains(
            "powerless-c  not copied: its user cannot become root without a password\n", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched("c");
        story.AssertKept("a", "b");
    }

    [Fact]
    public void A_host_begins_once_those_that_it_comes_after_have_ended()
    {
        var story = Begin("ordered", "parallel = 3\nmax-failed = 1\n");
        File.WriteAllText(
            Path.Combine(story.Clone, "hostlock.toml"),
            File.ReadAllText(Path.Combine(story.Clone, "hostlock.toml"))
                .Replace("[hosts.ordered-b]\n", "[hosts.ordered-b]\nafter = [\"ordered-c\"]\n", StringComparison.Ordinal));
        story.Host("c").Inject(HostFault.ActivationEnds);

        AssertCode(4, story.Rollout());

        story.AssertBack("c");
        story.AssertKept("a", "b");
        var lines = File.ReadAllLines(story.Journal);
        Assert.True(
            Array.FindLastIndex(lines, line => line.Contains("\"host\":\"ordered-c\",\"step\":\"return\"", StringComparison.Ordinal))
            < Array.FindIndex(lines, line => line.Contains("\"host\":\"ordered-b\",\"step\":\"activate\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task At_a_terminal_a_table_is_drawn_over_and_the_lines_of_hosts_that_ended_stay()
    {
        var story = Begin("drawn");

        var shown = await Fleet.Controller.TypeAsync(story.Clone, "hostlock rollout --yes", "xterm");

        story.AssertKept("a", "b");
        Assert.Matches("  drawn-a +copied · activate …", shown);
        Assert.Contains("drawn-a  copied · on trial · ssh ok · units ok · kept (generation 2)", shown, StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h2 kept\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_went_from_the_settings_is_passed_by_and_the_others_go_on()
    {
        var story = Begin("vanished", "approve = true\n");
        AssertCode(5, story.Rollout());
        var file = Path.Combine(story.Clone, "hostlock.toml");
        const string settings = "[hosts.vanished-c]\nring = \"rest\"\ntarget = \"root@vanished-c\"\n";
        Assert.Contains(settings, File.ReadAllText(file), StringComparison.Ordinal);
        File.WriteAllText(file, File.ReadAllText(file).Replace(settings, "", StringComparison.Ordinal));

        var ended = story.Run("rollout", "--approve", "rest");

        AssertCode(4, ended);
        Assert.Contains("vanished-c  held: hostlock.toml has no such host any more; not touched", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unhold", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched("c");
        story.AssertKept("a", "b");
    }

    void Switch(RolloutStory story, string letter, string action) => Fleet.SwitchByColleague(story.Clone, story.NameOf(letter), action);

    // A colleague pushes another form of a lock.
    static void Colleague(RolloutStory story, string path) => _ = story.Shell(
        $"git clone -q {story.Clone}.git {story.Clone}-colleague && cd {story.Clone}-colleague && echo >>{path} "
        + "&& git commit -qam theirs && git push -q");
}
