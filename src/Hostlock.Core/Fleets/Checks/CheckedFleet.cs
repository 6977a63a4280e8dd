using System.Collections.Immutable;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Merging;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets.Checks;

/// <summary>A file of the flake that git does not know, so that Nix does not see it.</summary>
/// <param name="Unknown">The paths that git has to learn of, relative to the flake.</param>
/// <param name="IsIgnored">True if git is told to ignore one of them, so that only a forced add takes them.</param>
public sealed record UnseenFile(IReadOnlyList<string> Unknown, bool IsIgnored)
{
    /// <summary>The link on the way to the file, or at its end, that git does not follow, relative to the flake; null if git can learn
    /// of the file.</summary>
    public string? Link { get; init; }
}

/// <summary>The evidence for the rules, which is gathered before the first of them runs.</summary>
/// <param name="Folder">The flake.</param>
/// <param name="Locks">The locks as they were read.</param>
/// <param name="Declared">Gives the declarations for a lock, with the host's own references in place.</param>
/// <param name="Unseen">By path, relative to the flake, its files that git does not know.</param>
/// <param name="Now">The time that ages and freezes are measured by.</param>
public sealed record CheckedFleet(
    FleetFolder Folder, IReadOnlyList<LockStatus> Locks, Func<LockPlace, Flake> Declared, IReadOnlyDictionary<string, UnseenFile> Unseen,
    DateTimeOffset Now)
{
    /// <summary>The folder of the flake, relative to its repository; empty for the repository's own folder, and outside of one.</summary>
    public string FolderInRepository { get; init; } = "";

    /// <summary>By absolute path, why <c>resolve</c> cannot settle a lock that git could not merge; one that it can settle is not in
    /// it.</summary>
    public IReadOnlyDictionary<string, HostlockException> Unsettled { get; init; } = new Dictionary<string, HostlockException>();

    /// <summary>The locks of an earlier commit; null if no commit was named.</summary>
    public EarlierLocks? Earlier { get; init; }

    /// <summary>The result of fetching all locked trees again; null if that was not asked for.</summary>
    public RefetchedTrees? Refetched { get; init; }

    /// <summary>The warning that the newest release expires; null if it lasts, or none was cut.</summary>
    public string? Expiry { get; init; }

    /// <summary>The flakes that lie in the repository.</summary>
    public LocalFlakes Flakes { get; init; } = new(Folder);

    /// <summary>The hosts that hostlock.toml lists, compared with those that flake.nix has.</summary>
    public ListedHosts Listed => field ??= ListedHosts.Of(Folder, Flakes);

    readonly LockComparisons _comparisons = new();

    /// <summary>The inputs in which a lock is behind its declarations; none if it is in line, or cannot be read.</summary>
    /// <param name="status">The lock.</param>
    public ImmutableArray<StaleInput> StaleIn(LockStatus status) =>
        status.Lock is { } file ? _comparisons.Between(Declared(status.Place), file) : [];

    /// <summary>By path, relative to the flake, the inputs of flake.nix in which a lock is behind its declarations; a lock that is in line
    /// is not in it.</summary>
    public NameMap<ImmutableArray<string>> StaleInputs() => NameMap<ImmutableArray<string>>.Of(
        [
            .. from status in Locks
               let stale = StaleIn(status)
               where !stale.IsEmpty
               select KeyValuePair.Create<string, ImmutableArray<string>>(
                   status.Place.RelativePath, [.. stale.Select(input => input.Path.Names[0]).Distinct()]),
        ]);

    /// <summary>The day in UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);

    /// <summary>True if the evidence was gathered. Rules that need other evidence are left out.</summary>
    public bool Has(Evidence evidence) => evidence switch
    {
        Evidence.EarlierLocks => Earlier is not null,
        Evidence.FetchedTrees => Refetched is not null,
        _ => true,
    };

    /// <summary>
    /// Reads the locks and the declarations of a flake. Nothing is fetched, because the declarations are in the flake's own tree.
    /// </summary>
    /// <param name="folder">The flake.</param>
    /// <param name="declarations">Reads the declarations.</param>
    /// <param name="processes">Runs git.</param>
    /// <param name="now">The time that ages and freezes are measured by.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The declarations of a host cannot be read, or make no sense.</exception>
    public static async Task<CheckedFleet> ReadAsync(
        FleetFolder folder, HostDeclarations declarations, IProcessRunner processes, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var places = folder.AllPlaces();
        // The places are the same objects throughout.
        var declared = await declarations.OfAsync(places, cancellationToken);
        var unseen = new Dictionary<string, UnseenFile>(StringComparer.Ordinal);
        var inRepository = "";
        var tree = GitWorkTreeFiles.Around(processes, folder.Path);
        if (tree is not null)
        {
            if (tree.Root != folder.Path)
                inRepository = Path.GetRelativePath(tree.Root, folder.Path);
            var unknown = new Dictionary<string, IReadOnlyList<TreePath>>(StringComparer.Ordinal);
            foreach (var path in places.Select(place => place.RelativePath).Concat([FleetFile.Name, FleetFolder.Library]))
            {
                var file = folder.Full(path);
                if (File.Exists(file)
                    && await tree.UnknownAsync(TreePath.Parse(Path.GetRelativePath(tree.Root, file))) is { Count: > 0 } paths)
                    unknown[path] = paths;
            }
            if (unknown.Count > 0)
            {
                var ignored = await tree.IgnoredAsync(unknown.Values.SelectMany(paths => paths), cancellationToken);
                foreach (var (path, paths) in unknown)
                {
                    var links = paths.Select(each => GitWorkTreeFiles.UnfollowedLink(tree.Root, each));
                    unseen[path] = new([.. paths.Select(InFlake)], paths.Any(ignored.Contains))
                    {
                        Link = links.FirstOrDefault(link => link is not null) is { } link ? InFlake(link) : null,
                    };
                }
            }

            string InFlake(TreePath path) => Path.GetRelativePath(folder.Path, Path.Combine(tree.Root, path.ToText()));
        }
        var locks = await UnmergedLock.MarkAsync(FleetStatus.Read(places), tree, cancellationToken);
        return new(folder, locks, place => declared[place], unseen, now)
        {
            Flakes = new(folder) { RootOutputs = (await declarations.OfAsync(folder.RootPlace, cancellationToken)).Outputs },
            FolderInRepository = inRepository,
            Unsettled = locks.Any(status => status.IsUnmerged)
                ? await new LockResolving(processes, folder).UnsettledAsync(places, cancellationToken)
                : new Dictionary<string, HostlockException>(),
        };
    }
}
