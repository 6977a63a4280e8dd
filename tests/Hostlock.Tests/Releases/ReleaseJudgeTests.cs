using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Platform.Programs;
using Hostlock.Releases;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

public class ReleaseJudgeTests
{
    /// <summary>The memory of a machine that never pulled.</summary>
    internal static readonly RememberedReleases Nothing = new(null, null, null);

    [Fact]
    public void A_newer_release_is_accepted()
    {
        var judgement = ReleaseJudge.Judge(Signed, Release(42, 2), Facts());

        Assert.Equal(Toplevel(2), Assert.IsType<Judgement.Accepted>(judgement).Released.System);
    }

    [Fact]
    public void The_first_release_of_a_machine_is_accepted() =>
        Assert.IsType<Judgement.Accepted>(ReleaseJudge.Judge(Signed, Release(1, 2), Facts(Nothing)));

    [Fact]
    public void The_release_that_was_accepted_is_accepted_again() =>
        Assert.IsType<Judgement.Accepted>(ReleaseJudge.Judge(Signed, Release(41, 1), Facts()));

    [Fact]
    public void An_older_system_is_accepted_by_a_higher_number() =>
        Assert.IsType<Judgement.Accepted>(ReleaseJudge.Judge(Signed, Release(42, 0), Facts()));

    [Fact]
    public void What_is_not_signed_is_refused_whatever_it_says() =>
        Refused(RefusalRule.Signature, new SignatureCheck.CountsNot("no key made its signature"), Release(42, 2), Facts());

    [Fact]
    public void What_cannot_be_read_is_refused() => Refused(RefusalRule.Form, Signed, null, Facts());

    [Fact]
    public void A_release_of_another_fleet_is_refused() =>
        Refused(RefusalRule.Fleet, Signed, Release(42, 2) with { Fleet = FleetName.Parse("work") }, Facts());

    [Fact]
    public void An_older_release_is_refused() => Refused(RefusalRule.Number, Signed, Release(40, 0), Facts());

    [Fact]
    public void An_older_release_is_refused_by_either_memory_alone()
    {
        var (file, root) = (Facts(new(Release(41, 1), null, null)), Facts(new(null, Number(41), Toplevel(1))));

        Refused(RefusalRule.Number, Signed, Release(40, 0), file);
        Refused(RefusalRule.Number, Signed, Release(40, 0), root);
    }

    [Fact]
    public void The_larger_of_the_two_memories_counts()
    {
        Refused(RefusalRule.Number, Signed, Release(42, 0), Facts(new(Release(41, 1), Number(43), Toplevel(3))));
        Refused(RefusalRule.Number, Signed, Release(42, 0), Facts(new(Release(43, 3), Number(41), Toplevel(1))));
    }

    [Fact]
    public void Another_release_of_the_number_that_was_accepted_is_refused()
    {
        Refused(RefusalRule.Fork, Signed, Release(41, 2), Facts());
        Refused(RefusalRule.Fork, Signed, Release(41, 1) with { Expires = new(Now + 1) }, Facts());
        Refused(RefusalRule.Fork, Signed, Release(41, 2), Facts(new(null, Number(41), Toplevel(1))));
        Assert.IsType<Judgement.Accepted>(ReleaseJudge.Judge(Signed, Release(41, 1), Facts(new(null, Number(41), Toplevel(1)))));
    }

    [Fact]
    public void A_release_is_refused_from_its_last_second_on()
    {
        Refused(RefusalRule.Expired, Signed, Release(42, 2) with { Expires = new(Now) }, Facts());
        Assert.IsType<Judgement.Accepted>(ReleaseJudge.Judge(Signed, Release(42, 2) with { Expires = new(Now + 1) }, Facts()));
    }

    [Fact]
    public void A_release_of_the_future_is_refused()
    {
        Refused(RefusalRule.Future, Signed, Release(42, 2) with { Issued = new(Now + ReleaseJudge.Skew + 1) }, Facts());
        Assert.IsType<Judgement.Accepted>(
            ReleaseJudge.Judge(Signed, Release(42, 2) with { Issued = new(Now + ReleaseJudge.Skew) }, Facts()));
    }

    [Fact]
    public void A_release_that_names_other_hosts_gives_nothing()
    {
        var judgement = ReleaseJudge.Judge(Signed, Release(42, 2, "web"), Facts());

        Assert.Equal(42, Assert.IsType<Judgement.NotNamed>(judgement).Release.Number.Value);
    }

    [Fact]
    public void An_old_release_that_names_other_hosts_is_refused() =>
        Refused(RefusalRule.Number, Signed, Release(40, 2, "web"), Facts());

    [Fact]
    public void A_system_that_was_given_back_is_not_tried_again_by_any_number() =>
        Refused(RefusalRule.Returned, Signed, Release(42, 2), Facts(null, Toplevel(2)));

    [Fact]
    public void Every_refusal_of_what_somebody_vouches_for_names_the_release() =>
        Assert.StartsWith(
            "release 40 is older than release 41",
            Assert.IsType<Judgement.Refused>(ReleaseJudge.Judge(Signed, Release(40, 0), Facts())).Why, StringComparison.Ordinal);

    [Fact]
    public void A_system_of_another_host_is_refused()
    {
        var refused = JudgeSystem(Facts(), new(new('a', 64), null, "web"), null);

        Assert.Equal(RefusalRule.System, refused!.Rule);
    }

    [Fact]
    public void A_store_path_that_is_no_system_is_refused() =>
        Assert.Equal(
            (RefusalRule.System, "release 42 names a store path that is no system of NixOS"),
            JudgeSystem(Facts(), null, null, isSystem: false) is { } refused ? (refused.Rule, refused.Why) : default);

    [Fact]
    public void A_system_that_another_lock_makes_is_refused()
    {
        Assert.Equal(RefusalRule.System, JudgeSystem(Facts(), new(new('b', 64), null, "plex"), null)!.Rule);
        Assert.Null(JudgeSystem(Facts(), new(new('a', 64), null, "plex"), null));
        Assert.Null(JudgeSystem(Facts(), null, null));
    }

    [Fact]
    public void Without_a_memory_a_lock_that_is_older_than_the_one_that_runs_is_refused()
    {
        var (older, newer) = (Lock(1), Lock(2));

        Assert.Equal(RefusalRule.Lock, JudgeSystem(Facts(Nothing), Stamped(older), Read(newer))!.Rule);
        Assert.Null(JudgeSystem(Facts(Nothing), Stamped(newer), Read(older)));
        Assert.Null(JudgeSystem(Facts(Nothing), Stamped(newer), Read(newer)));
        Assert.Null(JudgeSystem(Facts(), Stamped(older), Read(newer)));
    }

    [Fact]
    public void Without_a_memory_a_system_without_a_lock_is_refused_if_the_one_that_runs_has_one() =>
        Assert.Equal(RefusalRule.Lock, JudgeSystem(Facts(Nothing), null, Read(Lock(1)))!.Rule);

    static void Refused(RefusalRule rule, SignatureCheck signature, ReleaseManifest? release, PullFacts facts) =>
        Assert.Equal(rule, Assert.IsType<Judgement.Refused>(ReleaseJudge.Judge(signature, release, facts)).Rule);

    static Judgement.Refused? JudgeSystem(PullFacts facts, Stamp? carried, LockFile? running, bool isSystem = true)
    {
        var release = Release(42, 2);
        return ReleaseJudge.JudgeSystem(new(release, release.For(Plex)!), facts, isSystem, carried, running);
    }

    static byte[] Lock(int day) =>
        LockFileWriter.Write(SmallLocks.Of(("nixpkgs", SmallLocks.Locked("github:NixOS/nixpkgs", 1, day))));

    static LockFile Read(byte[] bytes) => LockFileReader.TryRead(bytes)!;

    static Stamp Stamped(byte[] bytes) => new(new('a', 64), [.. bytes], "plex");
}
