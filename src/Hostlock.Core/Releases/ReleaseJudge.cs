using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Platform.Programs;

namespace Hostlock.Releases;

/// <summary>The rule by which a machine refuses a release.</summary>
public enum RefusalRule
{
    /// <summary>Nobody who may sign now signed these bytes as a release.</summary>
    Signature,

    /// <summary>The signed bytes are no release that this program can read.</summary>
    Form,

    /// <summary>It is of another fleet.</summary>
    Fleet,

    /// <summary>Its number is not above the highest that was ever accepted.</summary>
    Number,

    /// <summary>Its number was accepted before, with other contents.</summary>
    Fork,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It was cut in the future.</summary>
    Future,

    /// <summary>No earlier release is remembered, and its lock is older than the one that runs.</summary>
    Lock,

    /// <summary>The system that it names is not of this host, or not made by the lock that it states.</summary>
    System,

    /// <summary>This machine tried the system before, and went back.</summary>
    Returned,

    /// <summary>The settings of the machine make no sense, or cannot be read.</summary>
    Settings,

    /// <summary>No source answers.</summary>
    Source,

    /// <summary>The cache does not have the system, or Nix does not take it: no key that nix.conf trusts signed it.</summary>
    Cache,
}

/// <summary>The verdict of a machine on a release.</summary>
public abstract record Judgement
{
    Judgement()
    {
    }

    /// <summary>The host may get the system.</summary>
    /// <param name="Release">The release.</param>
    /// <param name="Released">The system for the host.</param>
    public sealed record Accepted(ReleaseManifest Release, ReleasedSystem Released) : Judgement;

    /// <summary>The release is good, and gives nothing to the host.</summary>
    /// <param name="Release">The release.</param>
    public sealed record NotNamed(ReleaseManifest Release) : Judgement;

    /// <summary>Nothing is done by it.</summary>
    /// <param name="Rule">The rule.</param>
    /// <param name="Why">The reason, as a sentence without a full stop.</param>
    /// <param name="Number">The number of the release; null if no signature vouches for it.</param>
    public sealed record Refused(RefusalRule Rule, string Why, ReleaseNumber? Number) : Judgement;
}

/// <summary>The memory of a machine of the releases that it accepted, in two places: the larger number counts.</summary>
/// <param name="Accepted">The last release that it accepted; null if the file is gone, or is not what was written.</param>
/// <param name="Rooted">The number in the name of the root that keeps its system; null if there is no root.</param>
/// <param name="RootedSystem">The system that the root keeps; null if there is none.</param>
public sealed record RememberedReleases(ReleaseManifest? Accepted, ReleaseNumber? Rooted, StorePath? RootedSystem)
{
    /// <summary>The highest number that was ever accepted; null if none is remembered.</summary>
    public ReleaseNumber? Highest =>
        Accepted is null ? Rooted : Rooted is { } rooted && rooted > Accepted.Number ? rooted : Accepted.Number;
}

/// <summary>The facts by which a machine judges a release.</summary>
/// <param name="Fleet">Its fleet.</param>
/// <param name="Host">Its host.</param>
/// <param name="Now">The present time.</param>
/// <param name="Remembered">The releases that it remembers.</param>
/// <param name="Returned">The systems that it gave back.</param>
public sealed record PullFacts(
    FleetName Fleet, HostName Host, Moment Now, RememberedReleases Remembered, IReadOnlySet<StorePath> Returned);

/// <summary>
/// Judges whether a machine may get the system that a release names. It is pure, and the only place with rules of a pull.
/// </summary>
public static class ReleaseJudge
{
    /// <summary>The most seconds by which a release may be cut in the future, as clocks differ.</summary>
    public const ulong Skew = 5 * 60;

    /// <summary>Judges a release before anything is fetched for it.</summary>
    /// <param name="signature">The judgement on its signature.</param>
    /// <param name="release">The release; null if the signed bytes cannot be read.</param>
    /// <param name="facts">The facts of the machine.</param>
    public static Judgement Judge(SignatureCheck signature, ReleaseManifest? release, PullFacts facts)
    {
        if (signature is SignatureCheck.CountsNot(var flaw))
            return new Judgement.Refused(RefusalRule.Signature, $"the signature of a release does not count: {flaw}", null);
        if (release is null)
            return new Judgement.Refused(RefusalRule.Form, "what is signed is no release that this hostlock reads", null);
        var number = release.Number;
        if (release.Fleet != facts.Fleet)
            return Refuse(RefusalRule.Fleet, $"is of the fleet '{release.Fleet}', and this machine is of '{facts.Fleet}'");
        if (facts.Remembered.Highest is { } highest && number < highest)
            return Refuse(RefusalRule.Number, $"is older than release {highest}, which was accepted before");
        if (facts.Remembered.Highest == number && !IsTheSame(release, facts))
            return Refuse(RefusalRule.Fork, "differs from the release of the same number that was accepted before");
        if (release.Expires <= facts.Now)
            return Refuse(RefusalRule.Expired, $"expired on {release.Expires}");
        if (release.Issued.Seconds > facts.Now.Seconds + Skew)
            return Refuse(RefusalRule.Future, $"was cut on {release.Issued}, which is still to come by the clock of this machine");
        if (release.For(facts.Host) is not { } released)
            return new Judgement.NotNamed(release);
        return facts.Returned.Contains(released.System)
            ? Refuse(RefusalRule.Returned, "names a system that this machine tried before and gave back")
            : new Judgement.Accepted(release, released);

        Judgement.Refused Refuse(RefusalRule rule, string why) => new(rule, $"release {number} {why}", number);
    }

    /// <summary>Judges the system that a release names, once the machine has it and before it is activated.</summary>
    /// <param name="accepted">The verdict on the release.</param>
    /// <param name="facts">The facts of the machine.</param>
    /// <param name="isSystem">True if it is a system that can be switched to.</param>
    /// <param name="carried">The statement of the system about its lock; null if it has none.</param>
    /// <param name="running">The lock that runs; null if it is not known.</param>
    /// <returns>The refusal; null if the system may be activated.</returns>
    public static Judgement.Refused? JudgeSystem(
        Judgement.Accepted accepted, PullFacts facts, bool isSystem, Stamp? carried, LockFile? running)
    {
        var (release, released) = accepted;
        if (!isSystem)
            return Refuse(RefusalRule.System, "names a store path that is no system of NixOS");
        if (carried?.OtherThan(facts.Host) is { } other)
            return Refuse(RefusalRule.System, $"names a system of {other}");
        if (carried is not null && carried.Sha256 != released.LockSha256)
            return Refuse(RefusalRule.System, "names a system that another lock makes than the one that it states");
        // Without a memory, only the lock that runs tells how far the machine came.
        if (facts.Remembered.Highest is not null || running is null)
            return null;
        if (carried?.TryReadLock() is not { } target)
            return Refuse(RefusalRule.Lock, "names a system without a lock, and no earlier release is remembered to go by");
        return LockDiff.Between(running, target).Changes.FirstOrDefault(Downgrade.Is) is { } back
            ? Refuse(RefusalRule.Lock, $"goes back, and no earlier release is remembered: {Downgrade.Describe(back)}")
            : null;

        Judgement.Refused Refuse(RefusalRule rule, string why) => new(rule, $"release {release.Number} {why}", release.Number);
    }

    // The file remembers the whole release; if it is lost, the gc root still tells the system.
    static bool IsTheSame(ReleaseManifest release, PullFacts facts) =>
        facts.Remembered.Accepted is { } accepted && accepted.Number == release.Number
            ? accepted.Digest == release.Digest
            : release.For(facts.Host) is not { } released || facts.Remembered.RootedSystem == released.System;
}
