using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Releases;

/// <summary>The errors of cutting and fetching releases, and of the receipts of machines.</summary>
public sealed class ReleaseException : HostlockException
{
    ReleaseException(Sentence message)
        : base(message.ToString())
    {
    }

    /// <summary>True if the answer is no, although nothing is wrong; this gives exit code 1.</summary>
    public bool IsRefusal { get; private init; }

    /// <summary>True if another run is at work; this gives exit code 6.</summary>
    public bool IsBusy { get; private init; }

    /// <summary>The rule that stopped a pull, which the machine remembers; null if it does not remember the error.</summary>
    public RefusalRule? Rule { get; private init; }

    // Cutting releases.
    /// <summary>A release cannot last as long as requested.</summary>
    public static ReleaseException NoLifetime(string time) =>
        new($"a release does not last for '{time}'") { Hint = "--expires takes a time of at most 366 days, such as 14d" };

    /// <summary>A release is to be cut, and no key is named.</summary>
    public static ReleaseException NeedsKey() =>
        new("a release is signed, and no key is named") { Hint = "pass --sign KEY, or --dry-run to look" };

    /// <summary>The first release is to be cut, and no fleet is named.</summary>
    public static ReleaseException NeedsFleet() =>
        new("the first release has to name the fleet") { Hint = "pass --fleet NAME, by which machines will know it" };

    /// <summary>A release is to name another fleet than those before it.</summary>
    public static ReleaseException OfAnotherFleet(string fleet, string other) =>
        new($"the releases here are of the fleet '{other}', and not of '{fleet}'");

    /// <summary>Releases are to be written into the repository that systems are made of.</summary>
    public static ReleaseException InRepository(string folder) => new($"'{folder}' lies in the repository that systems are made of")
    {
        Hint = "name a folder outside of it: files inside change systems, and would be one release behind",
    };

    /// <summary>A host that is held is named for a release.</summary>
    public static ReleaseException IsHeld(HostName host, string why) =>
        new($"{host} is held: {why}") { IsRefusal = true, Hint = $"hostlock unhold {host}" };

    /// <summary>A lock differs from the one of HEAD.</summary>
    public static ReleaseException NotCommitted(LockPlace place) =>
        new($"{place.RelativePath} has changes that are in no commit, and systems are made of HEAD")
        {
            Hint = "commit the file first, or put it back",
        };

    internal static ReleaseException NotSigned(string key, string said) =>
        new($"ssh-keygen does not sign with '{key}': {said}") { IsOutside = true };

    internal static ReleaseException NotKept(string said) => new($"git does not keep the release: {said:lines}") { IsOutside = true };

    internal static ReleaseException NotRead(string said) => new($"git does not read the releases: {said:lines}") { IsOutside = true };

    internal static ReleaseException Diverged() => new("this clone and the upstream repository have different releases of one number")
    {
        IsOutside = true,
        Hint = "find out which one machines have; in the repository of the other, 'git update-ref -d refs/hostlock/releases' forgets it",
    };

    internal static ReleaseException PushedMeanwhile(string said) =>
        new($"the release is not pushed: {said:lines}") { IsOutside = true, Hint = "if another one was pushed meanwhile, cut it again" };

    // The form of releases.
    internal static ReleaseException NotAFleetName(string text) =>
        new($"'{text}' is no name of a fleet")
        {
            Hint = "a name has letters, digits, '-', '_' and '.', and begins with a letter or a digit",
        };

    internal static ReleaseException NoNumberLeft() => new("no number is left for another release");

    internal static ReleaseException NotARelease() => new("this is no release") { IsOutside = true, IsRefused = true };

    internal static ReleaseException NotCanonical() =>
        new("this release is not written in the one form that a release has") { IsOutside = true, IsRefused = true };

    internal static ReleaseException OfAnotherVersion(int version) =>
        new($"this release has version {version} of the format, and this hostlock reads version 1") { IsOutside = true, IsRefused = true };

    internal static ReleaseException TooLarge(long most) =>
        new($"a release has at most {most} bytes, and this one has more") { IsOutside = true, IsRefused = true };

    internal static ReleaseException Incomplete() =>
        new("the release is missing, or it has no signature") { IsOutside = true, IsRefused = true };

    internal static ReleaseException NoLatest() => new("'latest' is no number of a release") { IsOutside = true, IsRefused = true };

    /// <summary>True if the file of a source is no release: a refusal, and not a silent source.</summary>
    public bool IsRefused { get; private init; }

    internal static ReleaseException TooManyBytes(string name, int most) =>
        new($"'{name}' has more than {most} bytes, which is too many") { IsOutside = true, IsRefused = true };

    // Pulling.
    /// <summary>A machine is to pull, and the user is not root there.</summary>
    public static ReleaseException NotRoot() =>
        new("only root can have this machine pull") { Hint = "run it by sudo, or with --dry-run to look" };

    internal static ReleaseException BadSettings(string path, string why) =>
        new($"'{path}' makes no sense: {why}") { Rule = RefusalRule.Settings };

    internal static ReleaseException BadSettings(string path, int line, string why) =>
        new($"line {line} of '{path}' makes no sense: {why}") { Rule = RefusalRule.Settings };

    internal static ReleaseException NotTold(HostlockException why) =>
        new($"the settings of this machine cannot be used: {PlaceOf(why)}{why.Message}")
        {
            Rule = RefusalRule.Settings,
            Span = why.Span,
            Hint = why.Hint,
        };

    static string PlaceOf(HostlockException why) =>
        why.Span is { } span ? $"line {span.Source.Position(span.Start).Line} of {span.Source.Name}: " : "";

    internal static ReleaseException NoSource(HostlockException why) =>
        new($"no source of releases answers: {why.Message:lines}") { IsOutside = true, Rule = RefusalRule.Source, Hint = why.Hint };

    internal static ReleaseException SwitchUnderWay() =>
        new("a switch of this machine is under way") { IsBusy = true, Hint = "wait for it to finish, then try again" };

    internal static ReleaseException TrialUnderWay(string rollout) =>
        new($"this machine is on trial for the rollout {rollout}")
        {
            IsBusy = true,
            Hint = "wait until it is kept or has gone back, then try again",
        };

    internal static ReleaseException TooSlow(string source, int seconds) =>
        new($"'{Visible.Address(source)}' does not give its release within {seconds} seconds") { IsOutside = true };

    internal static ReleaseException NotFetched(string url, string said) =>
        new($"git does not fetch releases from '{Visible.Address(url)}': {said:lines}") { IsOutside = true };

    internal static ReleaseException NotCopied(StorePath system, string said) =>
        new($"'{system}' cannot be had: {said}")
        {
            IsOutside = true,
            Rule = RefusalRule.Cache,
            Hint = "nothing was changed; the next pull tries again",
        };

    internal static Warning NothingRemembered() => new(
        "no earlier release is remembered on this machine; one whose lock is older than the lock that runs is not taken");

    // Receipts.
    internal static ReleaseException NoReceipt(string path, int line) => new($"line {line} of '{path}' is no receipt");

    internal static ReleaseException ChainBroken(string path, int line) =>
        new($"line {line} of '{path}' does not follow the line before it: a receipt was altered, taken out or put in");

    internal static ReleaseException NoRoom(string path) => new($"'{path}' has no room for another receipt");

    internal static Warning ReceiptsEnd(HostlockException why, string path) => new(
        $"no receipt is written, because {why.Message}; 'mv {ShellWord.Quote(path)} {ShellWord.Quote($"{path}.old")}' keeps the log for an "
            + "audit, and a new one begins");

    /// <summary>A file for Cachix is asked for that is not for one ring.</summary>
    public static ReleaseException NeedsOneRing() =>
        new("a file for Cachix is for the hosts of one ring") { Hint = "hostlock release @canary --format cachix" };
}
