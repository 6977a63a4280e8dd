using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fetching;

/// <summary>
/// The files of a pinned tree. The cache answers for files that were asked for once, even if they do not exist; only for others the tree
/// itself is opened.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="key">The key of the tree in the cache.</param>
/// <param name="answer">The facts about the tree.</param>
/// <param name="open">Opens the tree itself.</param>
sealed class RememberedFiles(
    FetchCache cache, RefAttributes key, CachedAnswer answer, Func<CancellationToken, Task<TreeFiles>> open) : TreeFiles
{
    readonly Lock _gate = new();
    CachedAnswer _answer = answer;
    Task<TreeFiles>? _tree;

    /// <summary>Finds the remembered files of a tree; null if none are remembered, or if the remembered tree has another hash.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key of the tree in the cache.</param>
    /// <param name="narHash">The hash that a lock states, as SRI; null if it states none and the key alone decides.</param>
    /// <param name="open">Opens the tree itself.</param>
    public static RememberedFiles? Find(
        FetchCache cache, RefAttributes key, string? narHash, Func<CancellationToken, Task<TreeFiles>> open) =>
        cache.Find(key) is { } known && (narHash is null || NarHash.TryParse(narHash)?.ToString() == known.NarHash)
            ? new(cache, key, known, open)
            : null;

    public override async ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken)
    {
        Task<TreeFiles> opening;
        lock (_gate)
        {
            if (_answer.Files.TryGetValue(path, out var contents))
                return contents is null ? null : new TreeItem.File(contents);
            if (_answer.IsComplete && FlakeFiles.Has(path))
                return null;
            opening = _tree ??= open(cancellationToken);
        }
        var item = await (await opening).FindAsync(path, cancellationToken);
        if ((item is null or TreeItem.File) && FlakeFiles.Has(path))
            Keep(path, (item as TreeItem.File)?.Contents.ToArray());
        return item;
    }

    void Keep(TreePath path, byte[]? contents)
    {
        CachedAnswer more;
        lock (_gate)
            more = _answer = _answer with { Files = new Dictionary<TreePath, byte[]?>(_answer.Files) { [path] = contents } };
        cache.Keep(key, more);
    }
}
