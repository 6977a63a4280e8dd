using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git.WorkTrees;

/// <summary>How a work tree differs from its HEAD.</summary>
/// <param name="Commit">The commit of HEAD; null before the first commit.</param>
/// <param name="IsDirty">True if a tracked file differs from HEAD, or something is staged. Submodules are not looked at.</param>
/// <param name="Paths">The tracked files that are on disk.</param>
/// <remarks>
/// Nix 2.34.8, libfetchers/git-utils.cc, getWorkdirInfo, and libgit2's status below it: no filter program is run, and the index is not
/// refreshed.
/// </remarks>
sealed record GitWorkTreeState(GitCommit? Commit, bool IsDirty, IReadOnlyList<TreePath> Paths)
{
    const uint ExecutableMode = 0x81ED, FileMode = 0x81A4;

    /// <summary>Compares the work tree of a repository with its HEAD.</summary>
    /// <exception cref="FetchException">The index is damaged, or git fails.</exception>
    public static async Task<GitWorkTreeState> ReadAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var place = repository.Place;
        GitFormat.CheckWorkTree(repository);
        var commit = place.HeadCommit is { } id && GitCommit.Loose(place, id) is { } loose
            ? loose
            : await repository.CommitAsync("HEAD", cancellationToken);
        var index = GitIndex.Read(place) ?? throw FetchException.UnreadableIndex(repository.Url);
        var (paths, isChanged, hasOtherModes, converted) = Compare(place, index, cancellationToken);
        var isDirty = isChanged
            || await IsStagedAsync()
            || (hasOtherModes && await repository.SettingAsync("core.fileMode", cancellationToken) != "false")
            || !await GitLineEnds.ExplainAsync(repository, converted, cancellationToken);
        return new(commit, isDirty, paths);

        async Task<bool> IsStagedAsync() => commit is null
            ? index.Entries.Any(entry => !entry.IsSubmodule)
            : index.Tree != commit.Tree
                && !await repository.UseAsync(
                    objects => IsTree(index, GitTree.Read(objects, commit.Tree, repository.Url)), cancellationToken);
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

    // The files that are there, whether one differs for sure or by its mode alone, and those that differ by what git may convert on the way
    // in.
    static (List<TreePath> Paths, bool IsChanged, bool HasOtherModes, List<GitLineEnds.Converted> Converted) Compare(
        GitPlace place, GitIndex index, CancellationToken cancellationToken)
    {
        var root = Encoding.UTF8.GetBytes(place.WorkTree!);
        var paths = new List<TreePath>(index.Entries.Count);
        var converted = new List<GitLineEnds.Converted>();
        var (isChanged, hasOtherModes) = (false, false);
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
                isChanged = true;
                continue;
            }
            // The three stages of an unresolved path are one file.
            if (paths.Count == 0 || paths[^1] != entry.Path)
                paths.Add(entry.Path);
            if (isChanged || entry.IsAssumed)
                continue;
            hasOtherModes |= HasOtherMode(entry, status);
            if (IsUnchanged(entry, path, status, index.Written))
                continue;
            if (HasSizeSeen(entry, status)
                && !IsLink(entry)
                && status.Kind == UnixFiles.Kind.File
                && GitLineEnds.Undo(entry, path, status.Size) is { } undone)
                converted.Add(undone);
            else
                isChanged = true;
        }
        return (paths, isChanged, hasOtherModes, converted);
    }

    static bool IsFolder(byte[] root, TreePath folder) =>
        folder.IsRoot
            || folder.Folders.Append(folder)
                .All(step => UnixFiles.Look([.. root, (byte)'/', .. step.Bytes]) is { Kind: UnixFiles.Kind.Folder });

    static bool HasOtherMode(GitIndex.Entry entry, UnixFiles.Status status) =>
        status.Kind == UnixFiles.Kind.File && !IsLink(entry) && entry.Mode != (status.IsExecutable ? ExecutableMode : FileMode);

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
        return (seen == entry.Seen && isOlder) || BlobId(path, status.Size, isLink) == entry.Id;
    }

    static string BlobId(byte[] path, long size, bool isLink)
    {
        using Stream contents = isLink ? new MemoryStream(UnixFiles.ReadLink(path)) : UnixFiles.Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {(isLink ? contents.Length : size)}\0")));
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = contents.Read(buffer)) > 0)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
