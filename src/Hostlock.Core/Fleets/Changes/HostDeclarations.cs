using System.Collections.Concurrent;
using System.Text;
using Hostlock.Fetching.Folders;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets.Changes;

/// <summary>Reads the declarations of the hosts of a flake. All of them are in the flake's own tree, so nothing is fetched.</summary>
/// <param name="repository">The tree that the flake's own relative paths start in, and the flake's folder in it.</param>
/// <param name="settings">The flake on disk, for places in its hostlock.toml; null if there is none.</param>
public sealed class HostDeclarations(FlakePlace repository, FleetFolder? settings = null)
{
    readonly FlakeReader _reader = new();

    // Most hosts are declared by one file, and have no references of their own.
    readonly ConcurrentDictionary<(string Folder, string File), Lazy<Task<TopFlake>>> _read = [];

    /// <summary>Reads the declarations of a flake on disk.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="processes">The seam to git.</param>
    public static HostDeclarations Of(FleetFolder folder, IProcessRunner processes) => new(PlaceOf(folder, processes), folder);

    /// <summary>Reads the declarations of a flake on disk.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="tree">Its work tree; null if it is in no repository.</param>
    public static HostDeclarations Of(FleetFolder folder, GitWorkTreeFiles? tree) => new(PlaceOf(folder, tree), folder);

    /// <summary>The tree of a flake on disk: its git work tree, or its folder if it is in no repository.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="processes">The seam to git.</param>
    public static FlakePlace PlaceOf(FleetFolder folder, IProcessRunner processes) =>
        PlaceOf(folder, GitWorkTreeFiles.Around(processes, folder.Path));

    static FlakePlace PlaceOf(FleetFolder folder, GitWorkTreeFiles? tree) =>
        tree is not null
            ? new(tree, TreePath.Parse(Path.GetRelativePath(tree.Root, folder.Path)))
            : new(new FolderFiles(folder.Path), TreePath.Root);

    /// <summary>The declarations for some locks. Each file is read once; nothing is fetched.</summary>
    /// <param name="places">The locks; the answer is asked for by these very objects.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">As for <see cref="OfAsync(LockPlace, CancellationToken)"/>.</exception>
    public async Task<IReadOnlyDictionary<LockPlace, Flake>> OfAsync(
        IEnumerable<LockPlace> places, CancellationToken cancellationToken)
    {
        // Comparing the whole places would be work for each lock.
        var declared = new Dictionary<LockPlace, Flake>(ReferenceEqualityComparer.Instance);
        foreach (var place in places)
            declared[place] = (await OfAsync(place, cancellationToken)).Flake;
        return declared;
    }

    /// <summary>The declarations of a host's flake, with the host's own references in place.</summary>
    /// <exception cref="HostlockException">The flake cannot be read, git does not know it, or the host has a reference for an input that
    /// does not exist.</exception>
    public async Task<TopFlake> OfAsync(LockPlace place, CancellationToken cancellationToken)
    {
        var top = await _read.GetOrAdd(
            (place.FlakeFolder, place.FlakeFile),
            _ => new(() => OfFileAsync(place.FlakeFolder, place.FlakeFile, cancellationToken))).Value;
        if (place.References.Count == 0)
            return top;
        var (inputs, warnings) = (top.Flake.Inputs.ToBuilder(), top.Warnings.ToList());
        foreach (var (name, text) in place.References)
        {
            if (!inputs.TryGetValue(name, out var declared))
                throw FleetException.ReferenceOfNoInput(PlaceOf(place, name), place, name, inputs.Keys);
            inputs[name] = declared with { Reference = FlakeRef.ParseInput(text, declared.IsFlake, null, warnings), Follows = null };
        }
        return top with { Flake = top.Flake with { Inputs = inputs.ToImmutable() }, Warnings = warnings };
    }

    // Hosts that share a lock have the same references, of which any host may have the misspelt one.
    SourceSpan? PlaceOf(LockPlace place, string input) =>
        place.Sharers.OfType<LockOwner.Host>().Select(host => settings?.PlaceInFleetFile("hosts", host.Name.ToString(), "inputs", input))
            .FirstOrDefault(span => span is not null);

    async Task<TopFlake> OfFileAsync(string flakeFolder, string flakeFile, CancellationToken cancellationToken)
    {
        var folder = repository.Folder.Join(TreePath.Parse(flakeFolder));
        var file = folder.Resolve(flakeFile);
        if (repository.Files is GitWorkTreeFiles tree
            && await tree.UnknownAsync(file) is { Count: > 0 } unknown
            && UnixFiles.LookThrough(Encoding.UTF8.GetBytes(Path.Combine(tree.Root, file.ToText()))) is not null)
            throw FleetException.NotTracked(
                file.Below(repository.Folder).ToText(),
                unknown.Select(repository.Folder.WayTo),
                (await tree.IgnoredAsync(unknown, cancellationToken)).Count > 0);
        var read = await _reader.ReadTopAsync(repository.Files, folder, flakeFile, repository.Folder, cancellationToken);
        // inputs.self adds to what the flake's own tree is (Nix 2.34.8, libflake/flake.cc, applySelfAttrs). Its files in git LFS are those
        // on disk.
        var found = read.Flake.SelfAttributes.Truth("submodules") == true
            ? read.Place with { Files = await repository.Files.WithSubmodulesAsync(cancellationToken) }
            : read.Place;
        return new(read.Flake, found) { Warnings = read.Warnings, Outputs = read.Outputs };
    }
}
