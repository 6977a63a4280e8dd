using Hostlock.Fetching;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.History;

/// <summary>The reason why the system of a host may differ from that of an earlier commit.</summary>
public enum ChangeReason
{
    /// <summary>The host has another lock.</summary>
    Lock,

    /// <summary>Files of the repository differ that its configuration may read.</summary>
    Files,

    /// <summary>Its settings in hostlock.toml about how it is built differ.</summary>
    Settings,

    /// <summary>The files are the same, and the configuration may have the revision of the flake in it.</summary>
    Revision,

    /// <summary>hostlock.toml did not have the host.</summary>
    New,
}

/// <summary>
/// The differences between a commit and the files as they are now, and the hosts that they may concern. A host that they cannot concern
/// need not be evaluated. To know that, all of the flake's code must be readable, and show that it sees only the files that it names.
/// </summary>
/// <param name="Commit">The commit.</param>
/// <param name="Before">The fleet as hostlock.toml of the commit describes it; null if the commit has none that can be read.</param>
/// <param name="Seen">The reason for which any difference may concern every host; null if there is none.</param>
public sealed record FleetChange(Revision Commit, Fleet? Before, string? Seen)
{
    HashSet<string> _files = [];
    HashSet<string> _others = [];
    Func<Host, IEnumerable<string>> _filesOf = _ => [];
    bool _isSame;

    /// <summary>True if the configurations cannot tell one commit from another that has the same files.</summary>
    public bool IsBlind => Seen is null;

    /// <summary>Finds what differs.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="word">The commit, as the user names it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The fleet is in no repository, there is no such commit, or git fails.</exception>
    public static async Task<FleetChange> SinceAsync(
        IProcessRunner processes, FleetFolder folder, string word, CancellationToken cancellationToken)
    {
        var tree = GitWorkTreeFiles.Around(processes, folder.Path) ?? throw FleetException.NoRepository(folder.Path);
        using var history = LockHistory.Open(processes, folder);
        var commit = await history.CommitAsync(word, cancellationToken);
        var before = await EarlierAsync(history, commit, cancellationToken);
        var files = await ChangedAsync(processes, tree.Root, commit, cancellationToken);
        var inRepository = Path.GetRelativePath(tree.Root, folder.Path) is var inner && inner == "." ? "" : $"{inner}/";
        var locks = folder.Fleet.Hosts.Concat(before?.Hosts ?? []).Select(host => $"{inRepository}{host.Lock}")
            .Concat(folder.AllPlaces().Select(place => GitWorkTreeFiles.PathOf(tree.Root, place.FullPath)))
            .Append($"{inRepository}{FleetFolder.RootLock}")
            .ToHashSet(StringComparer.Ordinal);
        var settings = $"{inRepository}{FleetFile.Name}";
        var others = files.Where(file => !locks.Contains(file) && file != settings).ToHashSet(StringComparer.Ordinal);
        var seen = await new FlakeView(processes, folder, tree.Root, inRepository, files, others).WhyAsync(before, cancellationToken);
        return new(commit, before, seen)
        {
            _files = files,
            _others = others,
            _filesOf = host =>
                [$"{inRepository}{host.Lock}", GitWorkTreeFiles.PathOf(tree.Root, folder.PlaceOf(host.Name).FullPath)],
            _isSame = files.Count == 0 && await IsHeadAsync(processes, tree.Root, commit, cancellationToken),
        };
    }

    /// <summary>The reason why the system of a host may differ; nothing if it cannot.</summary>
    /// <param name="host">The host, as hostlock.toml has it now.</param>
    /// <param name="seesAll">True to suppose that every host sees all files, whatever its code says.</param>
    public IEnumerable<ChangeReason> ReasonsFor(Host host, bool seesAll = false)
    {
        if (_isSame)
            yield break;
        var before = Before?.Hosts.FirstOrDefault(each => each.Name == host.Name);
        if (Before is not null && before is null)
        {
            yield return ChangeReason.New;
            yield break;
        }
        var own = _filesOf(host).ToList();
        if (own.Exists(_files.Contains))
            yield return ChangeReason.Lock;
        if (before is not null && !IsBuiltAlike(before, host))
            yield return ChangeReason.Settings;
        if (Seen is null && !seesAll)
            yield break;
        if (_others.Count > 0 || _files.Except(own).Any())
            yield return ChangeReason.Files;
        else if (_files.Count == 0)
            yield return ChangeReason.Revision;
    }

    /// <summary>The hosts that hostlock.toml had in the commit and no longer has.</summary>
    /// <param name="now">The fleet as it is now.</param>
    public IEnumerable<HostName> Gone(Fleet now) =>
        (Before?.Hosts ?? []).Select(host => host.Name).Except(now.Hosts.Select(host => host.Name));

    // The settings of a host that hostlock.nix reads.
    static bool IsBuiltAlike(Host one, Host other) =>
        one.Lock == other.Lock && one.FlakeFile == other.FlakeFile && one.IsStamped == other.IsStamped
        && one.ConfigurationPaths.SequenceEqual(other.ConfigurationPaths);

    // A hostlock.toml that makes no sense to this hostlock tells nothing of the hosts.
    static async Task<Fleet?> EarlierAsync(LockHistory history, Revision commit, CancellationToken cancellationToken)
    {
        try
        {
            return await history.TryFleetAtAsync(commit.ToString(), cancellationToken);
        }
        catch (FleetException)
        {
            return null;
        }
    }

    static async Task<HashSet<string>> ChangedAsync(
        IProcessRunner processes, string root, Revision commit, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(
            GitProgram.AskAround(
                root, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-relative",
                "--ignore-submodules=none", "-O/dev/null", commit.ToString(), "--"),
            cancellationToken);
        return finished.Succeeded
            ? finished.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal)
            : throw FetchException.GitFailed(root, "compare the files of", finished.Errors.Trim());
    }

    static async Task<bool> IsHeadAsync(
        IProcessRunner processes, string root, Revision commit, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(
            GitProgram.AskAround(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"), cancellationToken);
        return finished.Succeeded && Revision.TryParse(finished.Output.Trim()) == commit;
    }
}
