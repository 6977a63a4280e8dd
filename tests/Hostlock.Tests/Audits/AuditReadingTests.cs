using System.Text;
using Hostlock.Audits;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Audits;

/// <summary>Journals and receipts of a clone, some of which somebody altered. Receipts are signed by real ssh-keygen.</summary>
[Trait("part", "programs")]
public sealed class AuditReadingTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly FleetFolder _fleet;
    readonly List<string> _warnings = [];

    public AuditReadingTests()
    {
        _folder.Write("flake.nix", "");
        _folder.Write("hostlock.toml", "version = 1\n[hosts.plex]\n[hosts.web]\ntarget = \"ssh://root@web.lan:2222\"\n");
        TestGit.Commit(_folder.Path, 1);
        _fleet = FleetFolder.Open(_folder.Path);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Journals_of_this_clone_and_of_the_other_repository_are_read()
    {
        Write(Id);
        Share("20261130-00000000", Text("20261130-00000000"));

        Assert.Equal([Id, "20261130-00000000"], (await JournalsAsync()).Select(journal => journal.Rollout.Plan.Id).Order());
    }

    [Fact]
    public async Task Of_two_copies_of_a_journal_the_longer_counts()
    {
        var text = Write(Id);
        Share(Id, text);
        Assert.Equal(3, Assert.Single(await JournalsAsync()).Events.Count);

        File.WriteAllText(PathOf(Id), FirstLines(text, 2));
        Assert.Equal(3, Assert.Single(await JournalsAsync()).Events.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_altered_line_is_named(int line)
    {
        var lines = Write(Id).Split('\n');
        lines[line - 1] = lines[line - 1].Replace("2026", "2025", StringComparison.Ordinal);
        File.WriteAllText(PathOf(Id), string.Join('\n', lines));

        Assert.StartsWith($"line {line} of '", (await BrokenAsync(JournalsAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_taken_out_or_put_in_twice_is_named()
    {
        var lines = Write(Id).Split('\n');

        File.WriteAllText(PathOf(Id), string.Join('\n', lines[0], lines[2], ""));
        Assert.StartsWith("line 2 of '", (await BrokenAsync(JournalsAsync)).Message, StringComparison.Ordinal);
        File.WriteAllText(PathOf(Id), string.Join('\n', lines[0], lines[1], lines[1], lines[2], ""));
        Assert.StartsWith("line 3 of '", (await BrokenAsync(JournalsAsync)).Message, StringComparison.Ordinal);
    }

    // If somebody alters a line and chains the rest anew, the other copy of the journal shows it.
    [Fact]
    public async Task A_journal_that_was_written_anew_differs_from_its_copy()
    {
        Share(Id, Write(Id));
        File.Delete(PathOf(Id));
        Write(Id, approvedBy: "eve@ctl");

        var why = await BrokenAsync(JournalsAsync);

        Assert.StartsWith("line 2 of '", why.Message, StringComparison.Ordinal);
        Assert.Contains($"refs/hostlock/journals/{Id}", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_not_happened_yet_is_no_proof()
    {
        Write(Id, Start.AddDays(2));

        Assert.Contains("of a time that has not come yet", (await BrokenAsync(JournalsAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_is_proved_by_the_commit_that_the_journal_names()
    {
        var commit = TestGit.In(
            _folder.Path, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", $"Looks well\n\nHostlock-Approve: rest {Id}").Trim();
        Write(Id, approval: Revision.Parse(commit));

        _ = Assert.Single(await JournalsAsync());

        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task A_commit_that_approves_something_else_proves_nothing()
    {
        Write(Id, approval: Head);

        var why = await BrokenAsync(JournalsAsync);

        Assert.Matches(
            "^the commit or tag that line 3 of '.*' names does not approve ring 'rest': it approves something else$", why.Message);
    }

    // A plan of a switch has no commit that it was made from.
    [Fact]
    public async Task A_commit_approves_no_ring_of_a_journal_without_a_candidate()
    {
        var commit = TestGit.In(_folder.Path, "commit-tree", "HEAD^{tree}", "-m", "Looks well\n\nHostlock-Approve: rest").Trim();
        Write(Id, approval: Revision.Parse(commit), isMadeOfCommit: false);

        Assert.EndsWith("it approves something else", (await BrokenAsync(JournalsAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_whose_commit_was_not_fetched_is_told_to_be_unproved()
    {
        Write(Id, approval: Revision.Parse(new string('a', 40)));

        _ = Assert.Single(await JournalsAsync());

        Assert.Contains("in line 3 of '", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipts_are_checked_by_the_key_of_the_machine()
    {
        Know("plex", "plex");
        Know("[web.lan]:2222", "web");

        var receipts = await ReceiptsAsync(Log("a", Plex, "plex", 3), Log("b", HostName.Parse("web"), "web", 2), Log("c", Plex, "plex", 2));

        Assert.Equal(5, receipts.Count);
    }

    [Theory]
    [InlineData("\"verdict\":\"kept\"", "\"verdict\":\"stranded\"")]
    [InlineData("\"release\":2", "\"release\":1")]
    [InlineData("U1NIU0lH", "U1NIU0lG")]
    public async Task An_altered_receipt_is_named(string before, string after)
    {
        Know("plex", "plex");
        var file = Log("a", Plex, "plex", 3);
        var lines = File.ReadAllText(file).Split('\n');
        lines[1] = lines[1].Replace(before, after, StringComparison.Ordinal);
        File.WriteAllText(file, string.Join('\n', lines));

        Assert.Matches("^line [23] of '", (await BrokenAsync(() => ReceiptsAsync(file))).Message);
    }

    // No line comes after the last one, so the chain alone cannot show that it was altered.
    [Fact]
    public async Task An_altered_last_line_is_found_by_its_signature()
    {
        Know("plex", "plex");
        var file = Log("a", Plex, "plex", 3);
        var text = File.ReadAllText(file);
        var last = text.TrimEnd('\n').LastIndexOf('\n');
        File.WriteAllText(file, text[..last] + text[last..].Replace("\"boot\":\"b1\"", "\"boot\":\"b2\"", StringComparison.Ordinal));

        Assert.StartsWith(
            "the signature of line 3 of '", (await BrokenAsync(() => ReceiptsAsync(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipts_by_another_key_of_another_host_or_of_nobody_known_are_refused()
    {
        Know("plex", "plex");

        Assert.Contains(
            "its key is not in the list", (await BrokenAsync(() => ReceiptsAsync(Log("a", Plex, "eve", 1)))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "the key of web is not known", (await BrokenAsync(() => ReceiptsAsync(Log("b", HostName.Parse("web"), "web", 1)))).Message,
            StringComparison.Ordinal);
        _folder.Write("known_hosts", $"@revoked plex {PublicKey("plex")}\n{_folder.Read("known_hosts")}");
        Assert.Contains(
            "the key of plex is not known", (await BrokenAsync(() => ReceiptsAsync(Log("c", Plex, "plex", 1)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipts_of_two_hosts_in_one_log_two_logs_of_one_host_and_torn_lines_are_refused()
    {
        Know("plex", "plex");
        var (one, two) = (Log("a", Plex, "plex", 3), Log("b", Plex, "plex", 3, boot: "b2"));
        var torn = _folder.Write("c", File.ReadAllText(one)[..^2]);
        var mixed = Log("d", Plex, "plex", 2, last: HostName.Parse("web"));

        Assert.StartsWith("line 1 of '", (await BrokenAsync(() => ReceiptsAsync(one, two))).Message, StringComparison.Ordinal);
        Assert.StartsWith("line 3 of '", (await BrokenAsync(() => ReceiptsAsync(torn))).Message, StringComparison.Ordinal);
        Assert.Contains("is a receipt of web", (await BrokenAsync(() => ReceiptsAsync(mixed))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_of_the_future_is_refused()
    {
        Know("plex", "plex");

        var why = await BrokenAsync(() => ReceiptsAsync(Log("a", Plex, "plex", 2, at: Start.AddDays(5))));

        Assert.StartsWith("line 1 of '", why.Message, StringComparison.Ordinal);
        Assert.Contains("of a time that has not come yet", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_goes_together_with_its_release()
    {
        Know("plex", "plex");
        await CutAsync(1);
        await CutAsync(2);

        var receipts = await ReceiptsAsync(Log("a", Plex, "plex", 2));

        Assert.Equal([1, 2], receipts.Select(each => each.Release!.Manifest.Number.Value));
        Assert.All(receipts, each => Assert.StartsWith("SHA256:", each.Release!.SignedBy, StringComparison.Ordinal));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Who_signed_a_release_is_named_if_the_list_of_who_may_has_the_key()
    {
        _folder.Write("signers", $"ada@example.org {PublicKey("ada")}\n");
        _folder.Write("hostlock.toml", $"{_folder.Read("hostlock.toml")}[rollout]\nallowed-signers = \"signers\"\n");
        await CutAsync(1);

        var reading = new AuditReading(new PatientProcesses(), FleetFolder.Open(_folder.Path), Journals, new NextDay(), _ => { });

        Assert.StartsWith(
            "ada@example.org (SHA256:", Assert.Single((await reading.ReleasesAsync(Stop)).Values).SignedBy, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Others => new()
    {
        { "system", "that is '/nix/store/" },
        { "lock", "that is made by the lock cccc" },
        { "host", "it gives nothing to that host" },
        { "fleet", "that is a release of the fleet 'work'" },
    };

    // A person who has the key of a machine can sign anything in its name.
    [Theory]
    [MemberData(nameof(Others))]
    public async Task A_receipt_of_something_else_than_its_release_gives_is_named_with_its_line(string what, string said)
    {
        Know("plex", "plex");
        await CutAsync(1, release => what == "fleet" ? release with { Fleet = FleetName.Parse("work") } : release);
        await CutAsync(2, release => what switch
        {
            "system" => release with { Hosts = Gives(Plex, Old, 'a') },
            "lock" => release with { Hosts = Gives(Plex, New, 'c') },
            "host" => release with { Hosts = Gives(HostName.Parse("web"), New, 'a') },
            _ => release with { Fleet = FleetName.Parse("work") },
        });

        var why = await BrokenAsync(() => ReceiptsAsync(Log("a", Plex, "plex", 2)));

        Assert.StartsWith($"line {(what == "fleet" ? 1 : 2)} of '", why.Message, StringComparison.Ordinal);
        Assert.Contains(said, why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_whose_release_was_not_fetched_is_told_to_be_compared_with_nothing()
    {
        Know("plex", "plex");
        await CutAsync(2);

        var receipts = await ReceiptsAsync(Log("a", Plex, "plex", 3));

        Assert.Equal([null, 2L, null], receipts.Select(each => each.Release?.Manifest.Number.Value));
        Assert.Contains("release 1, 3 is compared with nothing", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    // A person who can write the ref, but has no key, can alter nothing in it.
    [Fact]
    public async Task One_altered_byte_of_a_release_is_noticed()
    {
        var bytes = await CutAsync(1);
        var tip = Releases;
        for (var at = 0; at < bytes.Length; at += 23)
        {
            var altered = bytes.ToArray();
            altered[at] ^= 1;
            Alter("release-1.json", altered);

            Assert.Contains("release-1.json of refs/hostlock/releases is not as it was cut", (await BrokenAsync(ReleasesAsync)).Message,
                StringComparison.Ordinal);
            File.WriteAllText(_folder[".git/refs/hostlock/releases"], $"{tip}\n");
        }
        _ = Assert.Single(await ReleasesAsync());
    }

    [Fact]
    public async Task Releases_that_do_not_follow_one_another_are_noticed()
    {
        await CutAsync(2);
        await CutAsync(1);
        Assert.Contains("it cannot come after release 2", (await BrokenAsync(ReleasesAsync)).Message, StringComparison.Ordinal);
        TestGit.In(_folder.Path, "update-ref", "-d", "refs/hostlock/releases");

        var one = await CutAsync(1);
        await CutAsync(2);
        Alter("release-2.json", one);
        Assert.Contains("it has the number 1", (await BrokenAsync(ReleasesAsync)).Message, StringComparison.Ordinal);
        Alter("latest", "two"u8.ToArray());
        Assert.Contains("'latest' is no number of a release", (await BrokenAsync(ReleasesAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_altered_byte_of_an_object_of_git_is_noticed()
    {
        await CutAsync(1);
        await CutAsync(2);
        var older = TestGit.Id(_folder.Path, "refs/hostlock/releases~1");
        foreach (var name in new[] { Releases, $"{Releases}:release-2.json", $"{Releases}^{{tree}}", older, $"{older}:latest" })
        {
            var id = TestGit.Id(_folder.Path, name);
            var file = _folder[$".git/objects/{id[..2]}/{id[2..]}"];
            var before = File.ReadAllBytes(file);
            var altered = before.ToArray();
            altered[altered.Length / 2] ^= 1;
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllBytes(file, altered);

            await BrokenAsync(ReleasesAsync);
            File.WriteAllBytes(file, before);
        }
        Assert.Equal(2, (await ReleasesAsync()).Count);
    }

    Task<IReadOnlyDictionary<ReleaseNumber, AuditedRelease>> ReleasesAsync() => Reading.ReleasesAsync(Stop);

    string Releases => TestGit.Id(_folder.Path, "refs/hostlock/releases");

    static NameMap<ReleasedSystem> Gives(HostName host, StorePath system, char digit) =>
        NameMap<ReleasedSystem>.Of([new(host.ToString(), new(system, new(digit, 64), null))]);

    // A release that gives to plex what the receipts of a log say.
    async Task<byte[]> CutAsync(long number, Func<ReleaseManifest, ReleaseManifest>? change = null)
    {
        var release = new ReleaseManifest(
            FleetName.Parse("home"), ReleaseNumber.TryOf(number)!.Value, Moment.Of(Start), Moment.Of(Start.AddDays(14)), Head,
            Gives(Plex, New, 'a'));
        var bytes = (change?.Invoke(release) ?? release).Write();
        var signature = await new SshSignatures(new PatientProcesses()).SignAsync(Key("ada"), ReleaseManifest.Namespace, bytes, Stop);
        await ReleaseRepository.Open(new PatientProcesses(), _fleet).AddAsync(release.Number, new(bytes, signature), Start, Stop);
        return bytes;
    }

    // Puts other bytes into the newest commit of the releases, as a commit without a parent. One git does it.
    void Alter(string file, byte[] bytes) =>
        _ = Run.ProgramOn(
            $"""
            commit refs/hostlock/releases
            committer somebody <somebody@example.org> 0 +0000
            data 7
            altered
            M 040000 {TestGit.Id(_folder.Path, $"{Releases}^{{tree}}")} ""
            M 100644 inline {file}
            data {bytes.Length}
            {Encoding.ASCII.GetString(bytes)}

            """,
            "git", _folder.Path, TestGit.Variables, "fast-import", "--quiet", "--force").Succeeded;

    AuditReading Reading => new(
        new PatientProcesses(), _fleet, Journals, new NextDay(), warning => _warnings.Add(warning.Message));

    RolloutJournals Journals => RolloutJournals.Of(_fleet, () => _folder["cache"]);

    Task<IReadOnlyList<AuditedJournal>> JournalsAsync() => Reading.JournalsAsync(Stop);

    async Task<IReadOnlyList<AuditedReceipt>> ReceiptsAsync(params string[] files) =>
        await Reading.ReceiptsAsync(files, _folder["known_hosts"], await Reading.ReleasesAsync(Stop), Stop);

    static Task<AuditException> BrokenAsync<T>(Func<Task<T>> readAsync) => Assert.ThrowsAsync<AuditException>(readAsync);

    string PathOf(string id) => Path.Combine(Journals.Path, $"{id}.journal");

    string Write(string id, DateTimeOffset? at = null, string approvedBy = "ada@ctl", Revision? approval = null, bool isMadeOfCommit = true)
    {
        Directory.CreateDirectory(Journals.Path);
        using (var journal = Journal.Open(PathOf(id)))
        {
            var when = at ?? Start;
            journal.Append(
                new RolloutEvent.Opened(Planned(id) with { Source = isMadeOfCommit ? new(Plex, Head, Head) : null }, when),
                new RolloutEvent.Approved(when) { By = approvedBy },
                approval is null
                    ? new RolloutEvent.Ended(Plex, Step.Probe, new() { Facts = Facts(Old) }, when)
                    : new RolloutEvent.RingApproved("rest", when) { By = "ada@example.org", Proof = approval });
        }
        return File.ReadAllText(PathOf(id));
    }

    RolloutPlan Planned(string id) => new(id, RolloutAction.Rollout, [new RingPlan("rest", RingRule.Default, [Plan()])])
    {
        Source = new(Plex, Head, Head),
    };

    Revision Head => Revision.Parse(TestGit.Head(_folder.Path));

    string Text(string id)
    {
        var text = Write(id);
        File.Delete(PathOf(id));
        return text;
    }

    // Keeps a journal in the ref of this clone, as if another clone had pushed it.
    void Share(string id, string text)
    {
        var blob = Run.ProgramOn(text, "git", _folder.Path, TestGit.Variables, "hash-object", "-w", "--stdin").Succeeded.Trim();
        var tree = Run.ProgramOn($"100644 blob {blob}\tjournal\n", "git", _folder.Path, TestGit.Variables, "mktree").Succeeded.Trim();
        var commit = TestGit.In(_folder.Path, "commit-tree", tree, "-m", "journal").Trim();
        TestGit.In(_folder.Path, "update-ref", $"refs/hostlock/journals/{id}", commit);
    }

    static string FirstLines(string text, int count) => string.Concat(text.Split('\n').Take(count).Select(line => $"{line}\n"));

    void Know(string name, string key) => File.AppendAllText(_folder["known_hosts"], $"{name} {PublicKey(key)}\n");

    string PublicKey(string name) => string.Join(' ', File.ReadAllText($"{Key(name)}.pub").Split(' ')[..2]).Trim();

    string Key(string name) => SshKey.In(_folder, name);

    sealed class NextDay : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Start.AddDays(1);
    }

    // A log as a machine writes it.
    string Log(string name, HostName host, string key, int count, string boot = "b1", DateTimeOffset? at = null, HostName? last = null)
    {
        var (text, previous) = (new StringBuilder(), "");
        for (var i = 1; i <= count; i++)
        {
            var receipt = new Receipt(
                FleetName.Parse("home"), i == count ? last ?? host : host, ReleaseNumber.TryOf(i)!.Value, New, new string('a', 64),
                ReceiptVerdict.Kept, NameMap<Verdict>.Empty, boot, Moment.Of(at ?? Start), previous);
            var json = receipt.Write();
            var armour = Run.ProgramOn(
                $"{json}\n", "ssh-keygen", _folder.Path, TestGit.Variables, "-Y", "sign", "-q", "-n", Receipt.Namespace, "-f", Key(key))
                .Succeeded;
            var signed = new SignedReceipt(receipt, json, SshSignature.TryReadArmour(armour)!);
            text.Append($"{signed.Write()}\n");
            previous = signed.Chain;
        }
        return _folder.Write(name, text.ToString());
    }
}
