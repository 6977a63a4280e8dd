using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Merging;

/// <summary>A lock that git could not merge.</summary>
/// <param name="Place">The lock.</param>
/// <param name="File">Its versions in git's index.</param>
public sealed record UnmergedLock(LockPlace Place, UnmergedFile File)
{
    /// <summary>Tells the user that the lock is not what both sides wanted.</summary>
    public string Message => $"git could not merge the lock of {Place.Name}; 'hostlock resolve {Place.Name}' shows both sides";

    /// <summary>The locks of some that are not merged, in the order given; none if the fleet is in no repository.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="places">The locks.</param>
    /// <param name="processes">The seam to git, which is started only if only git can read its index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The index cannot be read.</exception>
    public static async Task<IReadOnlyList<UnmergedLock>> ReadAsync(
        FleetFolder folder, IReadOnlyList<LockPlace> places, IProcessRunner processes, CancellationToken cancellationToken) =>
        await ReadAsync(GitWorkTreeFiles.Around(processes, folder.Path), places, cancellationToken);

    static async Task<IReadOnlyList<UnmergedLock>> ReadAsync(
        GitWorkTreeFiles? tree, IReadOnlyList<LockPlace> places, CancellationToken cancellationToken)
    {
        if (tree is null)
            return [];
        var files = await UnmergedFile.ReadAsync(tree, cancellationToken);
        if (files.Count == 0)
            return [];
        var known = new HashSet<TreePath>();
        return
        [
            .. from place in places
               let path = GitWorkTreeFiles.PathOf(tree.Root, place.FullPath, known)
               where files.ContainsKey(path)
               select new UnmergedLock(place, files[path]),
        ];
    }

    /// <summary>Tells whether git could not merge a lock and has a settled version of it since.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="place">The lock.</param>
    /// <param name="processes">Runs git.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <remarks>git-ls-files(1), --resolve-undo.</remarks>
    public static async Task<bool> IsSettledAsync(
        FleetFolder folder, LockPlace place, IProcessRunner processes, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return false;
        var file = GitWorkTreeFiles.PathOf(root, place.FullPath);
        var listed = await processes.RunAsync(
            GitProgram.AskAround(root, "--literal-pathspecs", "ls-files", "--resolve-undo", "--", file), cancellationToken);
        return listed is { Succeeded: true, Output.Length: > 0 };
    }

    /// <summary>The state of locks, with a mark on those that are not merged.</summary>
    /// <param name="locks">The state without marks.</param>
    /// <param name="tree">The work tree of the fleet; null if the fleet is in no repository.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The index cannot be read.</exception>
    public static async Task<IReadOnlyList<LockStatus>> MarkAsync(
        IReadOnlyList<LockStatus> locks, GitWorkTreeFiles? tree, CancellationToken cancellationToken)
    {
        var unmerged = await ReadAsync(tree, [.. locks.Select(status => status.Place)], cancellationToken);
        if (unmerged.Count == 0)
            return locks;
        var files = unmerged.Select(found => found.Place.FullPath).ToHashSet(StringComparer.Ordinal);
        return [.. locks.Select(status => files.Contains(status.Place.FullPath) ? status with { IsUnmerged = true } : status)];
    }
}
