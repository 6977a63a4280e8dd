using System.Text;
using Hostlock.Fetching.Git.Objects;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>The difference between a work tree and its HEAD.</summary>
/// <param name="Commit">The commit of HEAD; null before the first commit.</param>
/// <param name="IsDirty">True if a tracked file differs from HEAD, or something is staged. Submodules are not looked at.</param>
/// <param name="Files">The tracked files that are on disk.</param>
/// <remarks>
/// Nix 2.34.8, libfetchers/git-utils.cc, getWorkdirInfo, and libgit2's status below it: no filter program is run, and the index is not
/// refreshed.
/// </remarks>
sealed record GitWorkTreeState(GitCommit? Commit, bool IsDirty, IReadOnlyList<TrackedFile> Files)
{
    const uint ExecutableMode = 0x81ED, FileMode = 0x81A4;

    /// <summary>Compares the work tree of a repository with its HEAD.</summary>
    /// <exception cref="FetchException">The index is damaged, or git fails, or does not trust the repository.</exception>
    public static async Task<GitWorkTreeState> ReadAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        await repository.RefuseForeignAsync(cancellationToken);
        var place = repository.Place;
        GitFormat.CheckWorkTree(repository);
        var commit = place.HeadCommit is { } id && repository.Stored(id) is { } stored
            ? stored
            : await repository.CommitAsync("HEAD", cancellationToken);
        var index = GitIndex.Read(place) ?? throw FetchException.UnreadableIndex(repository.Url);
        var found = Compare(place, index, cancellationToken);
        var isDirty = found.IsChanged
            || await IsStagedAsync()
            || (found.HasOtherModes && await SettingAsync("core.fileMode") != "false")
            || (found.HasLinksAsFiles && await SettingAsync("core.symlinks") != "false")
            || (found.Missing.Count > 0
                && (await SettingAsync("core.ignoreCase") != "true"
                    || !found.Missing.TrueForAll(entry => IsInOtherCase(place, index, entry))))
            || !await GitLineEnds.ExplainAsync(repository, found.Converted, cancellationToken);
        return new(commit, isDirty, found.Files);

        Task<string?> SettingAsync(string name) => repository.SettingAsync(name, cancellationToken);

        async Task<bool> IsStagedAsync() => commit is null
            ? index.Entries.Any(entry => !entry.IsSubmodule)
            : index.Tree != commit.Tree
                && !IsTree(index, await repository.TreeAsync(commit.Tree, cancellationToken));
    }

    // Submodules are not looked at, also if one was added or taken away.
    static bool IsTree(GitIndex index, GitTree tree)
    {
        var entries = index.Entries.Where(entry => !entry.IsSubmodule).ToList();
        var at = 0;
        foreach (var (path, entry) in tree.Leaves().Where(leaf => !leaf.Entry.IsSubmodule))
        {
            if (at == entries.Count
                || entries[at] is not { IsPlain: true } staged
                || staged.Path != path
                || staged.Id != entry.Id
                || Kind(staged.Mode) != Kind(entry))
                return false;
            at++;
        }
        return at == entries.Count;

        static uint Kind(object of) => of switch
        {
            uint mode => mode,
            GitTree.Entry { Kind: TreeEntryKind.Link } => 0xA000,
            GitTree.Entry { Kind: TreeEntryKind.Executable } => ExecutableMode,
            _ => FileMode,
        };
    }

    /// <summary>The files of a work tree compared with its index.</summary>
    /// <param name="Files">The files that are there.</param>
    /// <param name="IsChanged">True if a file differs, whatever the settings say.</param>
    /// <param name="HasOtherModes">True if a file differs by its mode alone.</param>
    /// <param name="HasLinksAsFiles">True if a link lies there as a file with the link's text.</param>
    /// <param name="Missing">The files that are not there; none are listed if a file differs.</param>
    /// <param name="Converted">The files that differ only by what git may convert on the way in.</param>
    sealed record Comparison(
        List<TrackedFile> Files, bool IsChanged, bool HasOtherModes, bool HasLinksAsFiles, List<GitIndex.Entry> Missing,
        List<GitLineEnds.Converted> Converted);

    static Comparison Compare(GitPlace place, GitIndex index, CancellationToken cancellationToken)
    {
        var root = Encoding.UTF8.GetBytes(place.WorkTree!);
        var files = new List<TrackedFile>(index.Entries.Count);
        var (missing, converted) = (new List<GitIndex.Entry>(), new List<GitLineEnds.Converted>());
        var (isChanged, hasOtherModes, hasLinksAsFiles) = (false, false, false);
        var (folder, isFolder) = (TreePath.Root, true);
        foreach (var entry in index.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.IsSubmodule)
                continue;
            isChanged |= !entry.IsPlain;
            if (entry.Path.Folder != folder)
            {
                folder = entry.Path.Folder;
                isFolder = IsFolder(root, folder);
            }
            byte[] path = [.. root, (byte)'/', .. entry.Path.Bytes];
            // A path through a link or a file is not a tracked file on disk.
            if (!isFolder || UnixFiles.Look(path) is not { Kind: UnixFiles.Kind.File or UnixFiles.Kind.Link } status)
            {
                if (!isChanged)
                    missing.Add(entry);
                continue;
            }
            // The three stages of an unresolved path are one file.
            if (files.Count == 0 || files[^1].Path != entry.Path)
                files.Add(new(entry.Path, KindOf(status)));
            if (isChanged || entry.IsAssumed)
                continue;
            hasOtherModes |= HasOtherMode(entry, status);
            if (IsUnchanged(entry, path, status, index.Written))
                continue;
            if (IsLink(entry) && status.Kind == UnixFiles.Kind.File && BlobId(path, isLink: false) == entry.Id)
                hasLinksAsFiles = true;
            else if (HasSizeSeen(entry, status)
                && !IsLink(entry)
                && status.Kind == UnixFiles.Kind.File
                && GitLineEnds.Undo(entry, path, status.Size) is { } undone)
                converted.Add(undone);
            else
                isChanged = true;
        }
        return new(files, isChanged, hasOtherModes, hasLinksAsFiles, missing, converted);
    }

    static TreeEntryKind KindOf(UnixFiles.Status status) =>
        status.Kind == UnixFiles.Kind.Link ? TreeEntryKind.Link
        : status.IsExecutable ? TreeEntryKind.Executable
        : TreeEntryKind.File;

    // If small and capital letters are the same to git, a file may lie there under another name. libgit2 then takes it for the tracked
    // one, and Nix, which looks for the tracked name, does not see it.
    static bool IsInOtherCase(GitPlace place, GitIndex index, GitIndex.Entry entry)
    {
        var at = Encoding.UTF8.GetBytes(place.WorkTree!);
        foreach (var name in entry.Path.Names)
        {
            if (UnixFiles.Look(at) is not { Kind: UnixFiles.Kind.Folder })
                return false;
            var names = UnixFiles.Names(at);
            if ((names.Find(other => name.Bytes.SequenceEqual(other)) ?? names.Find(other => IsSameInOtherCase(name.Bytes, other)))
                is not { } found)
                return false;
            at = [.. at, (byte)'/', .. found];
        }
        return UnixFiles.Look(at) is { Kind: UnixFiles.Kind.File or UnixFiles.Kind.Link } status
            && IsUnchanged(entry, at, status, index.Written);
    }

    // As libgit2 compares: the letters of ASCII alone have two cases.
    static bool IsSameInOtherCase(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
            return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (char.ToLowerInvariant((char)(one[i] & 0x7F)) != char.ToLowerInvariant((char)(other[i] & 0x7F))
                || ((one[i] | other[i]) >= 0x80 && one[i] != other[i]))
                return false;
        }
        return true;
    }

    static bool IsFolder(byte[] root, TreePath folder) =>
        folder.IsRoot
            || folder.Folders.Append(folder)
                .All(step => UnixFiles.Look([.. root, (byte)'/', .. step.Bytes]) is { Kind: UnixFiles.Kind.Folder });

    static bool HasOtherMode(GitIndex.Entry entry, UnixFiles.Status status) =>
        status.Kind == UnixFiles.Kind.File && !IsLink(entry) && entry.Mode != (status.IsExecutable ? ExecutableMode : FileMode);

    /// <summary>True if a file on disk is the one in the index, apart from git's conversions on the way in.</summary>
    /// <param name="entry">The entry of the index.</param>
    /// <param name="path">The absolute path of the file.</param>
    /// <param name="index">The index.</param>
    public static bool IsAsInIndex(GitIndex.Entry entry, byte[] path, GitIndex index) =>
        UnixFiles.Look(path) is { } status
            && (IsUnchanged(entry, path, status, index.Written)
                || (HasSizeSeen(entry, status)
                    && !IsLink(entry)
                    && status.Kind == UnixFiles.Kind.File
                    && GitLineEnds.Undo(entry, path, status.Size) is not null));

    static bool IsLink(GitIndex.Entry entry) => (entry.Mode & 0xF000) == 0xA000;

    // libgit2 does not read a file of another size than the index says, even if it is the same but for line ends; zero stands for a size
    // that the index does not know (diff_generate.c, maybe_modified).
    static bool HasSizeSeen(GitIndex.Entry entry, UnixFiles.Status status) => entry.Seen.Size == 0 || entry.Seen.Size == (uint)status.Size;

    static bool IsUnchanged(GitIndex.Entry entry, byte[] path, UnixFiles.Status status, (long Seconds, long Nanoseconds) written)
    {
        var isLink = IsLink(entry);
        if (isLink != (status.Kind == UnixFiles.Kind.Link) || !HasSizeSeen(entry, status))
            return false;
        // A git that knows no nanoseconds writes zeros.
        var isCoarse = entry.Seen.Nanoseconds == 0;
        var seen = new GitIndex.Stamp(
            (uint)status.Changed,
            (uint)status.Modified,
            isCoarse ? 0 : (uint)status.ModifiedNanoseconds,
            (uint)status.Inode,
            (uint)status.Size);
        // A file that is as new as the index may have changed within the same tick, so its contents decide (git calls it racily clean).
        var isOlder = (status.Modified, isCoarse ? 0 : status.ModifiedNanoseconds)
            .CompareTo((written.Seconds, isCoarse ? 0 : written.Nanoseconds)) < 0;
        return (seen == entry.Seen && isOlder) || BlobId(path, isLink) == entry.Id;
    }

    static string BlobId(byte[] path, bool isLink)
    {
        using Stream contents = isLink ? new MemoryStream(UnixFiles.ReadLink(path)) : UnixFiles.Open(path);
        return ObjectId.OfBlob(contents);
    }
}
