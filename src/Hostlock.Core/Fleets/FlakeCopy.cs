using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets;

/// <summary>
/// A copy of a flake with the repository around it, for trials that must not touch the user's files. It has the files as they are on disk,
/// changed and untracked ones too, and git's own files, so that git and Nix see the same as in the original. Ignored files are left out,
/// and git's objects are used where they are.
/// </summary>
/// <remarks>gitrepository-layout(5), objects/info/alternates.</remarks>
public sealed class FlakeCopy
{
    static readonly string[] SettingsFiles = ["config", "config.worktree"];

    // Files that git does not need to know a commit, large ones, and those that another git at work would leave behind.
    static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "objects", "lfs", "annex", "modules", "worktrees", "logs", "hooks", "rr-cache", "gitdir", "commondir",
    };

    FlakeCopy(FleetFolder folder) => Folder = folder;

    /// <summary>The flake in the copy.</summary>
    public FleetFolder Folder { get; }

    /// <summary>Makes a copy.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="target">The folder of the copy, absolute. Its present contents are deleted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A file cannot be read or written, or git cannot list the files.</exception>
    public static async Task<FlakeCopy> MakeAsync(
        IProcessRunner processes, FleetFolder folder, string target, CancellationToken cancellationToken)
    {
        var copy = FolderCopy.Into(target);
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
        {
            copy.Add(folder.Path, [], IsWithin(folder.Path, target));
            return new(folder.MovedTo(target));
        }
        var listed = await processes.RunAsync(
            GitProgram.AskAround(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") with
            {
                Output = new ProcessOutput.Bytes(),
            },
            cancellationToken);
        if (!listed.Succeeded)
            throw FleetException.CannotCopy(root, listed.Errors.Trim());
        AddFiles(copy, root, listed.OutputBytes.Span, IsWithin(root, target), cancellationToken);
        await AddGitAsync(processes, root, target, cancellationToken);
        return new(folder.MovedTo(Path.GetFullPath(Path.GetRelativePath(root, folder.Path), target)));
    }

    /// <summary>Deletes the copy.</summary>
    /// <param name="target">The folder that the copy was made in.</param>
    /// <exception cref="PlatformException">It cannot be deleted.</exception>
    public static void Remove(string target) => FolderCopy.Remove(target);

    static void AddFiles(
        FolderCopy copy, string root, ReadOnlySpan<byte> paths, Func<ReadOnlyMemory<byte>, bool> isLeftOut,
        CancellationToken cancellationToken)
    {
        foreach (var range in paths.Split((byte)0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // An untracked repository within the repository is listed as a folder.
            if (paths[range].TrimEnd((byte)'/') is { IsEmpty: false } path)
                copy.Add(root, path, isLeftOut);
        }
    }

    static async Task AddGitAsync(IProcessRunner processes, string root, string target, CancellationToken cancellationToken)
    {
        var place = GitPlace.OfWorkTree(root) ?? throw FleetException.NoRepository(root);
        var own = Path.Combine(target, ".git");
        AtomicFile.CreateFolder(Path.Combine(own, "objects", "pack"));
        AtomicFile.CreateFolder(Path.Combine(own, "objects", "info"));
        var copy = new FolderCopy(own);
        // Of a linked work tree, its own files come first, and those of the repository do not replace them.
        foreach (var folder in new[] { place.Folder, place.Common }.Distinct())
            copy.Add(folder, [], path => LeftOut.Contains(Encoding.UTF8.GetString(path.Span)) || path.Span.EndsWith(".lock"u8));
        AtomicFile.Replace(
            Path.Combine(own, "objects", "info", "alternates"), Encoding.UTF8.GetBytes($"{place.Common}/objects\n"), isDurable: false);
        // A work tree that the settings name would be the user's own.
        foreach (var settings in SettingsFiles.Select(name => Path.Combine(own, name)).Where(File.Exists))
            await processes.RunAsync(
                GitProgram.Change(target, "config", "--file", settings, "--unset-all", "core.worktree"), cancellationToken);
    }

    // The copy may lie in the folder that is copied, if that is the home folder.
    static Func<ReadOnlyMemory<byte>, bool> IsWithin(string root, string target)
    {
        var own = Encoding.UTF8.GetBytes(Path.GetRelativePath(root, target));
        return path => path.Span.SequenceEqual(own);
    }
}
