using System.Text;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching;

/// <summary>
/// The files of a work tree that git knows, with the contents they have on disk: what Nix sees of a flake in a repository.
/// Untracked files are not there; an intent to add is enough.
/// </summary>
/// <remarks>Nix 2.34.8, libfetchers/git.cc, getAccessorFromWorkdir.</remarks>
public sealed class GitWorkTree(IProcessRunner processes, string root) : TreeFiles
{
    readonly Lazy<Task<Tracked>> _tracked = new(() => ListAsync(processes, root));
    readonly FolderFiles _files = new(root);

    /// <summary>The folder of the work tree.</summary>
    public string Root => root;

    /// <summary>The work tree that a folder lies in, told from the files alone; null where it is in no repository.</summary>
    public static GitWorkTree? Around(IProcessRunner processes, string folder)
    {
        for (var at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Path.Exists(Path.Combine(at, ".git")))
                return new(processes, at);
        }
        return null;
    }

    public override async ValueTask<TreeItem?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var tracked = await _tracked.Value;
        return tracked.Files.Contains(path) || tracked.Folders.Contains(path) ? await _files.FindAsync(path, cancellationToken) : null;
    }

    /// <summary>True where git knows a file.</summary>
    public async Task<bool> KnowsAsync(string path) => (await _tracked.Value).Files.Contains(path);

    sealed record Tracked(HashSet<string> Files, HashSet<string> Folders);

    static async Task<Tracked> ListAsync(IProcessRunner processes, string root)
    {
        var listed = await new GitRepository(processes, root, root).AskAsync("list the files of", CancellationToken.None, "ls-files", "-z");
        var tracked = new Tracked(new(StringComparer.Ordinal), new(StringComparer.Ordinal) { "" });
        foreach (var file in listed.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            tracked.Files.Add(file);
            for (var at = file.LastIndexOf('/'); at > 0 && tracked.Folders.Add(file[..at]); at = file.LastIndexOf('/', at - 1))
            {
            }
        }
        return tracked;
    }
}

/// <summary>The tracked files of a work tree as a tree to hash. A folder is there where it holds a tracked file; a submodule is an empty one.</summary>
sealed class GitWorkTreeFiles : SourceTree
{
    readonly byte[] _root;
    readonly Folder _top = new();

    sealed class Folder
    {
        public SortedDictionary<string, Folder?> Entries { get; } = new(StringComparer.Ordinal);
    }

    sealed record Place(byte[] Path, Folder? Folder);

    GitWorkTreeFiles(string root) => _root = Encoding.UTF8.GetBytes(root);

    /// <summary>A work tree whose tracked files are known; as Latin-1 text.</summary>
    public static GitWorkTreeFiles Of(string root, IEnumerable<string> paths)
    {
        var tree = new GitWorkTreeFiles(root);
        foreach (var path in paths)
            tree.Add(path, isSubmodule: false);
        return tree;
    }

    public static async Task<GitWorkTreeFiles> OpenAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var tree = new GitWorkTreeFiles(repository.Folder);
        await using var listing = repository.Start("ls-files", "-z", "--stage");
        listing.Input.Close();
        using var listed = new MemoryStream();
        await listing.Output.CopyToAsync(listed, cancellationToken);
        var finished = await listing.WaitAsync(cancellationToken);
        if (!finished.Succeeded)
            throw FetchException.GitFailed(repository.Url, "list the files of", finished.Errors.Trim());
        foreach (var line in Encoding.Latin1.GetString(listed.GetBuffer(), 0, (int)listed.Length).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            tree.Add(line[(tab + 1)..], isSubmodule: line.StartsWith("160000", StringComparison.Ordinal));
        }
        return tree;
    }

    public override TreeEntry Root => new(default, TreeEntryKind.Folder, 0, new Place(_root, _top));

    public override IEnumerable<TreeEntry> List(TreeEntry folder)
    {
        var place = (Place)folder.Handle!;
        foreach (var (name, below) in place.Folder!.Entries)
        {
            var bytes = Encoding.Latin1.GetBytes(name);
            byte[] path = [.. place.Path, (byte)'/', .. bytes];
            if (below is not null)
            {
                yield return new(bytes, TreeEntryKind.Folder, 0, new Place(path, below));
                continue;
            }
            // A tracked file that is gone from the disk is gone from the tree.
            if (UnixFiles.Look(path) is not { } status)
                continue;
            var kind = status.Kind switch
            {
                UnixFiles.Kind.Link => TreeEntryKind.Link,
                UnixFiles.Kind.File => status.IsExecutable ? TreeEntryKind.Executable : TreeEntryKind.File,
                _ => throw FetchException.UnsupportedFile(Encoding.UTF8.GetString(path)),
            };
            yield return new(bytes, kind, kind == TreeEntryKind.Link ? 0 : status.Size, new Place(path, null));
        }
    }

    public override ReadOnlyMemory<byte> ReadLink(TreeEntry link) => UnixFiles.ReadLink(((Place)link.Handle!).Path);

    public override Stream Open(TreeEntry file) => UnixFiles.Open(((Place)file.Handle!).Path);

    void Add(string path, bool isSubmodule)
    {
        var folder = _top;
        var names = path.Split('/');
        foreach (var name in names[..^1])
        {
            if (!folder.Entries.TryGetValue(name, out var next) || next is null)
                folder.Entries[name] = next = new();
            folder = next;
        }
        folder.Entries[names[^1]] = isSubmodule ? new() : null;
    }
}
