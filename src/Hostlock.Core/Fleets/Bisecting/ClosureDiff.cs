using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Bisecting;

/// <summary>
/// What two locks of a host make of its system: the host is built by each with the user's own nix, and nix compares the closures. The
/// flake is copied for that, as git knows it, so that nothing of the user's changes.
/// </summary>
public sealed class ClosureDiff(IProcessRunner processes, FleetFolder folder)
{
    /// <summary>Compares them.</summary>
    /// <param name="place">The lock of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="before">One lock.</param>
    /// <param name="after">The other.</param>
    /// <param name="told">Told of what is built.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What nix says: a line for each package that comes, goes, or changes its version or size; nothing where the closures are alike.</returns>
    /// <exception cref="HostlockException">There is no nix, or it fails.</exception>
    public async Task<string> CompareAsync(
        LockPlace place, HostName host, LockFile before, LockFile after, Action<string> told, CancellationToken cancellationToken)
    {
        var copy = Directory.CreateTempSubdirectory("hostlock-closure-").FullName;
        try
        {
            var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? folder.Path;
            await CopyAsync(root, copy, cancellationToken);
            var inner = Path.GetRelativePath(root, folder.Path);
            var file = Path.GetFullPath(Path.Combine(inner, place.RelativePath), copy);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var reference = $"path:{copy}{(inner == "." ? "" : $"?dir={inner}")}#{AttributeOf(host)}";
            var built = new List<string>();
            foreach (var (lockFile, which) in new[] { (before, "first"), (after, "second") })
            {
                told($"building {host} by the {which} lock\n");
                AtomicFile.Replace(file, LockFileWriter.Write(lockFile), isDurable: false);
                built.Add((await NixAsync("build", "--no-link", "--print-out-paths", "--no-write-lock-file", "--", reference)).Trim());
            }
            return await NixAsync("store", "diff-closures", "--", built[0], built[1]);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }

        async Task<string> NixAsync(params string[] words)
        {
            var finished = await processes.RunAsync(NixProgram.Command(words), cancellationToken);
            return finished.Succeeded ? finished.Output : throw FleetException.NixFailed(words[0], finished.Errors.Trim());
        }
    }

    // What of a configuration is the whole system, by the output it is under.
    string AttributeOf(HostName host)
    {
        var configuration = folder.HostOf(host).Configurations is [var first, ..] ? first : $"nixosConfigurations.\"{host}\"";
        var system = configuration.Split('.')[0] switch
        {
            "homeConfigurations" => "activationPackage",
            "darwinConfigurations" => "system",
            _ => "config.system.build.toplevel",
        };
        return $"{configuration}.{system}";
    }

    async Task CopyAsync(string root, string copy, CancellationToken cancellationToken)
    {
        foreach (var path in await GitWorkTreeFiles.ListAsync(processes, root, cancellationToken))
        {
            var (from, to) = (Path.Combine(root, path), Path.Combine(copy, path));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (new FileInfo(from).LinkTarget is { } target)
                File.CreateSymbolicLink(to, target);
            else if (File.Exists(from))
                File.Copy(from, to);
        }
    }
}
