using System.Collections.Immutable;
using Hostlock.Fleets.Checks.Rules;

namespace Hostlock.Fleets.Checks;

/// <summary>The table of all rules, in the order of their findings. A rule is one file in Rules and one line here.</summary>
public static class CheckRules
{
    /// <summary>All rules.</summary>
    public static readonly ImmutableArray<CheckRule> All =
    [
        new("unreadable", Severity.Error, "A lock cannot be read, or is not a lock.", Evidence.Locks, UnreadableLock.Find),
        new("unmerged", Severity.Error, "Git could not merge a lock, and nobody has settled it.", Evidence.Repository, UnsettledMerge.Find),
        new("missing", Severity.Error, "A host has no lock.", Evidence.Declarations, MissingLock.Find),
        new("untracked", Severity.Error, "Git does not know a file that Nix must see.", Evidence.Repository, UntrackedFile.Find),
        new(
            "unseen",
            Severity.Error,
            "flake.nix has a configuration or an output that hostlock.toml does not list, so Nix does not see it.",
            Evidence.Declarations,
            UnseenConfiguration.Find),
        new(
            "unlisted",
            Severity.Warning,
            "flake.nix has a host that hostlock.toml does not list, so it is built by the root lock; or a flake in its own folder has it.",
            Evidence.Declarations,
            UnlistedHost.Find),
        new(
            "gone",
            Severity.Error,
            "hostlock.toml lists a host, a configuration or an output that flake.nix no longer has.",
            Evidence.Declarations,
            GoneHost.Find),
        new("stale", Severity.Error, "A lock is not in line with what is declared.", Evidence.Declarations, StaleLock.Find),
        new("unlocked", Severity.Error, "An entry of a lock pins nothing.", Evidence.Locks, UnlockedInput.Find),
        new(
            "incomplete",
            Severity.Warning,
            "An entry of a lock has a revision, but no narHash or no lastModified, so that nobody can tell whether its tree was changed.",
            Evidence.Locks,
            IncompleteEntry.Find),
        new(
            "dangling",
            Severity.Error,
            "An input follows one that its lock does not have, or that is not declared.",
            Evidence.Declarations,
            DanglingFollows.Find),
        new(
            "unknown-input",
            Severity.Error,
            "hostlock.toml names an input that no lock and no declaration has.",
            Evidence.Declarations,
            UnknownInput.Find),
        new("expired-freeze", Severity.Warning, "The last day of a freeze is past.", Evidence.Locks, ExpiredFreeze.Find),
        new("expired-hold", Severity.Warning, "The last day of a hold is past.", Evidence.Locks, ExpiredFreeze.FindHolds),
        new(
            "release-expires",
            Severity.Warning,
            "The newest release has expired or expires soon, and machines do not begin with an expired one.",
            Evidence.Releases,
            ExpiringRelease.Find),
        new(
            "shared-differs",
            Severity.Error,
            "An input with scope = \"shared\" is not the same in every lock.",
            Evidence.Locks,
            UnequalSharedInput.Find),
        new("too-old", Severity.Error, "An input is older than its max-age allows.", Evidence.Locks, TooOldInput.Find),
        new(
            "ended-branch",
            Severity.Warning,
            "An input comes from a release branch that gets no more updates.",
            Evidence.Locks,
            EndedBranch.Find),
        new(
            "differs-by-case",
            Severity.Warning,
            "Two locks or two rings have names that differ by case alone: on a Mac they are one.",
            Evidence.Locks,
            DiffersByCase.Find),
        new(
            "absolute-path",
            Severity.Warning,
            "An input is an absolute path, which only one machine has.",
            Evidence.Declarations,
            AbsolutePath.Find),
        new(
            "library-missing",
            Severity.Error,
            "hostlock.nix, which chooses each host's lock, does not exist.",
            Evidence.Repository,
            MissingLibrary.Find),
        new("library-outdated", Severity.Error, "hostlock.nix is not the one of this hostlock.", Evidence.Repository, OutdatedLibrary.Find),
        new("not-wrapped", Severity.Error, "flake.nix does not call hostlock.nix.", Evidence.Repository, UnwrappedOutputs.Find),
        new(
            "foreign-hive",
            Severity.Warning,
            "A hive of colmena without colmenaHive builds a host by the root lock, and not by the host's own.",
            Evidence.Repository,
            ForeignHive.Find),
        new(
            "drifted",
            Severity.Warning,
            "flake.lock's copy of another lock of the repository differs from that lock.",
            Evidence.Repository,
            DriftedCopy.Find),
        new(
            "leaves-its-flake",
            Severity.Warning,
            "A path in a flake leads out of the folder that Nix copies.",
            Evidence.Repository,
            LeavingPath.Find),
        new(
            "downgrade",
            Severity.Error,
            "An input went back in time since the commit that --base names.",
            Evidence.EarlierLocks,
            Downgraded.Find),
        new(
            "base-unreadable",
            Severity.Error,
            "A lock of the commit that --base names cannot be read.",
            Evidence.EarlierLocks,
            UnreadableEarlierLock.Find),
        new("unreachable", Severity.Error, "A tree that a lock pins cannot be fetched.", Evidence.FetchedTrees, UnreachableTree.Find),
        new("hash", Severity.Error, "A tree that a lock pins is another one now.", Evidence.FetchedTrees, ChangedTree.Find),
    ];
}
