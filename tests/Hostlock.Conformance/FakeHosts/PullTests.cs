using System.Text;
using System.Text.Json.Nodes;
using Hostlock.Flakes;
using Hostlock.Releases;
using Hostlock.Tests.Support;
using static Hostlock.Conformance.FakeHosts.FakeHost;
using static Hostlock.Conformance.FakeHosts.SwitchStory;

namespace Hostlock.Conformance.FakeHosts;

/// <summary>
/// Machines that fetch for themselves: real signatures by ssh-keygen, real copies by Nix from a signed cache, and whatever somebody who has
/// the server may serve.
/// </summary>
[Trait("time", "long")]
public class PullTests(PullFleet fleet)
{
    /// <summary>A host for each test.</summary>
    internal static string[] Hosts { get; } =
    [
        "pulls", "refuses", "cuts", "forgets", "gives-back", "cut-off", "two-pulls", "beside-ssh", "killed-early", "killed-late",
        "killed-kept", "doubted", "goes-back", "not-root", "held", "from-git", "unsigned-cache", "damaged-log", "server-gone",
        "server-back", Newer, "from-folder", "pushes", "misled", "expires",
    ];

    /// <summary>The host that has a system by a newer lock.</summary>
    internal const string Newer = "forgets-all";

    [Fact]
    public void A_machine_takes_a_release_once_and_shows_its_receipt()
    {
        var story = fleet.Begin("pulls");
        story.Serve(story.Release(1));

        AssertCode(0, story.Pull("--dry-run"));
        story.AssertUntouched();
        var first = story.Pull();
        AssertCode(0, first);
        Assert.Contains("on trial · units ok · source ok · kept", first.Output, StringComparison.Ordinal);
        story.AssertRuns(story.Next);
        var activations = story.Host.State().Activations;

        AssertCode(0, story.Pull());
        Assert.Equal(activations, story.Host.State().Activations);
        Assert.Single(story.Receipts());
        Assert.Matches("pulls  .*in sync, release 1 kept ", story.Status());
        var shown = JsonNode.Parse(story.Fleet.Hostlock("status", "--live", "pulls", "--json").Output)!["hosts"]!["pulls"]!["receipt"]!;
        Assert.Equal((true, 1, "kept"), ((bool)shown["proved"]!, (int)shown["release"]!, (string)shown["verdict"]!));

        // A release that gives it the same gets a receipt, and nothing is tried.
        story.Serve(story.Release(2));
        AssertCode(0, story.Pull());
        Assert.Equal(activations, story.Host.State().Activations);
        Assert.Equal(2, story.Receipts().Length);
        // Somebody who serves an old one is noticed.
        story.ServeAgain(1);
        story.AssertRefused("number", story.Pull());
        Assert.Matches("release 2 kept .*, refused .* \\(number\\): release 1 is older than release 2", story.Status());
        // A reboot changes nothing of it.
        story.Host.PowerOff();
        story.Host.Boot();
        Assert.Matches("pulls  .*in sync, release 2 kept", story.Status());
    }

    [Fact]
    public void Whatever_is_not_exactly_right_is_refused_and_changes_nothing()
    {
        var story = fleet.Begin("refuses");
        var good = story.Release(5, story.Before.Running);
        story.Serve(good);
        AssertCode(0, story.Pull());

        story.Serve(story.Release(4));
        story.AssertRefused("number", story.Pull());
        story.Serve(story.Release(5));
        story.AssertRefused("fork", story.Pull());
        story.Serve(story.Release(6), key: "other");
        story.AssertRefused("signature", story.Pull());
        story.Serve(story.Release(6), purpose: "git");
        story.AssertRefused("signature", story.Pull());
        story.Serve(story.Release(6) with { Expires = good.Issued });
        story.AssertRefused("expired", story.Pull());
        story.Serve(story.Release(6) with { Issued = new(good.Issued.Seconds + 3600) });
        story.AssertRefused("future", story.Pull());
        story.Serve(story.Release(6) with { Fleet = FleetName.Parse("work") });
        story.AssertRefused("fleet", story.Pull());
        story.Serve(story.Release(6), purpose: "hostlock-release");
        story.Allow("valid-before=\"20200101\"");
        story.AssertRefused("signature", story.Pull());
        story.Allow("");

        var number = ReleaseNumber.TryOf(6)!.Value;
        var bytes = story.Release(6).Write();
        story.Serve(number, Encoding.UTF8.GetBytes("{}"));
        story.AssertRefused("form", story.Pull());
        story.Serve(number, [.. bytes, (byte)'\n']);
        story.AssertRefused("form", story.Pull());
        // One bit, after it was signed.
        story.Serve(number, bytes);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(story.Releases, ReleaseFiles.NameOf(number)), bytes);
        story.AssertRefused("signature", story.Pull());
        File.WriteAllBytes(Path.Combine(story.Releases, ReleaseFiles.NameOf(number)), new byte[10_000_000]);
        story.AssertRefused("form", story.Pull());
        File.WriteAllText(Path.Combine(story.Releases, ReleaseFiles.SignatureOf(number)), "not a signature");
        story.AssertRefused("form", story.Pull());
        File.WriteAllText(Path.Combine(story.Releases, ReleaseFiles.Latest), "../../etc/passwd");
        story.AssertRefused("form", story.Pull());

        // A path that is in the cache and is no system.
        var package = story.Release(6, story.Host.Shell("dirname $(readlink -f /run/current-system/kernel)").Succeeded.Trim());
        story.Serve(package);
        story.AssertRefused("system", story.Pull());
        // A signature may be made by another hash, and none by another key.
        story.Serve(number, package.Write(), options: ["-O", "hashalg=sha256"]);
        story.AssertRefused("system", story.Pull());
        File.WriteAllText(
            Path.Combine(story.Releases, ReleaseFiles.SignatureOf(number)),
            new string(File.ReadAllText(Path.Combine(story.Releases, ReleaseFiles.SignatureOf(number)))
                .Select((c, at) => at == 150 ? c == 'A' ? 'B' : 'A' : c).ToArray()));
        story.AssertRefused("signature", story.Pull());

        // The system of another host, by name and by its stamp.
        story.Serve(story.Release(6, story.NextOf("pulls")));
        story.AssertRefused("system", story.Pull());
        story.AssertUntouched();

        // A release without this host gives it nothing, and is the highest from then on.
        story.Serve(story.Release(7) with { Hosts = NameMap<ReleasedSystem>.Empty });
        AssertCode(0, story.Pull());
        story.Serve(story.Release(6));
        story.AssertRefused("number", story.Pull());
        story.AssertUntouched();
        story.Serve(story.Release(8));
        AssertCode(0, story.Pull());
        story.AssertRuns(story.Next);
        Assert.Null(story.Refusal());
    }

    [Fact]
    public void A_connection_that_breaks_anywhere_is_an_error_and_changes_nothing()
    {
        var story = fleet.Begin("cuts");
        var release = story.Release(1);
        story.Serve(release);
        var length = release.Write().Length;
        _ = story.Host.Shell("echo 'download-attempts = 1' >>/etc/nix/nix.conf").Succeeded;

        for (var tenth = 0; tenth < 10; tenth++)
        {
            story.Tell($"{PullFleet.Started.Address}/cut/{length * tenth / 10}/releases/cuts");
            AssertCode(3, story.Pull());
        }
        story.Tell($"{PullFleet.Started.Address}/no-such-folder");
        AssertCode(3, story.Pull());
        story.Tell("http://ctl:8001");
        AssertCode(3, story.Pull());
        story.AssertUntouched();
        Assert.Matches("could not pull .* \\(source\\): no source of releases answers: ", story.Status());
        // Nothing of it stays.
        story.Tell($"{PullFleet.Started.Address}/releases/cuts");
        AssertCode(0, story.Pull());
        Assert.DoesNotContain("could not pull", story.Status(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server-gone", "8101", false)]
    [InlineData("server-back", "8102", true)]
    public async Task A_machine_whose_releases_stop_in_mid_trial_goes_back_unless_they_are_back_before(
        string host, string port, bool comesBack)
    {
        var story = fleet.Begin(host);
        story.Serve(story.Release(1));
        var server = story.ServeAlone(port);
        story.Tell($"http://ctl:{port}", $"version = 1\n[rollout]\ntrial = \"{(comesBack ? "480s" : "60s")}\"\n");
        _ = story.Host.Shell("printf 'download-attempts = 1\\nconnect-timeout = 1\\n' >>/etc/nix/nix.conf").Succeeded;
        story.Host.Inject(HostFault.HangsAfter());
        var pulling = Task.Run(() => story.Pull(), TestContext.Current.CancellationToken);
        Until(pulling, () => story.Host.State().Running == story.Next);

        story.EndServer(port);
        server.Dispose();
        story.Host.Heal();

        AssertCode(5, await pulling);
        Assert.Empty(story.Receipts());
        if (!comesBack)
        {
            Until(() => !story.Host.IsOnTrial());
            story.AssertRuns(story.Before.Running);
        }
        // A system that went back because nobody answered was not found to be bad.
        using var again = story.ServeAlone(port);
        AssertCode(0, story.Pull());
        story.EndServer(port);
        story.AssertRuns(story.Next);
        Assert.Contains("\"verdict\":\"kept\"", Assert.Single(story.Receipts()), StringComparison.Ordinal);
        Assert.Equal(comesBack ? 1 : 2, story.Tries(story.Next));
    }

    [Fact]
    public void Without_both_memories_a_lock_that_is_older_than_the_one_that_runs_is_refused()
    {
        var story = fleet.Begin(Newer);
        var newer = story.Fleet.Controller.Shell($"sha256sum <{story.Newest}/hostlock/flake.lock").Succeeded.Split(' ')[0];
        story.Serve(story.Release(1, story.Newest, newer));
        AssertCode(0, story.Pull());
        story.AssertRuns(story.Newest);

        story.Forget(file: true, root: true);
        story.Serve(story.Release(2));
        var refused = story.Pull();

        story.AssertRefused("lock", refused);
        Assert.Contains("no earlier release is remembered", refused.Errors, StringComparison.Ordinal);
        story.AssertRuns(story.Newest);
        Assert.Equal(0, story.Tries(story.Next));
        story.Serve(story.Release(2, story.Newest, newer));
        AssertCode(0, story.Pull());
        story.ServeAgain(1);
        story.AssertRefused("number", story.Pull());
    }

    [Fact]
    public void Releases_may_lie_in_a_folder_of_the_machine()
    {
        var story = fleet.Begin("from-folder");
        story.Serve(story.Release(1));
        story.Tell(story.Releases);

        AssertCode(0, story.Pull());
        story.AssertRuns(story.Next);

        Directory.Delete(story.Releases, recursive: true);
        AssertCode(3, story.Pull());
        Assert.Contains("(source)", story.Status(), StringComparison.Ordinal);
        story.AssertRuns(story.Next);
    }

    [Fact]
    public void A_machine_that_is_told_nonsense_says_so_and_stays()
    {
        var story = fleet.Begin("misled");
        story.Serve(story.Release(1));
        var (settings, signers) = (story.Host.TextOf("/etc/hostlock/pull.json")!, $"release {story.PublicKey}\n");
        (string File, string Text, string Why)[] nonsense =
        [
            ("pull.json", "{", "line 1 of '/etc/hostlock/pull.json' makes no sense: it is no JSON"),
            ("pull.json", "\n\n{ \"fleet\": null, \"fleet\": 1 }", "line 3 of '/etc/hostlock/pull.json' makes no sense: 'fleet' stands"),
            ("pull.json", settings.Replace("home", "../home", StringComparison.Ordinal), "'fleet' is no name of a fleet"),
            ("hostlock.toml", "version = 1\n[rollout]\ntrail = \"20s\"\n", "line 3 of hostlock.toml: "),
        ];
        foreach (var (file, text, why) in nonsense)
        {
            if (file == "hostlock.toml")
                story.Tell($"{PullFleet.Started.Address}/releases/misled", text);
            else
                story.Host.Write($"/etc/hostlock/{file}", text);
            AssertCode(2, story.Pull());
            var said = Assert.Single(story.Status().Split('\n'), line => line.Contains("could not pull", StringComparison.Ordinal));
            Assert.Contains("(settings): ", said, StringComparison.Ordinal);
            Assert.Contains(why, said, StringComparison.Ordinal);
        }
        story.Tell($"{PullFleet.Started.Address}/releases/misled");
        _ = story.Host.Shell("rm /etc/hostlock/allowed_signers").Succeeded;
        AssertCode(2, story.Pull());
        Assert.Contains("allowed_signers", (string?)story.Refusal()!["why"], StringComparison.Ordinal);

        // ssh-keygen decides by the list who may sign.
        foreach (var list in new[]
        {
            "", "nonsense\n", $"release namespaces=\"git\" {story.PublicKey}\n", $"release cert-authority {story.PublicKey}\n",
            $"release valid-after=\"20990101\" {story.PublicKey}\n", $"release no-such-option {story.PublicKey}\n", $"# {signers}",
        })
        {
            story.Host.Write("/etc/hostlock/allowed_signers", list);
            story.AssertRefused("signature", story.Pull());
        }
        story.AssertUntouched();
        story.Host.Write(
            "/etc/hostlock/allowed_signers", $"# keys\r\n\r\nrelease namespaces=\"git,hostlock-release\" {story.PublicKey}\r\n");
        AssertCode(0, story.Pull());
        Assert.Null(story.Refusal());
    }

    [Fact]
    public void That_a_release_expires_soon_is_said_by_the_machine_and_of_it()
    {
        var story = fleet.Begin("expires");
        story.Serve(story.Release(1) with { Expires = Moment.Of(DateTimeOffset.UtcNow.AddHours(60)) });

        var pulled = story.Pull();

        AssertCode(0, pulled);
        Assert.Contains("release 1 expires in 2d", pulled.Errors, StringComparison.Ordinal);
        Assert.Matches("release 1 kept .*, its release expires in 2d", story.Status());
    }

    [Fact]
    public void A_release_is_pushed_after_those_of_other_clones_or_not_at_all()
    {
        var story = fleet.Begin("pushes");
        var work = $"{story.Fleet.Flake}-pushes";
        _ = story.Fleet.Controller.Shell(
            $"mkdir {work} && cd {work} && ssh-keygen -q -t ed25519 -N '' -f key && git clone --quiet --bare {story.Fleet.Flake} main.git "
            + "&& git clone --quiet main.git one && git clone --quiet main.git two").Succeeded;
        AssertCode(0, Cut("one", "--push"));
        AssertCode(0, Cut("two", "--push"));
        AssertCode(0, Cut("one", "--push"));
        Assert.Equal(["3", "2", "1"], Numbers("main.git"));

        // Another release is pushed after this run has looked, and before it pushes.
        var settings = Path.Combine(work, "two/hostlock.toml");
        var before = File.ReadAllText(settings);
        File.WriteAllText(
            settings,
            $"{before}\n[rollout]\nafter-build = [\"env\", \"--chdir\", \"{work}/one\", \"hostlock\", \"release\", \"pushes\", "
            + $"\"--sign\", \"{work}/key\", \"--expires\", \"3d\", \"--push\"]\n");
        var raced = Cut("two", "--push");
        AssertCode(3, raced);
        Assert.Contains("the release is not pushed: ", raced.Errors, StringComparison.Ordinal);
        Assert.Equal(["4", "3", "2", "1"], Numbers("main.git"));
        Assert.Equal(["3", "2", "1"], Numbers("two"));
        File.WriteAllText(settings, before);
        AssertCode(0, Cut("two", "--push"));
        Assert.Equal(["5", "4", "3", "2", "1"], Numbers("main.git"));

        // Releases that diverged are for a person to settle. Two of the same second would be equal if they expired together.
        AssertCode(0, Cut("one", "--expires", "3d"));
        var parted = Cut("one", "--push");
        AssertCode(3, parted);
        Assert.Contains("different releases of one number", parted.Errors, StringComparison.Ordinal);
        Assert.Equal(["5", "4", "3", "2", "1"], Numbers("main.git"));

        Ended Cut(string clone, params string[] more) => story.Fleet.Controller.Run(
            "env",
            ["--chdir", $"{work}/{clone}", "hostlock", "release", "pushes", "--fleet", "home", "--sign", $"{work}/key", .. more]);

        string[] Numbers(string clone) => story.Fleet.Controller.Shell(
            $"cd {work}/{clone} && for c in $(git rev-list refs/hostlock/releases); do git show $c:latest; done").Succeeded
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Either_memory_suffices_and_without_both_the_lock_that_runs_remembers()
    {
        var story = fleet.Begin("forgets");
        story.Serve(story.Release(1, story.Before.Running));
        story.Serve(story.Release(2));
        AssertCode(0, story.Pull());

        story.Forget(file: true, root: false);
        story.ServeAgain(1);
        story.AssertRefused("number", story.Pull());
        story.ServeAgain(2);
        AssertCode(0, story.Pull());
        story.Forget(file: false, root: true);
        story.ServeAgain(1);
        story.AssertRefused("number", story.Pull());
        story.Forget(file: true, root: false);

        var forgot = story.Pull();
        AssertCode(0, forgot);
        Assert.Contains("no earlier release is remembered", forgot.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_that_fails_is_given_back_and_not_tried_again_until_somebody_says_so()
    {
        var story = fleet.Begin("gives-back");
        story.Serve(story.Release(1));
        story.Host.Inject(HostFault.UnitFails("web"));

        AssertCode(1, story.Pull());

        story.AssertRuns(story.Before.Running);
        Assert.Equal(1, story.Tries(story.Next));
        Assert.Matches("release 1 given back ", story.Status());
        story.Host.Heal();
        story.AssertRefused("returned", story.Pull());
        story.Serve(story.Release(2));
        story.AssertRefused("returned", story.Pull());
        Assert.Equal(1, story.Tries(story.Next));
        AssertCode(0, story.Pull("--again"));
        story.AssertRuns(story.Next);
        Assert.Equal(2, story.Receipts().Length);
    }

    [Fact]
    public void A_damaged_log_of_receipts_is_told_with_its_mend_and_keeps_the_machine_from_nothing()
    {
        const string log = "/var/lib/hostlock/receipts";
        var story = fleet.Begin("damaged-log");
        story.Serve(story.Release(1));
        _ = story.Host.Shell($"mkdir -p /var/lib/hostlock && echo garbage >{log}").Succeeded;
        story.Host.Inject(HostFault.UnitFails("web"));

        var first = story.Pull();

        AssertCode(1, first);
        Assert.Contains(
            $"no receipt is written, because line 1 of '{log}' is no receipt; 'mv {log} {log}.old' keeps the log for an audit",
            first.Errors, StringComparison.Ordinal);
        story.AssertRuns(story.Before.Running);
        story.Host.Heal();
        // Even without a receipt, the failure of the system is remembered.
        story.AssertRefused("returned", story.Pull());
        Assert.Equal(1, story.Tries(story.Next));
        AssertCode(0, story.Pull("--again"));
        story.AssertRuns(story.Next);
        Assert.Equal(["garbage"], story.Receipts());

        _ = story.Host.Shell($"mv {log} {log}.old").Succeeded;
        story.Serve(story.Release(2));
        var mended = story.Pull();
        AssertCode(0, mended);
        Assert.DoesNotContain("no receipt", mended.Errors, StringComparison.Ordinal);
        Assert.Matches("damaged-log  .*in sync, release 2 kept", story.Status());
    }

    [Fact]
    public void A_system_that_cuts_the_machine_off_from_its_releases_goes_back_by_itself()
    {
        var story = fleet.Begin("cut-off");
        story.Serve(story.Release(1));
        story.Tell($"{PullFleet.Started.Address}/releases/cut-off", "version = 1\n[rollout]\ntrial = \"20s\"\n");
        _ = story.Host.Shell("printf 'download-attempts = 1\\nconnect-timeout = 1\\n' >>/etc/nix/nix.conf").Succeeded;
        story.Host.Inject(HostFault.CutsNetwork());

        AssertCode(5, story.Pull());

        Until(() => !story.Host.IsOnTrial());
        story.AssertRuns(story.Before.Running);
    }

    [Fact]
    public async Task Of_two_pulls_at_once_one_does_it()
    {
        var story = fleet.Begin("two-pulls");
        story.Serve(story.Release(1));
        story.Host.Inject(HostFault.HangsBefore());
        var first = Task.Run(() => story.Pull(), TestContext.Current.CancellationToken);
        Until(first, () => story.Tries(story.Next) == 1);

        var second = story.Pull();
        story.Host.Heal();

        AssertCode(6, second);
        AssertCode(0, await first);
        Assert.Equal(1, story.Tries(story.Next));
    }

    [Fact]
    public void What_is_on_trial_by_ssh_is_left_alone_what_it_kept_is_not_done_twice_and_the_release_decides()
    {
        var story = fleet.Begin("beside-ssh");
        story.Serve(story.Release(1));
        string[] words = ["--chdir", story.Fleet.Flake, "HOSTLOCK_CRASH_AT=activate:after", "hostlock", "switch", "beside-ssh", "--yes"];
        Assert.NotEqual(0, story.Fleet.Controller.Run("env", words).ExitCode);

        AssertCode(6, story.Pull());
        AssertCode(0, story.Fleet.Hostlock("switch", "--resume"));
        AssertCode(0, story.Pull());
        story.AssertRuns(story.Next);
        Assert.Equal(1, story.Tries(story.Next));

        // Somebody else gives the machine another system.
        AssertCode(0, story.Host.Switch(story.Before.Running, "test"));
        AssertCode(0, story.Pull());
        story.AssertRuns(story.Next);
    }

    [Theory]
    [InlineData("killed-early", "activate:before")]
    [InlineData("killed-late", "activate:after")]
    [InlineData("killed-kept", "keep:after")]
    public void A_pull_that_was_killed_goes_on(string host, string place)
    {
        var story = fleet.Begin(host);
        story.Serve(story.Release(1));
        Assert.NotEqual(0, story.PullWith($"HOSTLOCK_CRASH_AT={place}").ExitCode);

        AssertCode(0, story.Pull());
        AssertCode(0, story.Pull());

        story.AssertRuns(story.Next);
        Assert.Equal(1, story.Tries(story.Next));
        Assert.Single(story.Receipts());
    }

    [Fact]
    public void A_receipt_that_was_altered_or_is_of_another_boot_is_not_believed()
    {
        var story = fleet.Begin("doubted");
        story.Serve(story.Release(1));
        AssertCode(0, story.Pull());
        Assert.Contains("release 1 kept", story.Status(), StringComparison.Ordinal);

        _ = story.Host.Shell("sed -i 's/\"release\":1/\"release\":9/' /var/lib/hostlock/receipts").Succeeded;
        Assert.Contains("receipt not believed: the key of the machine did not sign it", story.Status(), StringComparison.Ordinal);

        // Signed by the machine, and of a boot that it was not in then. It has just booted, so the receipt is five minutes ahead.
        _ = story.Host.Shell(
            "cd /tmp && sed 's/^[^ ]* //; s/\"release\":9/\"release\":1/; s/\"boot\":\"[^\"]*\"/\"boot\":\"another\"/; "
            + "s/\"at\":[0-9]*/\"at\":'$(($(date +%s) + 300))'/' /var/lib/hostlock/receipts >json && "
            + "ssh-keygen -q -Y sign -n hostlock-receipt -f /etc/ssh/host_key json && "
            + "printf '%s %s\\n' \"$(sed '1d;$d' json.sig | tr -d '\\n')\" \"$(cat json)\" >/var/lib/hostlock/receipts").Succeeded;
        Assert.Contains("receipt not believed: it is of another boot", story.Status(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fleet_goes_back_by_a_higher_number()
    {
        var story = fleet.Begin("goes-back");
        story.Serve(story.Release(1));
        AssertCode(0, story.Pull());

        story.Serve(story.Release(2, story.Before.Running));
        AssertCode(0, story.Pull());

        story.AssertRuns(story.Before.Running);
    }

    [Fact]
    public void Only_root_pulls_and_anybody_may_look()
    {
        var story = fleet.Begin("not-root");
        story.Serve(story.Release(1));

        AssertCode(2, story.Host.Run("sudo", "-u", "operator", "hostlock", "pull"));
        var looked = story.Host.Run("sudo", "-u", "operator", "-H", "hostlock", "pull", "--dry-run");

        AssertCode(0, looked);
        Assert.Contains("not-root would try", looked.Output, StringComparison.Ordinal);
        story.AssertUntouched();
    }

    [Fact]
    public void A_machine_that_is_held_stays()
    {
        var story = fleet.Begin("held");
        story.Serve(story.Release(1));
        story.Tell(
            $"{PullFleet.Started.Address}/releases/held",
            "version = 1\n[hosts.held]\nhold = { reason = \"a fair\", until = \"2099-12-31\" }\n");

        var ended = story.Pull();

        AssertCode(4, ended);
        Assert.Contains("because it is held: a fair, until 2099-12-31", ended.Output, StringComparison.Ordinal);
        story.AssertUntouched();
    }

    [Fact]
    public void Releases_are_cut_by_the_program_and_fetched_by_git()
    {
        var story = fleet.Begin("from-git");
        var clone = $"{story.Fleet.Flake}-releases";
        _ = story.Fleet.Controller.Shell(
            $"git clone --quiet {story.Fleet.Flake} {clone} && cd {clone} && ssh-keygen -q -t ed25519 -N '' -f /root/cut "
            + "&& hostlock release from-git --fleet home --sign /root/cut "
            + $"&& printf 'release %s\\n' \"$(cat /root/cut.pub)\" >{story.Releases}/signers "
            + "&& git status --porcelain").Succeeded;
        _ = story.Host.Shell($"cp {story.Releases}/signers /etc/hostlock/allowed_signers").Succeeded;
        story.Tell($"git+file://{clone}");

        AssertCode(0, story.Pull());

        story.AssertRuns(story.Next);
        // Each command that looks at the clone, and asks no machine, warns that the release expires.
        _ = story.Fleet.Controller.Shell(
            $"cd {clone} && hostlock release from-git --sign /root/cut --expires 60h").Succeeded;
        foreach (var command in new[] { "status", "check", "status --live from-git" })
        {
            var said = story.Fleet.Controller.Shell($"cd {clone} && hostlock {command}");
            Assert.Contains("release 2 expires in 2d", said.Output + said.Errors, StringComparison.Ordinal);
        }
        Assert.Equal(1, story.Fleet.Controller.Shell($"cd {clone} && hostlock check --strict").ExitCode);
    }

    [Fact]
    public void A_cache_whose_key_the_machine_does_not_trust_gives_it_nothing()
    {
        var story = fleet.Begin("unsigned-cache");
        story.Serve(story.Release(1));
        _ = story.Host.Shell("printf 'substituters =\\nbuild-users-group =\\n' >/etc/nix/nix.conf").Succeeded;

        AssertCode(3, story.Pull());

        story.AssertUntouched();
        Assert.NotEqual(0, story.Host.Shell($"[ -e {story.Next} ]").ExitCode);
        Assert.Matches("could not pull .* \\(cache\\): ", story.Status());
    }
}
