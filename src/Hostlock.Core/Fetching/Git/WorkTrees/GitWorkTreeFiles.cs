using System.Runtime.InteropServices;
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

    readonly Lazy<GitIndex?> _index;
    readonly Lazy<Task<IReadOnlyList<GitListing.Line>>> _listing;
    readonly Lazy<Task<Tracked>> _tracked;
    readonly Lazy<TreeFiles> _withSubmodules;
    readonly FolderFiles _files;
    readonly IProcessRunner? _processes;
    readonly GitPlace? _place;

    GitWorkTreeFiles(
        string root, IEnumerable<TreePath>? paths, Func<TreeFiles, TreeFiles>? mount, IProcessRunner? processes = null,
        GitPlace? place = null)
    {
        (Root, _processes, _place) = (root, processes, place);
        _withSubmodules = new(() => mount is null ? this : mount(this));
        _files = new(root);
        _index = new(() => GitIndex.Read(Place));
        _listing = new(async () =>
        {
            using var repository = OpenRepository();
            return await GitListing.OfAsync(repository, CancellationToken.None);
        });
        _tracked = new(async () => Tracked.Of(paths ?? await ListAsync()));
    }

    /// <summary>The folder of the work tree.</summary>
    public string Root { get; }

    /// <summary>The index, which is read once; null if only git can read its kind.</summary>
    /// <exception cref="FetchException">The folder is no work tree any more, or the index is damaged.</exception>
    internal GitIndex? Index => _index.Value;

    GitPlace Place => _place ?? GitPlace.OfWorkTree(Root) ?? throw FetchException.NoRepository(Root);

    /// <summary>The files that git lists, for an index that it alone reads. It is asked once.</summary>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="FetchException">git does not list the files.</exception>
    internal Task<IReadOnlyList<GitListing.Line>> ListingAsync(CancellationToken cancellationToken) =>
        Together.WaitAsync(_listing.Value, cancellationToken);

    /// <summary>Opens the repository of the work tree.</summary>
    /// <exception cref="FetchException">The folder is no work tree any more.</exception>
    internal GitRepository OpenRepository() => new(_processes!, Place, Root);

    /// <summary>The work tree that a folder lies in, told from the files alone; null if it is in no repository.</summary>
    /// <param name="processes">The seam to git, which is asked only if the index is of a kind that it alone reads.</param>
    /// <param name="folder">A folder.</param>
    /// <exception cref="PlatformException">A file that git would read is a pipe, a device or a folder, or is too large.</exception>
    public static GitWorkTreeFiles? Around(IProcessRunner processes, string folder)
    {
        if (GitPlace.WorkTreeAround(folder) is not { } root)
            return null;
        var place = GitPlace.OfWorkTree(root);
        place?.RefuseOddFiles();
        var tree = Of(processes, root, 1, place);
        tree.RefuseOddRules([Path.Combine(Path.GetFullPath(folder), "here")]);
        return tree;
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
            ? [.. (await Of(processes, root, 1)._tracked.Value).Files.Select(file => file.ToText())]
            :
            [
                .. Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Select(file => Path.GetRelativePath(root, file)),
            ];
    }

    /// <summary>A work tree whose tracked files are known.</summary>
    internal static GitWorkTreeFiles Of(string root, IEnumerable<TreePath> paths) => new(root, paths, mount: null);

    /// <inheritdoc/>
    public override ValueTask<TreeFiles> WithSubmodulesAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(_withSubmodules.Value);

    /// <inheritdoc/>
    public override async ValueTask<TreeItem?> FindAsync(TreePath path, CancellationToken cancellationToken)
    {
        var tracked = await _tracked.Value;
        return tracked.HasFile(path) || tracked.HasFolder(path) ? await _files.FindAsync(path, cancellationToken) : null;
    }

    /// <summary>
    /// The path by which git knows a file, from the root of its work tree. git takes no path through a link: if a folder on the way, or the
    /// file itself, is a link to another place in the work tree, the path of that place stands in its stead.
    /// </summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="file">The file, as an absolute path.</param>
    /// <param name="known">The folders of the work tree that are known to be no links, which it adds to; null if this is the only
    /// file.</param>
    public static string PathOf(string root, string file, HashSet<TreePath>? known = null)
    {
        var written = Path.GetRelativePath(root, file);
        if (written.StartsWith("../", StringComparison.Ordinal))
            return written;
        var path = TreePath.Parse(written);
        for (var links = 0; links < MaximumLinks; links++)
        {
            if (LinkOn(root, path, known) is not (var link, { } place))
                return path.ToText();
            path = place.Join(path.Below(link));
        }
        return written;
    }

    /// <summary>The paths that git has to know before Nix sees a file: links that lead to it, and its own.</summary>
    /// <param name="path">Its path from the root of the work tree.</param>
    /// <returns>The paths as git takes them; none if git knows the file.</returns>
    public async Task<IReadOnlyList<TreePath>> UnknownAsync(TreePath path)
    {
        var tracked = await _tracked.Value;
        var unknown = new List<TreePath>();
        for (var links = 0; links < MaximumLinks; links++)
        {
            var found = LinkOn(Root, path);
            if (found is not (var link, { } place))
            {
                // The index may have a link itself, or a file from the time when a link on the way was a folder.
                if (found is not null || !tracked.HasFile(path))
                    unknown.Add(path);
                break;
            }
            if (!tracked.HasFile(link))
                unknown.Add(link);
            path = place.Join(path.Below(link));
        }
        return unknown;
    }

    /// <summary>The link that git does not follow on the way to a path, or at its end, because its target is absolute or lies outside of
    /// the work tree; null if there is none.</summary>
    /// <param name="root">The folder of the work tree.</param>
    /// <param name="path">The path, as <see cref="UnknownAsync"/> gives it.</param>
    public static TreePath? UnfollowedLink(string root, TreePath path) => LinkOn(root, path) is (var link, null) ? link : null;

    /// <summary>The paths, among some, that git is told to ignore and adds only by force. git is asked.</summary>
    /// <param name="paths">The paths, as <see cref="UnknownAsync"/> gives them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlySet<TreePath>> IgnoredAsync(IEnumerable<TreePath> paths, CancellationToken cancellationToken)
    {
        // git fails at a path beyond a link, and says nothing of the others.
        var asked = paths.Where(path => UnfollowedLink(Root, path) is null).ToList();
        if (_processes is null || asked.Count == 0)
            return new HashSet<TreePath>();
        GitRules.RefuseOdd(Root, asked);
        var request = GitProgram.AskAround(Root, "check-ignore", "-z", "--stdin") with
        {
            Input = GitFields.Join(asked.Select(path => (path, false))),
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

    // The first link on the way to a path, or at its end, and the place in the work tree that it leads to, which is null if it leads to
    // none; null if there is no link.
    static (TreePath Link, TreePath? Place)? LinkOn(string root, TreePath path, HashSet<TreePath>? known = null)
    {
        foreach (var step in path.Folders.Append(path))
        {
            if (known?.Contains(step) == true)
                continue;
            var at = BytesOf(root, step);
            if (IsLink(at))
                return (step, Encoding.UTF8.GetString(UnixFiles.ReadLink(at)) is var target && !target.StartsWith('/')
                    ? step.Folder.ResolveWithin(target)
                    : null);
            if (step.Bytes.Length < path.Bytes.Length)
                known?.Add(step);
        }
        return null;
    }

    static byte[] BytesOf(string root, TreePath path) => [.. Encoding.UTF8.GetBytes(root), (byte)'/', .. path.Bytes];

    static bool IsLink(byte[] at) => UnixFiles.Look(at) is { Kind: UnixFiles.Kind.Link };

    static GitWorkTreeFiles Of(IProcessRunner processes, string root, int depth, GitPlace? place = null) => new(
        root,
        paths: null,
        files =>
            GitSubmodule.CheckedOut(root, root, depth)
                .Select(submodule => (submodule.Path, Of(processes, submodule.Folder, depth + 1)._withSubmodules.Value))
                .ToList()
            is { Count: > 0 } mounts ? new MountedFiles(files, mounts) : files,
        processes,
        place);

    async Task<IEnumerable<TreePath>> ListAsync()
    {
        return Index is { } index
            ? OfIndex(index)
            : (await _listing.Value).Where(file => !file.IsSubmodule).Select(file => file.Path);

        static IEnumerable<TreePath> OfIndex(GitIndex index)
        {
            foreach (var entry in index.Entries)
            {
                if (!entry.IsSubmodule)
                    yield return entry.Path;
            }
        }
    }

    /// <summary>The tracked files, in the order of their bytes, each once.</summary>
    sealed record Tracked(List<TreePath> Files)
    {
        public static Tracked Of(IEnumerable<TreePath> paths)
        {
            var (files, isSorted) = (new List<TreePath>(), true);
            foreach (var path in paths)
            {
                var order = files.Count == 0 ? -1 : files[^1].CompareTo(path);
                isSorted &= order <= 0;
                // The versions of a file that is not merged are one file.
                if (order != 0)
                    files.Add(path);
            }
            if (!isSorted)
                CollectionsMarshal.AsSpan(files).Sort();
            return new(files);
        }

        public bool HasFile(TreePath path) => Find(path) >= 0;

        public bool HasFolder(TreePath path)
        {
            if (path.IsRoot)
                return true;
            // The files in a folder stand together, at the place of its name with a slash.
            var at = ~Find(TreePath.OfCanonical((byte[])[.. path.Bytes, (byte)'/']));
            return at >= 0 && at < Files.Count && Files[at].IsWithin(path);
        }

        // BinarySearch of a list would have the program hold an order of every type of which it has a list.
        int Find(TreePath path) => CollectionsMarshal.AsSpan(Files).BinarySearch(path);
    }
}
