using System.Text;
using Hostlock.Fetching.Folders;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>
/// The files of a work tree that git knows, with their contents on disk, as Nix sees a flake in a repository. Untracked files are left out;
/// an intent to add is enough. The index is read without starting git.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git.cc, getAccessorFromWorkdir.</remarks>
public sealed class GitWorkTreeFiles : TreeFiles
{
    const int MaximumLinks = 40;

    readonly Lazy<Task<Tracked>> _tracked;
    readonly Lazy<TreeFiles> _withSubmodules;
    readonly FolderFiles _files;
    readonly IProcessRunner? _processes;

    GitWorkTreeFiles(
        string root, Func<Task<IEnumerable<TreePath>>> list, Func<TreeFiles, TreeFiles>? mount, IProcessRunner? processes = null)
    {
        (Root, _processes) = (root, processes);
        _withSubmodules = new(() => mount is null ? this : mount(this));
        _files = new(root);
        _tracked = new(async () => Tracked.Of(await list()));
    }

    /// <summary>The folder of the work tree.</summary>
    public string Root { get; }

    /// <summary>The work tree that a folder lies in, told from the files alone; null if it is in no repository.</summary>
    /// <param name="processes">The seam to git, which is asked only if the index is of a kind that it alone reads.</param>
    /// <param name="folder">A folder.</param>
    /// <exception cref="PlatformException">A file that git would read is a pipe, a device or a folder, or is too large.</exception>
    public static GitWorkTreeFiles? Around(IProcessRunner processes, string folder)
    {
        for (var at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            var root = at;
            if (!Path.Exists(Path.Combine(root, ".git")))
                continue;
            GitPlace.OfWorkTree(root)?.RefuseOddFiles();
            var tree = Of(processes, root, 1);
            tree.RefuseOddRules([Path.Combine(Path.GetFullPath(folder), "here")]);
            return tree;
        }
        return null;
    }

    /// <summary>
    /// The files below a folder that Nix would see: those that git knows, without those of submodules, or all if it is in no repository.
    /// </summary>
    /// <param name="processes">The seam to git, which is asked only if the index is of a kind that it alone reads.</param>
    /// <param name="root">The folder.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Paths relative to the folder.</returns>
    /// <exception cref="FetchException">The index is damaged.</exception>
    /// <exception cref="NarException">The name of a file is not UTF-8.</exception>
    public static async Task<IReadOnlyList<string>> ListAsync(IProcessRunner processes, string root, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Path.Exists(Path.Combine(root, ".git"))
            ? [.. Tracked.Of(await ListAsync(processes, root)).Files.Select(file => file.ToText())]
            :
            [
                .. Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Select(file => Path.GetRelativePath(root, file)),
            ];
    }

    /// <summary>A work tree whose tracked files are known.</summary>
    internal static GitWorkTreeFiles Of(string root, IEnumerable<TreePath> paths) => new(root, () => Task.FromResult(paths), mount: null);

    /// <inheritdoc/>
    public override ValueTask<TreeFiles> WithSubmodulesAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(_withSubmodules.Value);

    /// <inheritdoc/>
    public override async ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken)
    {
        var tracked = await _tracked.Value;
        return tracked.Files.Contains(path) || tracked.Folders.Contains(path) ? await _files.FindAsync(path, cancellationToken) : null;
    }

    /// <summary>
    /// The path by which git knows a file, from the root of its work tree. git takes no path through a link: if a folder on the way, or the
    /// file itself, is a link to another place in the work tree, the path of that place stands in its stead.
    /// </summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="file">The file, as an absolute path.</param>
    public static string PathOf(string root, string file)
    {
        var written = Path.GetRelativePath(root, file);
        if (written.StartsWith("../", StringComparison.Ordinal))
            return written;
        var path = TreePath.Parse(written);
        for (var links = 0; links < MaximumLinks; links++)
        {
            if (LinkOn(root, path) is not var (link, place))
                return path.ToText();
            path = place.Join(path.Below(link));
        }
        return written;
    }

    /// <summary>Tells whether git knows a file, so that Nix sees it.</summary>
    /// <param name="path">Its path from the root of the work tree.</param>
    public async Task<bool> KnowsAsync(TreePath path) => (await UnknownAsync(path)).Count == 0;

    /// <summary>The paths that git has to learn of before Nix sees a file: links that lead to it, and its own.</summary>
    /// <param name="path">Its path from the root of the work tree.</param>
    /// <returns>The paths as git takes them; none if git knows the file.</returns>
    public async Task<IReadOnlyList<TreePath>> UnknownAsync(TreePath path)
    {
        var tracked = (await _tracked.Value).Files;
        var unknown = new List<TreePath>();
        for (var links = 0; links < MaximumLinks; links++)
        {
            var found = LinkOn(Root, path);
            var step = found?.Link ?? path;
            if (!tracked.Contains(step))
                unknown.Add(step);
            if (found is not var (link, place))
                break;
            path = place.Join(path.Below(link));
        }
        return unknown;
    }

    /// <summary>Those of some paths that git is told to ignore, so that it takes them by force alone. git is asked.</summary>
    /// <param name="paths">The paths, as <see cref="UnknownAsync"/> gives them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlySet<TreePath>> IgnoredAsync(IEnumerable<TreePath> paths, CancellationToken cancellationToken)
    {
        if (_processes is null)
            return new HashSet<TreePath>();
        GitRules.RefuseOdd(Root, paths);
        var request = GitProgram.AskAround(Root, "check-ignore", "-z", "--stdin") with
        {
            Input = GitFields.Join(paths.Select(path => (path, false))),
            Output = new ProcessOutput.Bytes(),
        };
        // git fails if it ignores none, and at a path in a submodule, of which its own rules say nothing.
        var finished = await _processes.RunAsync(request, cancellationToken);
        return GitFields.Of(finished.OutputBytes).Select(path => TreePath.Of(path.Span)).ToHashSet();
    }

    /// <summary>Refuses a .gitattributes or .gitignore that git would read to judge some files, if it is no file.</summary>
    /// <param name="files">The files, as absolute paths.</param>
    /// <exception cref="PlatformException">One is a pipe, a device or a folder, or is too large.</exception>
    public void RefuseOddRules(IEnumerable<string> files) =>
        GitRules.RefuseOdd(Root, files.Select(file => TreePath.Parse(Path.GetRelativePath(Root, file))));

    // The first link on the way to a path, or at its end, and the place in the work tree that it leads to; null if no link leads to one.
    static (TreePath Link, TreePath Place)? LinkOn(string root, TreePath path)
    {
        foreach (var step in path.Folders.Append(path))
        {
            byte[] at = [.. Encoding.UTF8.GetBytes(root), (byte)'/', .. step.Bytes];
            if (UnixFiles.Look(at) is { Kind: UnixFiles.Kind.Link })
                return Encoding.UTF8.GetString(UnixFiles.ReadLink(at)) is var target && !target.StartsWith('/')
                    && step.Folder.ResolveWithin(target) is { } place
                    ? (step, place)
                    : null;
        }
        return null;
    }

    static GitWorkTreeFiles Of(IProcessRunner processes, string root, int depth) => new(
        root,
        () => ListAsync(processes, root),
        files =>
            GitSubmodule.CheckedOut(root, root, depth)
                .Select(submodule => (submodule.Path, Of(processes, submodule.Folder, depth + 1)._withSubmodules.Value))
                .ToList()
            is { Count: > 0 } mounts ? new MountedFiles(files, mounts) : files,
        processes);

    static async Task<IEnumerable<TreePath>> ListAsync(IProcessRunner processes, string root)
    {
        var place = GitPlace.OfWorkTree(root) ?? throw FetchException.NoRepository(root);
        if (GitIndex.Read(place) is { } index)
            return index.Entries.Where(entry => !entry.IsSubmodule).Select(entry => entry.Path);
        return (await GitListing.OfAsync(new(processes, place, root), CancellationToken.None))
            .Where(file => !file.IsSubmodule)
            .Select(file => file.Path);
    }

    sealed record Tracked(HashSet<TreePath> Files, HashSet<TreePath> Folders)
    {
        /// <summary>Makes the set of tracked files and of the folders that hold them.</summary>
        public static Tracked Of(IEnumerable<TreePath> paths)
        {
            var tracked = new Tracked([], [TreePath.Root]);
            foreach (var file in paths)
            {
                tracked.Files.Add(file);
                for (var at = file.Folder; tracked.Folders.Add(at); at = at.Folder)
                {
                }
            }
            return tracked;
        }
    }
}
