using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Fleets.Layouts;

/// <summary>
/// The flakes in the folder of a fleet, the root's own and those in folders beneath: their declarations, the hosts that their outputs name,
/// and their locks. Both <c>init</c> and <c>check</c> ask here.
/// </summary>
public sealed class LocalFlakes(FleetFolder folder)
{
    /// <summary>The folders in which people keep a folder for each host, relative to the fleet.</summary>
    internal static readonly string[] HostFolders = ["hosts", "machines", "nixos/hosts", "systems/*", "nixos"];

    readonly Lazy<ImmutableSortedDictionary<string, FlakeInput>> _root = new(
        () => Declared(folder, FleetFolder.FlakeFile) ?? Flake.NoInputs);

    /// <summary>The names of the outputs of flake.nix, if whoever asks has read it; null to read them here.</summary>
    public OutputNames? RootOutputs { get; init; }

    /// <summary>The inputs that flake.nix declares; none if it cannot be read.</summary>
    public ImmutableSortedDictionary<string, FlakeInput> RootInputs => _root.Value;

    /// <summary>
    /// The inputs that a flake file declares; null if the file does not exist or makes no sense, which other commands report.
    /// </summary>
    /// <param name="file">The path of the file, relative to the fleet.</param>
    public ImmutableSortedDictionary<string, FlakeInput>? Declared(string file) => Declared(folder, file);

    /// <summary>The names of the outputs of a flake file; null if the file does not exist, or is not Nix.</summary>
    /// <param name="file">The path of the file, relative to the fleet.</param>
    public OutputNames? Outputs(string file)
    {
        if (RootOutputs is { } known && file == FleetFolder.FlakeFile)
            return known;
        try
        {
            return folder.TextIfReadable(file) is { } text ? OutputNames.Read(new SourceText(file, text)) : null;
        }
        catch (FlakeException)
        {
            return null;
        }
    }

    /// <summary>The outputs of a flake file that name a host: <c>nixosConfigurations</c> and the like.</summary>
    /// <param name="file">The path of the file, relative to the fleet; the file exists.</param>
    /// <param name="host">The name of the host.</param>
    public ImmutableArray<string> OutputsWith(string file, HostName host) =>
        Outputs(file) is { } names
            ?
            [
                .. OutputNames.HostOutputs.Where(
                    output => names.Configurations.TryGetValue(output, out var hosts) && hosts.Contains(host.ToString())),
            ]
            : [];

    /// <summary>The hosts that have a configuration in a flake of their own, with the file and the configurations that are
    /// theirs.</summary>
    /// <param name="isWanted">Tells which hosts are looked at.</param>
    public IReadOnlyDictionary<HostName, (string File, ImmutableArray<string> Configurations)> Hosts(Predicate<HostName> isWanted)
    {
        var hosts = new Dictionary<HostName, (string, ImmutableArray<string>)>();
        foreach (var place in HostFolders)
        {
            foreach (var at in FoldersIn(place))
            {
                if (HostName.TryParse(Path.GetFileName(at)) is not { } name || hosts.ContainsKey(name) || !isWanted(name))
                    continue;
                var file = $"{at}/{FleetFolder.FlakeFile}";
                var outputs = OutputsWith(file, name);
                if (!outputs.IsEmpty)
                    hosts.Add(name, (file, [.. outputs.Select(output => Host.ConfigurationPath(output, name.ToString()))]));
            }
        }
        return hosts;
    }

    /// <summary>The folders beneath a place that have a flake.nix, relative to the fleet, in the order of their bytes.</summary>
    /// <param name="place">A folder, relative to the fleet; <c>systems/*</c> stands for all folders beneath <c>systems</c>.</param>
    public IReadOnlyList<string> FoldersIn(string place)
    {
        var above = place.EndsWith("/*", StringComparison.Ordinal) ? Beneath(folder.Full(place[..^2])) : [folder.Full(place)];
        var found = new List<string>();
        foreach (var parent in above)
        {
            foreach (var path in Beneath(parent))
            {
                if (File.Exists(Path.Combine(path, FleetFolder.FlakeFile)))
                    found.Add(Path.GetRelativePath(folder.Path, path));
            }
        }
        return [.. found.Order(Utf8Order.Instance)];

        static IEnumerable<string> Beneath(string path) => Directory.Exists(path) ? Directory.EnumerateDirectories(path) : [];
    }

    /// <summary>The input of the root whose flake lies in a folder, as a relative path declares it; null if there is none.</summary>
    /// <param name="at">The folder, relative to the fleet.</param>
    public string? RootInputAt(string at) =>
        RootInputs.FirstOrDefault(input => input.Value.Reference is { IsRelativePath: true } reference && FolderOf(reference) == at).Key;

    /// <summary>
    /// The folder that a <c>path:</c> reference names, relative to the fleet: <c>path:./hosts/plex</c> and the absolute path of that folder
    /// both give <c>hosts/plex</c>. Null for another type of reference, for the fleet's own folder, and for a folder outside of it.
    /// </summary>
    public string? FolderWithin(FlakeRef reference)
    {
        if (reference.Folder is not { } path)
            return null;
        var at = reference.IsRelativePath ? FolderOf(reference) : Path.GetRelativePath(folder.Path, path);
        return at is "." or "" || at.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(at) ? null : at;
    }

    /// <summary>The inputs of the root that are flakes of hosts, by name. hostlock.nix hands such an input over by the host's own
    /// lock.</summary>
    public IReadOnlySet<string> RootInputsOfHosts()
    {
        var own = folder.Fleet.Hosts.Select(host => Path.GetDirectoryName(host.FlakeFile)!)
            .Where(at => at.Length > 0)
            .ToHashSet(StringComparer.Ordinal);
        return own.Count == 0
            ? new HashSet<string>()
            : RootInputs.Where(input => input.Value.Reference is { } reference && FolderWithin(reference) is { } at && own.Contains(at))
                .Select(input => input.Key).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Reads a lock; null if there is no such file.</summary>
    /// <param name="path">The path of the lock, relative to the fleet.</param>
    /// <exception cref="LockException">The file is not a lock.</exception>
    public LockFile? ReadLock(string path) => folder.TryReadBytes(path) is { } bytes ? LockFileReader.Read(path, bytes) : null;

    /// <summary>Reads a lock; null if there is no such file, or if it is not a lock.</summary>
    /// <param name="path">The path of the lock, relative to the fleet.</param>
    public LockFile? TryReadLock(string path)
    {
        try
        {
            return ReadLock(path);
        }
        catch (LockException)
        {
            return null;
        }
    }

    static ImmutableSortedDictionary<string, FlakeInput>? Declared(FleetFolder folder, string file)
    {
        try
        {
            return folder.TextIfReadable(file) is { } text
                ? FlakeNixParser.Parse(new SourceText(file, text), TreePath.Parse(file).Folder).Inputs
                : null;
        }
        catch (FlakeException)
        {
            return null;
        }
    }

    static string FolderOf(FlakeRef reference)
    {
        var path = reference.Folder!;
        return (path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path).TrimEnd('/');
    }
}
