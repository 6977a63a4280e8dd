using System.Collections.Immutable;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets.Settings;

namespace Hostlock.Fleets;

/// <summary>A flake of a repository.</summary>
/// <param name="Path">Its folder, absolute.</param>
/// <param name="Name">Its folder, relative to the repository: the name that tells it from the others.</param>
/// <param name="IsAdopted">True if it has a hostlock.toml.</param>
public sealed record RepositoryFlake(string Path, string Name, bool IsAdopted);

/// <summary>
/// The flakes of a repository that has several, for a user who is in none of them. A flake in the folder of another flake belongs
/// to that one, unless it is adopted itself.
/// </summary>
/// <param name="All">The flakes, by name.</param>
public sealed record RepositoryFlakes(ImmutableArray<RepositoryFlake> All)
{
    // Without git's index, folders are looked into: a few steps deep in a repository, and elsewhere those in the folder of the user, who
    // may be at the top of a disk.
    const int DeepestInRepository = 3, DeepestElsewhere = 1;
    const int LongestWalk = 2_000;

    /// <summary>The adopted flakes, by name.</summary>
    public IEnumerable<RepositoryFlake> Adopted => All.Where(flake => flake.IsAdopted);

    /// <summary>The flakes that are not adopted, by name.</summary>
    public IEnumerable<RepositoryFlake> Others => All.Where(flake => !flake.IsAdopted);

    /// <summary>
    /// Finds the flakes that a command is about, if the user is in none: the adopted ones beneath the folder, or else those of the whole
    /// repository.
    /// </summary>
    /// <param name="folder">The folder of the user, absolute.</param>
    /// <returns>The flakes, of which none may be adopted; null if the user is in a flake, adopted or not.</returns>
    /// <exception cref="HostlockException">git's index is damaged, or the folder is in no repository and has very many folders beneath
    /// it.</exception>
    public static RepositoryFlakes? Around(string folder)
    {
        if (!Directory.Exists(folder) || FleetFolder.Find(folder) is not null)
            return null;
        var start = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var root = GitPlace.WorkTreeAround(start) ?? start;
        var (found, isComplete) = In(root);
        var flakes = new RepositoryFlakes(found);
        return isComplete || !flakes.Adopted.Any() ? flakes.Near(start) : throw FleetException.TooManyFolders(root);
    }

    /// <summary>The adopted flakes of the repository that a flake lies in, without that flake.</summary>
    /// <param name="flake">The folder of the flake, absolute.</param>
    /// <exception cref="HostlockException">git's index is damaged.</exception>
    internal static IEnumerable<RepositoryFlake> Beside(string flake) =>
        GitPlace.WorkTreeAround(flake) is { } root ? new RepositoryFlakes(In(root).All).Adopted.Where(other => other.Path != flake) : [];

    // The flakes beneath a folder, if adopted ones are among them; else all flakes.
    RepositoryFlakes Near(string folder) =>
        new RepositoryFlakes([.. All.Where(flake => IsIn(flake.Path, folder))]) is var near && near.Adopted.Any() ? near : this;

    // The flakes in a folder and beneath it, and whether all were found.
    static (ImmutableArray<RepositoryFlake> All, bool IsComplete) In(string folder)
    {
        var repository = GitPlace.WorkTreeAround(folder);
        var root = repository ?? folder;
        var tracked = Tracked(root)?.Select(file => Path.Combine(root, file)).Where(file => IsIn(file, folder)).ToList();
        var (files, isComplete) = tracked is { Count: > 0 } ? (tracked, true)
            : Walked(folder, repository is null ? DeepestElsewhere : DeepestInRepository);
        // Nix sees only files that git tracks. But a message may be about a flake that git does not know yet.
        var adopted = tracked is { Count: 0 }
            ? []
            : FoldersOf(files, FleetFile.Name).Where(flake => Path.Exists(Path.Combine(flake, FleetFolder.FlakeFile))).ToHashSet();
        HashSet<string> flakes = [.. FoldersOf(files, FleetFolder.FlakeFile), .. adopted];
        return (
            [
                .. flakes.Where(flake => adopted.Contains(flake) || !flakes.Any(other => other != flake && IsIn(flake, other)))
                .Select(flake => new RepositoryFlake(flake, Path.GetRelativePath(root, flake), adopted.Contains(flake)))
                .OrderBy(flake => flake.Name, StringComparer.Ordinal),
            ],
            isComplete);

        IEnumerable<string> FoldersOf(IEnumerable<string> all, string name) =>
            all.Where(file => Path.GetFileName(file) == name && Path.Exists(file)).Select(file => Path.GetDirectoryName(file)!)
                .Where(flake => !LeadsOut(root, flake));
    }

    // The tracked files that make a flake, relative to the repository; null if hostlock cannot read the index.
    static IEnumerable<string>? Tracked(string root) =>
        GitPlace.OfWorkTree(root) is { } place && GitConfig.OfRepository(place).Text("extensions.objectformat") is null or "sha1"
            ? GitIndex.FilesCalled(place, FleetFile.Name, FleetFolder.FlakeFile)?.Where(path => path.IsText).Select(path => path.ToText())
            : null;

    // The files on disk that make a flake, and whether each folder was looked into. Hidden folders, links and other repositories are
    // left out.
    static (List<string> Files, bool IsComplete) Walked(string root, int deepest)
    {
        var files = new List<string>();
        var folders = new Queue<(string Path, int Depth)>([(root, 0)]);
        for (var count = 0; folders.TryDequeue(out var at); count++)
        {
            if (count == LongestWalk)
                return (files, false);
            files.AddRange(
                new[] { FleetFile.Name, FleetFolder.FlakeFile }.Select(name => Path.Combine(at.Path, name)).Where(Path.Exists));
            if (at.Depth == deepest)
                continue;
            foreach (var folder in FoldersIn(at.Path))
                folders.Enqueue((folder, at.Depth + 1));
        }
        return (files, true);
    }

    static IEnumerable<string> FoldersIn(string folder)
    {
        try
        {
            return
            [
                .. new DirectoryInfo(folder).EnumerateDirectories()
                    .Where(inner => !inner.Name.StartsWith('.') && inner.LinkTarget is null)
                    .Where(inner => !Path.Exists(Path.Combine(inner.FullName, ".git")))
                    .Select(inner => inner.FullName)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            return []; // a flake that this user cannot read is none of theirs
        }
    }

    // True if a folder on the way to a flake is a link, or another repository: git does not track the files in it here.
    static bool LeadsOut(string root, string flake)
    {
        for (var at = flake; at.Length > root.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new DirectoryInfo(at).LinkTarget is not null || Path.Exists(Path.Combine(at, ".git")))
                return true;
        }
        return false;
    }

    static bool IsIn(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);
}
