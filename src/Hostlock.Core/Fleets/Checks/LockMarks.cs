using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks.Rules;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets.Checks;

/// <summary>The state of locks with all marks on it.</summary>
/// <param name="Locks">The state of the locks.</param>
/// <param name="Unread">The reasons for which declarations cannot be read, so that it is not known whether some locks are stale; each
/// message once.</param>
/// <param name="NotCompared">The reason for which the locks could not be compared with the commit of HEAD; null if they were.</param>
public sealed record MarkedLocks(
    IReadOnlyList<LockStatus> Locks, IReadOnlyList<HostlockException> Unread, HostlockException? NotCompared)
{
    /// <summary>The names of the outputs of flake.nix; null if no lock was compared with it.</summary>
    public OutputNames? Outputs { get; init; }
}

/// <summary>
/// Marks locks that git could not merge, that are in no commit yet, and that are not in line with what is declared. It reads files, and
/// starts git only if the files do not tell.
/// </summary>
public static class LockMarks
{
    /// <summary>Marks locks.</summary>
    /// <param name="locks">The state without marks.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="processes">The seam to git.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The index of the repository cannot be read.</exception>
    public static async Task<MarkedLocks> AddAsync(
        IReadOnlyList<LockStatus> locks, FleetFolder folder, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var tree = GitWorkTreeFiles.Around(processes, folder.Path);
        var merged = await UnmergedLock.MarkAsync(locks, tree, cancellationToken);
        var (compared, notCompared) = await MarkUncommittedAsync(merged, tree, cancellationToken);
        return await MarkStaleAsync(compared, HostDeclarations.Of(folder, tree), cancellationToken) with { NotCompared = notCompared };
    }

    static async Task<(IReadOnlyList<LockStatus>, HostlockException?)> MarkUncommittedAsync(
        IReadOnlyList<LockStatus> locks, GitWorkTreeFiles? tree, CancellationToken cancellationToken)
    {
        if (tree is null)
            return (locks, null);
        var paths = new Dictionary<string, string>(locks.Count, StringComparer.Ordinal);
        var files = new HashSet<string>(StringComparer.Ordinal);
        var known = new HashSet<TreePath>();
        foreach (var status in locks)
        {
            // A flake without inputs has an empty lock, and no file.
            if (status.Lock is null || (ReferenceEquals(status.Lock, LockFile.Empty) && !File.Exists(status.Place.FullPath)))
                continue;
            var path = GitWorkTreeFiles.PathOf(tree.Root, status.Place.FullPath, known);
            if (path.StartsWith("../", StringComparison.Ordinal))
                continue;
            paths[status.Place.FullPath] = path;
            files.Add(path);
        }
        try
        {
            var found = await UncommittedFiles.AmongAsync(tree, files, cancellationToken);
            return (found.Count == 0 ? locks : [.. locks.Select(Marked)], null);

            LockStatus Marked(LockStatus status) =>
                paths.TryGetValue(status.Place.FullPath, out var path) && found.Contains(path)
                    ? status with { IsUncommitted = true }
                    : status;
        }
        catch (HostlockException why)
        {
            return (locks, why);
        }
    }

    static async Task<MarkedLocks> MarkStaleAsync(
        IReadOnlyList<LockStatus> locks, HostDeclarations declarations, CancellationToken cancellationToken)
    {
        var problems = new Dictionary<string, HostlockException>(StringComparer.Ordinal);
        var comparisons = new LockComparisons();
        var marked = new List<LockStatus>(locks.Count);
        OutputNames? outputs = null;
        foreach (var status in locks)
        {
            marked.Add(status);
            if (status.Lock is not { } file)
                continue;
            try
            {
                var top = await declarations.OfAsync(status.Place, cancellationToken);
                var flake = top.Flake;
                if (status.Place.DeclaredIn == FleetFolder.FlakeFile)
                    outputs = top.Outputs;
                if (comparisons.Between(flake, file) is { IsEmpty: false } inputs)
                    marked[^1] = status with { Stale = new(inputs, !DanglingFollows.Undeclared(flake).Any()) };
            }
            catch (HostlockException why)
            {
                problems.TryAdd(why.Message, why);
            }
        }
        return new(marked, [.. problems.Values], NotCompared: null) { Outputs = outputs };
    }
}
