using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>Approvals that lie in a repository, made by real git and signed by real ssh-keygen.</summary>
[Trait("part", "programs")]
public sealed class WrittenApprovalsTests : IDisposable
{
    const string Unsigned = "version = 1\n[hosts.plex]\n";
    const string Signed = Unsigned + "[rollout]\nallowed-signers = \"allowed_signers\"\n";

    readonly TempFolder _folder = new();
    readonly List<string> _warnings = [];
    Revision _base = Revision.None, _candidate = Revision.None;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_trailer_of_a_commit_that_names_the_rollout_approves_its_ring()
    {
        Begin(Unsigned);
        Git("commit", "--allow-empty", "--quiet", "-m", $"We looked\n\nHostlock-Approve: rest {Id}");

        var approval = await FindAsync();

        Assert.Equal(("rest", "somebody <somebody@example.org>", Head), (approval!.Ring, approval.By, approval.Proof));
        Assert.Null(await FindAsync("canary"));
    }

    [Fact]
    public async Task A_tag_of_the_candidate_approves_its_ring()
    {
        Begin(Unsigned);
        Git("tag", "--annotate", "-m", "Hostlock-Approve: rest", "looked", $"{_candidate}");

        Assert.Equal("somebody <somebody@example.org>", (await FindAsync())!.By);
    }

    [Fact]
    public async Task A_commit_made_after_a_ring_was_opened_approves_the_next()
    {
        Begin(Unsigned);
        var opened = Head;
        Git("commit", "--allow-empty", "--quiet", "-m", "We looked\n\nHostlock-Approve: rest");

        Assert.Null(await FindAsync());
        Assert.Equal(Head, (await FindAsync(opened: opened))!.Proof);
    }

    public static TheoryData<string> Others => new(
        "looked at rest",
        "Hostlock-Approve: rest",
        "Hostlock-Approve: canary 20261129-7c1e2a3b",
        "Hostlock-Approve: rest 20261128-00000000",
        "Hostlock-Approve: rest 20261129-7c1e2a3b x",
        "subject\n\nHostlock-Approve: rest 20261129-7c1e2a3b\n\nthe last paragraph is another one",
        "subject\n\nSee-Hostlock-Approve: rest 20261129-7c1e2a3b");

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_says_something_else_approves_nothing(string message)
    {
        Begin(Unsigned);
        Git("commit", "--allow-empty", "--quiet", "-m", message);
        Git("tag", "--annotate", "-m", message, "looked", $"{_base}");

        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task What_was_said_before_the_rollout_approves_nothing()
    {
        TestGit.Init(_folder.Path);
        Git("commit", "--allow-empty", "--quiet", "-m", $"early\n\nHostlock-Approve: rest {Id}");
        Begin(Unsigned);

        Assert.Null(await FindAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signature_of_somebody_in_the_list_counts(bool isTag)
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));
        Approve(isTag, Key("ada"));

        var approval = await FindAsync();

        Assert.Equal("ada@example.org", approval!.By);
        Assert.Empty(_warnings);
        // The journal is not believed; the object that it names is.
        Assert.Empty(await RequireAsync(approval));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signature_of_a_stranger_does_not_count(bool isTag)
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));
        Approve(isTag, Key("eve"));

        Assert.Null(await FindAsync());
        Assert.Contains("its key is not in the list", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_signature_nothing_counts_once_signatures_are_asked_for()
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));
        Approve(isTag: true, null);

        Assert.Null(await FindAsync());
        Assert.Contains("does not count: nobody signed it by an ssh key", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    // git takes the date of the object for the time of the signature; whoever stole a key writes any date.
    [Fact]
    public async Task A_key_that_is_no_longer_allowed_signs_nothing_with_an_earlier_date()
    {
        Begin(Signed);
        Allow("ada@example.org valid-before=\"20250101\"", Key("ada"));
        Approve(isTag: true, Key("ada"));

        Assert.Null(await FindAsync());
        Assert.Single(_warnings);
    }

    // An audit asks what counted when it happened.
    [Fact]
    public async Task What_was_signed_while_its_key_was_allowed_stays_a_proof()
    {
        Begin(Signed);
        Allow($"ada@example.org valid-before=\"{Start.AddDays(1):yyyyMMdd}\"", Key("ada"));
        Approve(isTag: true, Key("ada"));
        var proof = Revision.Parse(Git("rev-parse", "refs/tags/looked").Trim());

        Assert.IsType<ApprovalProof.Proved>(await ProofAsync(Start));
        Assert.IsType<ApprovalProof.Missing>(await ProofAsync(Start.AddDays(2)));

        Task<ApprovalProof> ProofAsync(DateTimeOffset at) =>
            Written.ProofOfAsync(UnderWay(null), new("rest", at) { Proof = proof }, Stop);
    }

    [Fact]
    public async Task A_key_for_another_purpose_does_not_count()
    {
        Begin(Signed);
        Allow("ada@example.org namespaces=\"file\"", Key("ada"));
        Approve(isTag: false, Key("ada"));

        Assert.Null(await FindAsync());
        Assert.Single(_warnings);
    }

    [Theory]
    [InlineData("canary", "rest")]
    [InlineData("somebody", "someones")]
    public async Task A_signed_tag_that_was_altered_does_not_count(string before, string after)
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));
        Approve(isTag: true, Key("ada"), before == "canary" ? before : "rest");
        var altered = Git("cat-file", "tag", "looked").Replace(before, after, StringComparison.Ordinal);
        Git("tag", "--delete", "looked");
        var id = Run.ProgramOn(altered, "git", _folder.Path, TestGit.Variables, "hash-object", "-t", "tag", "-w", "--stdin").Succeeded;
        Git("update-ref", "refs/tags/altered", id.Trim());

        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task No_program_of_the_repository_is_run()
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));
        Approve(isTag: true, Key("ada"));
        var program = _folder.Program("evil", $"#!/bin/sh\ntouch {_folder["ran"]}\n");
        foreach (var setting in new[] { "gpg.program", "gpg.ssh.program", "gpg.ssh.defaultKeyCommand", "core.fsmonitor", "core.pager" })
            Git("config", setting, program);
        Git("config", "log.showSignature", "true");

        Assert.NotNull(await FindAsync());
        Assert.False(File.Exists(_folder["ran"]));
    }

    [Fact]
    public async Task An_approval_that_only_the_journal_knows_is_an_error()
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));

        foreach (var proof in new Revision?[] { null, _candidate })
        {
            var why = await Assert.ThrowsAsync<RolloutException>(
                () => RequireAsync(new("rest", Start) { By = "ada@example.org", Proof = proof }));
            Assert.True(why.IsRefusal);
        }
        Approve(isTag: true, Key("ada"));
        Assert.Equal("ada@example.org", Assert.Single(await RequireAsync(new("rest", Start))).By);
    }

    [Fact]
    public async Task A_list_that_does_not_exist_is_an_error()
    {
        Begin(Signed);
        Approve(isTag: true, null);

        var why = await Assert.ThrowsAsync<RolloutException>(() => FindAsync());

        Assert.Contains("'allowed_signers'", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_stays_of_what_was_checked()
    {
        Begin(Signed);
        Allow("ada@example.org", Key("ada"));
        Approve(isTag: true, Key("ada"));

        Assert.NotNull(await FindAsync());

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["scratch"]));
    }

    // A repository in which a rollout is under way: a commit that it was planned at, and the candidate.
    void Begin(string settings)
    {
        _folder.Write("flake.nix", "");
        _folder.Write("hostlock.toml", settings);
        TestGit.Commit(_folder.Path, 0);
        _base = Head;
        TestGit.Commit(_folder.Path, 0);
        _candidate = Head;
    }

    void Approve(bool isTag, string? key, string ring = "rest")
    {
        string[] signing = key is null ? [] : ["-c", "gpg.format=ssh", "-c", $"user.signingKey={key}"];
        Git(isTag
            ? [.. signing, "tag", key is null ? "--annotate" : "--sign", "-m", $"Hostlock-Approve: {ring} {Id}", "looked"]
            : [
                .. signing, "commit", key is null ? "--no-gpg-sign" : "--gpg-sign", "--allow-empty", "--quiet", "-m",
                $"We looked\n\nHostlock-Approve: {ring} {Id}",
            ]);
    }

    void Allow(string who, string key) => File.AppendAllText(_folder["allowed_signers"], $"{who} {File.ReadAllText($"{key}.pub")}");

    string Key(string name) => SshKey.In(_folder, name);

    string Git(params IEnumerable<string> words) => TestGit.In(_folder.Path, words);

    Revision Head => Revision.Parse(TestGit.Head(_folder.Path));

    WrittenApprovals Written => new(
        new PatientProcesses(), FleetFolder.Open(_folder.Path), _folder["scratch"], warning => _warnings.Add(warning.Message));

    Task<RolloutEvent.RingApproved?> FindAsync(string ring = "rest", Revision? opened = null) =>
        Written.FindAsync(UnderWay(opened), ring, Start, Stop);

    Task<IReadOnlyList<RolloutEvent.RingApproved>> RequireAsync(RolloutEvent.RingApproved approval) =>
        Written.RequireAsync(UnderWay(null).After(approval), Start, Stop);

    Rollout UnderWay(Revision? opened)
    {
        var plan = new RolloutPlan(Id, RolloutAction.Rollout, [new RingPlan("rest", RingRule.Default, [Plan()])])
        {
            Source = new(Plex, _candidate, _base),
        };
        var rollout = Rollout.Of(new(plan, Start));
        return opened is null ? rollout : rollout.After(new RolloutEvent.RingOpened("canary", opened, Start));
    }
}
