using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Machines.Systems;

/// <summary>
/// Builds a host by a lock. The user's own nix builds it, from a copy of the files that git knows, so that no file of the user changes.
/// </summary>
/// <param name="processes">Runs git and nix.</param>
/// <param name="folder">The fleet.</param>
public sealed class LockedSystems(IProcessRunner processes, FleetFolder folder)
{
    /// <summary>Builds a host by several locks.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locks">The locks, each with a word for the user.</param>
    /// <param name="told">Is told what is built.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The systems, in the order of the locks.</returns>
    /// <exception cref="HostlockException">This machine has no nix, or nix fails.</exception>
    public async Task<IReadOnlyList<StorePath>> BuildAsync(
        HostName host, IReadOnlyList<(LockFile Lock, string Word)> locks, Action<string> told, CancellationToken cancellationToken)
    {
        if (locks.Count == 0)
            return [];
        var place = folder.PlaceOf(host);
        using var temporary = CacheFolder.Temporary();
        var copy = RealPath.Of(temporary.Path);
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? folder.Path;
        var whole = new FolderCopy(copy);
        foreach (var path in await GitWorkTreeFiles.ListAsync(processes, root, cancellationToken))
            whole.Add(root, Encoding.UTF8.GetBytes(path));
        var inner = Path.GetRelativePath(root, folder.Path);
        // A link of the repository may lead out of the copy too.
        var files = new RepositoryFiles(Path.GetFullPath(inner, copy));
        var reference = $"path:{copy}{(inner == "." ? "" : $"?dir={inner}")}#{SystemEvaluation.AttributeOf(folder.HostOf(host))}";
        var built = new List<StorePath>();
        foreach (var (lockFile, word) in locks)
        {
            told($"building {host} by the lock of {word}\n");
            files.Replace(place.RelativePath, LockFileWriter.Write(lockFile));
            built.Add(await BuildAsync(reference, cancellationToken));
        }
        return built;
    }

    async Task<StorePath> BuildAsync(string reference, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(
            NixProgram.Command("build", "--no-link", "--print-out-paths", "--no-write-lock-file", "--", reference), cancellationToken);
        if (!finished.Succeeded)
            throw FleetException.NixFailed("build", finished.Errors.Trim());
        return StorePath.TryParse(finished.Output.Trim()) ?? throw MachineException.NotASystem("this machine", finished.Output.Trim());
    }
}
