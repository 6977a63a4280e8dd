namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>A file that git could not merge. Until somebody settles it, the index keeps its versions apart.</summary>
/// <param name="Path">Its path from the root of the work tree.</param>
/// <param name="Common">The id of the blob that both sides started from; null if both added the file.</param>
/// <param name="Ours">The id of our blob; null if our side has deleted the file.</param>
/// <param name="Theirs">The id of their blob; null if their side has deleted the file.</param>
/// <remarks>git's Documentation: gitformat-index(5), the stages 1, 2 and 3.</remarks>
public sealed record UnmergedFile(string Path, string? Common, string? Ours, string? Theirs)
{
    /// <summary>The files of a work tree that are not merged, by path. git is started only if the index is of a kind that it alone
    /// reads.</summary>
    /// <param name="tree">The work tree.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The index cannot be read.</exception>
    public static async Task<IReadOnlyDictionary<string, UnmergedFile>> ReadAsync(
        GitWorkTreeFiles tree, CancellationToken cancellationToken)
    {
        // In nearly every index, nothing is in a merge.
        if (tree.Index is { } settled && settled.Entries.All(entry => entry.Stage == 0))
            return new Dictionary<string, UnmergedFile>();
        var stages = tree.Index is { } index
            ? index.Entries.Where(entry => entry.Stage > 0).Select(entry => (entry.Path, entry.Stage, entry.Id))
            : (await tree.ListingAsync(cancellationToken)).Where(file => file.Stage > 0).Select(file => (file.Path, file.Stage, file.Id));
        return stages.GroupBy(version => version.Path.ToText(), version => (version.Stage, version.Id))
            .ToDictionary(
                file => file.Key,
                file => new UnmergedFile(file.Key, Of(file, 1), Of(file, 2), Of(file, 3)),
                StringComparer.Ordinal);

        static string? Of(IEnumerable<(int Stage, string Id)> versions, int stage) =>
            versions.Where(version => version.Stage == stage).Select(version => version.Id).FirstOrDefault();
    }
}
