using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets.History;

/// <summary>
/// The files that the configurations of a flake can see. Their code tells which: hostlock.nix gives each host its own lock, and all other
/// files are reached by a path in the code, or by <c>self</c>.
/// </summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="root">The folder of the repository.</param>
/// <param name="inRepository">The folder of the flake in it, with a slash behind it; empty for the repository's own folder.</param>
/// <param name="files">The files that differ from an earlier commit, relative to the repository.</param>
/// <param name="others">The changed files that are neither locks nor hostlock.toml.</param>
sealed class FlakeView(
    IProcessRunner processes, FleetFolder folder, string root, string inRepository, HashSet<string> files, HashSet<string> others)
{
    const string Modules = ".gitmodules";

    /// <summary>The reason why any host may be concerned by any of the files; null if none of them but its own lock can concern
    /// it.</summary>
    /// <param name="before">The fleet at the earlier commit; null if it is not known.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot list the files.</exception>
    public async Task<string?> WhyAsync(Fleet? before, CancellationToken cancellationToken)
    {
        if (WhyOfSettings(before) is { } settings)
            return settings;
        var tracked = await GitWorkTreeFiles.ListAsync(processes, root, cancellationToken);
        if (WhyOfFlake(tracked) is { } flake)
            return flake;
        // Code that names a link reads another file than the one that it names.
        if (tracked.FirstOrDefault(file => new FileInfo(Path.Combine(root, file)).LinkTarget is not null) is { } link)
            return Said($"{link} is a link");
        var hidden = files.Select(TreePath.Parse).ToList();
        foreach (var file in tracked.Where(file => file.EndsWith(".nix", StringComparison.Ordinal)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file != $"{inRepository}{FleetFolder.Library}" && WhyOf(file, hidden) is { } why)
                return why;
        }
        return null;
    }

    string? WhyOfSettings(Fleet? before) => before switch
    {
        null => "hostlock.toml of the commit cannot be read",
        _ when !before.Private.SequenceEqual(folder.Fleet.Private) => "'private' in hostlock.toml differs",
        _ when before.Outputs is null != folder.Fleet.Outputs is null
            || !(before.Outputs ?? []).SequenceEqual(folder.Fleet.Outputs ?? []) => "'outputs' in hostlock.toml differs",
        _ when before.Hosts.Concat(folder.Fleet.Hosts).FirstOrDefault(host => host.FlakeFile != FleetFolder.FlakeFile) is { } host =>
            Said($"{host.Name} has a flake of its own"),
        _ => null,
    };

    string? WhyOfFlake(IReadOnlyList<string> tracked)
    {
        if (files.Contains($"{inRepository}{FleetFolder.FlakeFile}"))
            return "flake.nix differs";
        if (folder.TryReadBytes(FleetFolder.Library) is not { } library || !library.AsSpan().SequenceEqual(NixLibrary.Contents)
            || files.Contains($"{inRepository}{FleetFolder.Library}"))
            return "hostlock.nix differs from that of this hostlock, or of the commit";
        if (tracked.Contains(Modules))
            return "the repository has submodules";
        if (others.Count > 0 && tracked.FirstOrDefault(IsOtherFlake) is { } other)
            return Said($"{other} is another flake, which may be an input");
        return files.Contains($"{inRepository}{FleetFolder.RootLock}") && !HasRootLock() ? "flake.lock cannot be read" : null;
    }

    bool IsOtherFlake(string file) =>
        Path.GetFileName(file) == FleetFolder.FlakeFile && file != $"{inRepository}{FleetFolder.FlakeFile}";

    // Nix reads flake.lock first, whatever host it builds.
    bool HasRootLock()
    {
        try
        {
            return HostLocks.Read(folder.RootPlace) is not null;
        }
        catch (HostlockException)
        {
            return false;
        }
    }

    string? WhyOf(string file, IReadOnlyCollection<TreePath> hidden)
    {
        if (RegularFile.TextIfReadable(Path.Combine(root, file), FleetFolder.MaximumText) is not { } text)
            return Said($"{file} cannot be read");
        try
        {
            var source = new SourceText(file, text);
            return file == $"{inRepository}{FleetFolder.FlakeFile}" && !FlakeNixEdit.IsWrapped(source)
                ? "flake.nix does not call hostlock.nix"
                : SelfSight.FirstIn(source, TreePath.Parse(file).Folder, hidden) is { } place
                    ? Said($"{file}:{place.Line} reads a file that differs, or may see the whole flake")
                    : null;
        }
        catch (FlakeException)
        {
            return Said($"{file} cannot be read as Nix code");
        }
    }

    // The names of files may have any text.
    static string Said(Sentence sentence) => sentence.ToString();
}
