using Hostlock.Flakes;
using Hostlock.Nar;

namespace Hostlock.Locks;

/// <summary>The registries that an indirect reference may be looked up in (Nix 2.34.8, flake/flake.cc, useRegistries).</summary>
public enum RegistryScope
{
    /// <summary>The flag and the global registry, which are all that the inputs of a flake may use.</summary>
    Limited,

    /// <summary>The user's and the system's too, for references given on the command line.</summary>
    All,
}

/// <summary>
/// The resolver's one door upwards: it asks for the tree of a reference. Answers are remembered, so that asking twice in one run gives the
/// same revision and costs nothing.
/// </summary>
public interface IFlakeSource
{
    /// <summary>Returns the same source with another global registry, as <c>nixConfig.flake-registry</c> of a flake names one.</summary>
    /// <param name="registry">An address or an absolute path; empty for no global registry.</param>
    IFlakeSource WithRegistry(string registry);

    /// <summary>Announces the input for which a reference is about to be asked for, so that a person who waits sees it.</summary>
    void Asked(FlakeRef reference, InputPath input);

    /// <summary>
    /// Follows a reference to a tree: registry, newest revision, contents, hash. The answer's <see cref="FetchedTree.Locked"/> is
    /// what a lock would hold.
    /// </summary>
    /// <exception cref="HostlockException">The reference cannot be followed; <c>IsOutside</c> if the world is to blame.</exception>
    Task<FetchedTree> FetchAsync(FlakeRef reference, RegistryScope registries, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the files of a tree that a lock already pins. Asks for no revision, and hashes nothing that was read before.
    /// </summary>
    /// <exception cref="HostlockException">The tree cannot be had, or is not what the lock says; <c>IsOutside</c> if the world is to
    /// blame.</exception>
    Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken);

    /// <summary>Tells whether an earlier run has read the tree that a lock pins, and the cache still has what was read.</summary>
    /// <param name="locked">The reference in the lock.</param>
    bool IsAtHand(FlakeRef locked);

    /// <summary>Asks what a reference points to now, without its tree; null if its type has no revisions.</summary>
    /// <param name="reference">The reference; one with a revision of its own points to that.</param>
    /// <param name="before">If given, the newest commit dated at or before this time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">It cannot be asked, or no commit is that old.</exception>
    Task<NewestRevision?> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken);

    /// <summary>
    /// Asks how two revisions of one repository are related; null if that cannot be found at little cost. A forge is asked only with an
    /// access token: without one it answers few questions an hour.
    /// </summary>
    /// <param name="earlier">The locked revision.</param>
    /// <param name="later">The present revision, or a possible one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<RevisionDistance?> DistanceAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken);

    /// <summary>Lists the revisions after one and up to another, along the first parents, the oldest first. Fetches no trees.</summary>
    /// <param name="earlier">The locked revision, with its <c>lastModified</c>.</param>
    /// <param name="later">A descendant of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">
    /// They have no repository, it cannot be reached, or the later does not descend from the earlier.
    /// </exception>
    Task<IReadOnlyList<NewestRevision>> BetweenAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken);
}

/// <summary>The relation of two revisions of one repository.</summary>
/// <param name="IsDescendant">True if the earlier is among the ancestors of the later.</param>
/// <param name="Commits">The number of commits that only the later has; null if the answer did not say.</param>
public sealed record RevisionDistance(bool IsDescendant, ulong? Commits);

/// <summary>A revision as it was asked for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Time">When it was committed; null if the answer did not say.</param>
public sealed record NewestRevision(Revision Id, Moment? Time);

/// <summary>A tree that a reference led to.</summary>
/// <param name="Locked">The reference pinned: revision and narHash. It has no <c>dir</c>: the whole tree is fetched.</param>
/// <param name="Files">The files of the whole tree.</param>
/// <param name="Warnings">The warnings.</param>
public sealed record FetchedTree(FlakeRef Locked, TreeFiles Files, IReadOnlyList<Warning> Warnings)
{
    /// <summary>The reference after the registries, with the <c>dir</c> of the entry that was found last, if any.</summary>
    public FlakeRef Resolved { get; init; } = Locked;

    /// <summary>The failure, if upstream did not answer and this is an earlier answer; else null.</summary>
    public StaleAnswer? Stale { get; init; }
}

/// <summary>The reason for which an earlier answer is used.</summary>
/// <param name="Why">The failure.</param>
/// <param name="Warning">The sentence that Nix says of it.</param>
public sealed record StaleAnswer(HostlockException Why, Warning Warning);

/// <summary>A fetched tree as far as locking looks into it: single files, by path, links not followed.</summary>
public abstract class TreeFiles
{
    /// <summary>
    /// Finds what lies at a path; null if nothing does. A parent that is a link counts as nothing.
    /// </summary>
    /// <param name="path">The path in the tree.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public abstract ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken);

    /// <summary>Adds the trees of the submodules; gives the tree itself if it has none.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="HostlockException">A submodule does not exist.</exception>
    public virtual ValueTask<TreeFiles> WithSubmodulesAsync(CancellationToken cancellationToken) => ValueTask.FromResult(this);
}

/// <summary>The kinds of things that can lie at a path of a tree.</summary>
public abstract record TreeItem
{
    TreeItem()
    {
    }

    /// <summary>A folder.</summary>
    public sealed record Folder : TreeItem;

    /// <summary>A symbolic link.</summary>
    /// <param name="Target">The text of the link, verbatim.</param>
    public sealed record Link(string Target) : TreeItem;

    /// <summary>A regular file.</summary>
    /// <param name="Contents">Its bytes.</param>
    public sealed record File(ReadOnlyMemory<byte> Contents) : TreeItem;

    /// <summary>A pipe, a socket or a device, which only a folder of this machine can have.</summary>
    public sealed record Other : TreeItem;
}
