using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>The file that a report is written to.</summary>
/// <param name="processes">Runs the user's desktop.</param>
/// <param name="path">The file, absolute.</param>
/// <param name="isNamed">True if the user named it; false if it has the usual name.</param>
public sealed class ReportFile(IProcessRunner processes, string path, bool isNamed)
{
    /// <summary>The usual name of a page.</summary>
    public const string PageName = "hostlock-report.html";

    /// <summary>Writes the report, whole or not at all, in place of a file of that name. A file that git knows is replaced only if the user
    /// named it.</summary>
    /// <param name="contents">The report.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The file cannot be written, is no regular file, or is one that git knows and nobody
    /// named.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> contents, CancellationToken cancellationToken)
    {
        if (!isNamed && await IsTrackedAsync(cancellationToken))
            throw FleetException.ReportIsTracked(PageName);
        RepositoryFiles.ReplaceNamed(path, contents);
    }

    /// <summary>Shows the report by the user's desktop.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no such program, or it fails.</exception>
    public Task ShowAsync(CancellationToken cancellationToken) => PageAddress.ShowAsync(processes, path, cancellationToken);

    async Task<bool> IsTrackedAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return File.Exists(path)
            && GitWorkTreeFiles.Around(processes, Path.GetDirectoryName(path)!) is { } tree
            && (await tree.UnknownAsync(TreePath.Parse(Path.GetRelativePath(tree.Root, path)))).Count == 0;
    }
}
