using System.Text;
using Hostlock.Fetching;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Bisecting;

/// <summary>
/// Compares the systems that two locks of a host give: the user's own nix builds the host with each lock, and compares the closures. It
/// builds in a copy of the files that git knows, so that no file of the user changes.
/// </summary>
public sealed class ClosureDiff(IProcessRunner processes, FleetFolder folder)
{
    /// <summary>Builds both systems, and compares them.</summary>
    /// <param name="place">The lock of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="before">One lock.</param>
    /// <param name="after">The other.</param>
    /// <param name="told">Is told what is built.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The words of nix: a line for each package that is added, removed, or changed in version or size; empty if the closures are
    /// equal.</returns>
    /// <exception cref="HostlockException">This machine has no nix, or nix fails.</exception>
    public async Task<string> CompareAsync(
        LockPlace place, HostName host, LockFile before, LockFile after, Action<string> told, CancellationToken cancellationToken)
    {
        using var temporary = CacheFolder.Temporary();
        var copy = RealPath.Of(temporary.Path);
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? folder.Path;
        var whole = new FolderCopy(copy);
        foreach (var path in await GitWorkTreeFiles.ListAsync(processes, root, cancellationToken))
            whole.Add(root, Encoding.UTF8.GetBytes(path));
        var inner = Path.GetRelativePath(root, folder.Path);
        // A link of the repository may lead out of the copy too.
        var files = new RepositoryFiles(Path.GetFullPath(inner, copy));
        var reference = $"path:{copy}{(inner == "." ? "" : $"?dir={inner}")}#{AttributeOf(host)}";
        var built = new List<string>();
        foreach (var (lockFile, which) in new[] { (before, "first"), (after, "second") })
        {
            told($"building {host} by the {which} lock\n");
            files.Replace(place.RelativePath, LockFileWriter.Write(lockFile));
            built.Add((await NixAsync("build", "--no-link", "--print-out-paths", "--no-write-lock-file", "--", reference)).Trim());
        }
        return await NixAsync("store", "diff-closures", "--", built[0], built[1]);

        async Task<string> NixAsync(params string[] words)
        {
            var finished = await processes.RunAsync(NixProgram.Command(words), cancellationToken);
            return finished.Succeeded ? finished.Output : throw FleetException.NixFailed(words[0], finished.Errors.Trim());
        }
    }

    // The attribute of a configuration that is the whole system; it depends on the output.
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
}
