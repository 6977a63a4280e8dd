using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Fleets.Adoption;

/// <summary>The files that declare and lock the inputs of a host, in a flake that is being adopted.</summary>
/// <param name="Flake">The file that declares them, relative to the flake.</param>
/// <param name="Lock">The place of the lock, relative to the flake.</param>
/// <param name="Seed">The bytes that the lock is to have; null if the lock exists, or cannot be made from what lies in the flake.</param>
/// <param name="What">The origin of the seed, in words; empty if there is no seed.</param>
/// <param name="Notes">Remarks for the user.</param>
public sealed record HostLayout(string Flake, string Lock, byte[]? Seed, string What, ImmutableArray<string> Notes);

/// <summary>
/// Recognises from the files how people give hosts inputs of their own: by a flake in the folder of the host, by a second flake file beside
/// the first, or by a copy of flake.lock under another name. These files are used in place; no file of the user is moved.
/// </summary>
public sealed class HostLayouts
{
    static readonly string[] HostFolders = ["hosts", "machines", "nixos/hosts", "systems/*", "nixos", "."];

    static readonly string[] LockFolders = ["", "locks", "lock_backups", "lock-backups", "backups", "lockfiles"];

    readonly FleetFolder _folder;
    readonly LocalFlakes _flakes;
    readonly byte[]? _rootBytes;
    readonly LockFile? _root;
    readonly ImmutableArray<HostName> _hosts;

    /// <param name="folder">The flake.</param>
    /// <param name="hosts">All hosts that are adopted with it: a file goes to the one whose name fits it best.</param>
    /// <exception cref="HostlockException">flake.lock cannot be read, or is not a lock.</exception>
    public HostLayouts(FleetFolder folder, IEnumerable<HostName> hosts)
    {
        (_folder, _flakes, _hosts) = (folder, new(folder), [.. hosts]);
        _rootBytes = HostLocks.ReadBytes(folder.RootPlace);
        _root = _rootBytes is null ? null : LockFileReader.Read(folder.RootPlace.RelativePath, _rootBytes);
    }

    /// <summary>The hosts that have a configuration in a flake of their own, with the configurations that are theirs.</summary>
    public static ImmutableSortedDictionary<HostName, ImmutableArray<string>> WithFlakes(FleetFolder folder)
    {
        var flakes = new LocalFlakes(folder);
        var hosts = ImmutableSortedDictionary.CreateBuilder<HostName, ImmutableArray<string>>();
        foreach (var at in HostFolders.Where(place => place != ".").SelectMany(flakes.FoldersIn))
        {
            if (HostName.TryParse(Path.GetFileName(at)) is not { } name || hosts.ContainsKey(name))
                continue;
            var outputs = flakes.OutputsWith($"{at}/{FleetFolder.FlakeFile}", name);
            if (!outputs.IsEmpty)
                hosts.Add(name, [.. outputs.Select(output => HostNames.Configuration(output, name))]);
        }
        return hosts.ToImmutable();
    }

    /// <summary>The layout of a host that hostlock.toml does not have yet.</summary>
    /// <exception cref="HostlockException">The host would start from the root lock, and the flake has none.</exception>
    public HostLayout Of(HostName host)
    {
        if (File.Exists(_folder.Full($"flake-{host}.nix")))
            return OfSecondFile($"flake-{host}.nix", host);
        foreach (var at in HostFolders.SelectMany(_flakes.FoldersIn).Where(at => Path.GetFileName(at) == host.ToString()))
        {
            var input = _flakes.RootInputAt(at);
            if (BelongsTo(host, at, input))
                return OfFlake($"{at}/{FleetFolder.FlakeFile}", $"{at}/{FleetFolder.RootLock}", input, host);
        }
        return OfLock(host);
    }

    /// <summary>The layout of a host as hostlock.toml describes it.</summary>
    /// <exception cref="HostlockException">The host would start from the root lock, and the flake has none.</exception>
    public HostLayout Of(Host known) =>
        File.Exists(_folder.Full(known.Lock)) ? new(known.FlakeFile, known.Lock, null, "", [])
        : known.FlakeFile == FleetFolder.FlakeFile ? RootCopy(known.Lock, [])
        : OfFlake(known.FlakeFile, known.Lock, _flakes.RootInputAt(Path.GetDirectoryName(known.FlakeFile) ?? ""), known.Name);

    HostLayout RootCopy(string place, ImmutableArray<string> notes) =>
        new(FleetFolder.FlakeFile, place, _rootBytes ?? throw FleetException.NoLock(_folder.RootPlace), "a copy of flake.lock: the same pins", notes);

    // Whether the flake in a folder belongs to a host: the root has it as an input, or it defines the host's configuration, or it has
    // inputs and no outputs, and its inputs are all that the root asks for. In that last case the root puts the host together with them.
    bool BelongsTo(HostName host, string at, string? input)
    {
        var file = $"{at}/{FleetFolder.FlakeFile}";
        return input is not null
            || !_flakes.OutputsWith(file, host).IsEmpty
            || (_flakes.Outputs(file) is { All: { IsEmpty: true } } && _flakes.Declared(file) is { Count: > 0 } declared && _flakes.RootInputs.Keys.All(declared.ContainsKey));
    }

    HostLayout OfSecondFile(string flake, HostName host)
    {
        var layout = OfFlake(flake, $"flake-{host}.lock", null, host);
        if (!_flakes.OutputsWith(flake, host).IsEmpty || _flakes.Declared(flake) is not { } declared)
            return layout;
        var absent = _flakes.RootInputs.Keys.Where(name => !declared.ContainsKey(name)).ToList();
        return absent.Count == 0
            ? layout
            : layout with { Notes = layout.Notes.Add($"'{flake}' does not declare {string.Join(' ', absent)}: {host} cannot use what flake.nix makes of that") };
    }

    HostLayout OfFlake(string flake, string place, string? input, HostName host)
    {
        var copy = input is null || _root is null ? null : InnerLock.Of(_root, input);
        if (_flakes.ReadLock(place) is { } existing)
        {
            var drifted = copy is null ? [] : LocalFlakes.Moves(copy, existing);
            return new(flake, place, null, "", drifted.IsEmpty ? [] : [Drifted(host, place, drifted)]);
        }
        if (copy is not null)
            return new(flake, place, LockFileWriter.Write(copy), $"what flake.lock pins for '{input}': the same pins", []);
        // If the declarations ask for the same inputs as the root's, the pins of the root are used.
        if (_root is not null && _flakes.Declared(flake) is { } declared && LockStaleness.Between(new(null, declared, RefAttributes.Empty, null), _root).IsEmpty)
            return new(flake, place, _rootBytes, "a copy of flake.lock: the same pins", []);
        return new(flake, place, null, "", [$"{host} is declared in '{flake}' and has no lock; 'hostlock lock {host}' makes it"]);
    }

    static string Drifted(HostName host, string place, ImmutableArray<string> inputs) =>
        $"{host} is built by flake.lock's copy of '{place}' now, and by the file itself from then on; they differ in {string.Join(' ', inputs)}, "
        + "so its derivation will move";

    HostLayout OfLock(HostName host)
    {
        var place = _folder.Fleet.LockOf(host);
        var notes = ImmutableArray.CreateBuilder<string>();
        var usable = new List<Candidate>();
        foreach (var path in CandidatesFor(host))
        {
            var found = _flakes.TryReadLock(path);
            var absent = found is null ? [] : _flakes.RootInputs.Keys.Where(name => !found.Root.Inputs.ContainsKey(name)).ToList();
            if (found is null)
                notes.Add($"'{path}' is not adopted for {host}: it cannot be read as a lock");
            else if (absent.Count > 0)
                notes.Add($"'{path}' is not adopted for {host}: it does not have {string.Join(' ', absent)}");
            else
                usable.Add(new(path, found, path == place || path == $"flake-{host}.lock"));
        }
        // A file with exactly the host's name wins; of the others, the one with the newest inputs.
        var adopted = usable
            .OrderByDescending(candidate => candidate.IsInPlace).ThenByDescending(candidate => Newest(candidate.Lock)).ThenBy(candidate => candidate.Path, Utf8Order.Instance)
            .FirstOrDefault();
        if (adopted is null)
            return RootCopy(place, notes.ToImmutable());
        foreach (var other in usable.Where(candidate => candidate != adopted))
            notes.Add($"'{other.Path}' is passed over for {host}: '{adopted.Path}' {(adopted.IsInPlace ? "has the very name" : "is newer")}");
        var moves = _root is null ? [] : LocalFlakes.Moves(_root, adopted.Lock);
        if (!moves.IsEmpty)
            notes.Add($"{host} is adopted with '{adopted.Path}', which differs from flake.lock in {string.Join(' ', moves)}: its derivation will move");
        return adopted.IsInPlace
            ? new(FleetFolder.FlakeFile, adopted.Path, null, "", notes.ToImmutable())
            : new(FleetFolder.FlakeFile, place, _folder.TryReadBytes(adopted.Path), $"adopted from '{adopted.Path}'", notes.ToImmutable());
    }

    /// <summary>A lock file whose name says that it may be a host's.</summary>
    /// <param name="Path">Its path, relative to the flake.</param>
    /// <param name="Lock">Its contents.</param>
    /// <param name="IsInPlace">True if it lies where the host's lock is looked for, so that no copy is needed.</param>
    sealed record Candidate(string Path, LockFile Lock, bool IsInPlace);

    // plex.lock, flake-plex.lock, plex-home-flake.lock, plex_2024.lock; but plex-2.lock is another host's if there is a host plex-2.
    IEnumerable<string> CandidatesFor(HostName host) =>
        from at in LockFolders
        where Directory.Exists(_folder.Full(at))
        from file in Directory.EnumerateFiles(_folder.Full(at), "*.lock").Order(Utf8Order.Instance)
        where BestFit(WithoutFlake(Path.GetFileNameWithoutExtension(file))) == host
        select at.Length == 0 ? Path.GetFileName(file) : $"{at}/{Path.GetFileName(file)}";

    static string WithoutFlake(string name) =>
        name.StartsWith("flake", StringComparison.Ordinal) && name.Length > 5 && name[5] is '-' or '_' or '.' ? name[6..] : name;

    // Null if the name is no host's.
    HostName? BestFit(string name) =>
        _hosts
            .Where(host => IsOf(name, host.ToString()))
            .Select(host => (HostName?)host)
            .MaxBy(host => host!.Value.ToString().Length);

    static bool IsOf(string name, string host) =>
        name == host || (name.StartsWith(host, StringComparison.Ordinal) && name[host.Length] is '-' or '_' or '.');

    static Moment Newest(LockFile file) =>
        file.Root.Inputs.Select(input => (input.Value as LockEdge.Locked)?.Node.Locked.LastModified ?? default).DefaultIfEmpty().Max();
}
