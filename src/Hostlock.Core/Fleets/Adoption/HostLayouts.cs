using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Flakes.Nix;
using Hostlock.Fleets.Checks;
using Hostlock.Locks;

namespace Hostlock.Fleets.Adoption;

/// <summary>Where the inputs of a host are declared and locked, in a flake that is being adopted.</summary>
/// <param name="Flake">The file that declares them, relative to the flake.</param>
/// <param name="Lock">The place of the lock, relative to the flake.</param>
/// <param name="Seed">What the lock is to be; null where it is there, or cannot be told from what is there.</param>
/// <param name="What">Where the seed comes from, in words.</param>
/// <param name="Notes">What the user should know of it.</param>
public sealed record HostLayout(string Flake, string Lock, byte[]? Seed, string What, ImmutableArray<string> Notes);

/// <summary>
/// The ways in which people give hosts inputs of their own, recognised from the files: a flake in the folder of the host, a second flake file beside
/// the first, a copy of flake.lock under a name of its own. What is found is put to use where it lies; nothing of the user's is moved.
/// </summary>
public sealed class HostLayouts
{
    // A flake in a folder of a host has a handful.
    const int MostFiles = 200;

    static readonly string[] HostFolders = ["hosts", "machines", "nixos/hosts", "systems/*", "nixos", "."];

    static readonly string[] LockFolders = ["", "locks", "lock_backups", "lock-backups", "backups", "lockfiles"];

    readonly FleetFolder _folder;
    readonly ImmutableSortedDictionary<string, FlakeInput> _declared;
    readonly byte[]? _rootBytes;
    readonly LockFile? _root;
    readonly ImmutableArray<string> _hosts;

    /// <param name="folder">The flake.</param>
    /// <param name="hosts">All hosts that are adopted with it: a file goes to the one whose name fits it best.</param>
    public HostLayouts(FleetFolder folder, IEnumerable<string> hosts)
    {
        (_folder, _hosts) = (folder, [.. hosts]);
        _declared = Declared(FleetFolder.FlakeFile) ?? Flake.NoInputs;
        _rootBytes = File.Exists(folder.RootPlace.File) ? File.ReadAllBytes(folder.RootPlace.File) : null;
        _root = _rootBytes is null ? null : LockFileReader.Read(folder.RootPlace.Shown, _rootBytes);
    }

    /// <summary>The hosts that have a configuration in a flake of their own, with the configurations that are theirs.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<string>> WithFlakes(FleetFolder folder)
    {
        var hosts = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(Utf8Order.Instance);
        foreach (var at in HostFolders.Where(at => at != ".").SelectMany(at => Folders(folder, at)))
        {
            var name = Path.GetFileName(at);
            if (HostName.TryParse(name) is not null && !hosts.ContainsKey(name) && OutputsOf(folder, $"{at}/{FleetFolder.FlakeFile}", name) is { IsEmpty: false } outputs)
                hosts.Add(name, [.. outputs.Select(output => HostNames.Configuration(output, name))]);
        }
        return hosts.ToImmutable();
    }

    /// <summary>How a host is to be adopted.</summary>
    /// <exception cref="HostlockException">There is no root lock, and it would be the one to start from.</exception>
    public HostLayout Of(string host)
    {
        if (File.Exists(_folder.Full($"flake-{host}.nix")))
            return OfSecondFile($"flake-{host}.nix", host);
        var own = HostFolders.SelectMany(at => Folders(_folder, at)).Where(at => Path.GetFileName(at) == host).Select(at => (At: at, Input: InputAt(at))).FirstOrDefault(each => IsHosts(each.At, each.Input, host));
        return own.At is { } found
            ? OfFlake($"{found}/{FleetFolder.FlakeFile}", $"{found}/{FleetFolder.RootLock}", own.Input, host)
            : OfLock(host);
    }

    /// <summary>
    /// What is wrong with flakes of this repository that are taken in by a path: a lock of which flake.lock holds another copy, and code that leads out of
    /// what is copied.
    /// </summary>
    public IEnumerable<Finding> Check()
    {
        foreach (var (name, input) in _declared)
        {
            if (input.Reference is not { Type: "path" } reference)
                continue;
            var at = reference.IsRelativePath ? Plain(reference.Input.Text("path")!) : Path.GetRelativePath(_folder.Path, reference.Input.Text("path")!);
            if (at is "." or "" || at.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(at))
                continue;
            // A host's own lock is handed over by hostlock.nix, whatever flake.lock says of it.
            var isHosts = _folder.Fleet.Hosts.Any(host => host.FlakeFile == $"{at}/{FleetFolder.FlakeFile}");
            if (!isHosts && reference.IsRelativePath && Copy(name) is { } copy && TryReadLock($"{at}/{FleetFolder.RootLock}") is { } there && Moves(copy, there) is { Length: > 0 } moves)
            {
                yield return new(
                    false, "drifted", $"its copy of the lock of '{name}' is not what {at}/{FleetFolder.RootLock} says: {string.Join(' ', moves)} {(moves.Length == 1 ? "differs" : "differ")}, and the copy is what is built",
                    FleetFolder.RootLock, null, "hostlock init");
            }
            if (reference.IsRelativePath)
                continue;
            foreach (var (file, line, path) in Leaving(at))
                yield return new(false, "leaves-its-flake", $"'{path}' leads out of {at}, and '{reference}' copies that folder alone; 'path:./{at}' keeps the repository around it", file, line, null);
        }
    }

    IEnumerable<(string File, int Line, string Path)> Leaving(string at)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Full(at), "*.nix", SearchOption.AllDirectories).Order(Utf8Order.Instance).Take(MostFiles))
        {
            var shown = Path.GetRelativePath(_folder.Path, file);
            var source = new SourceText(shown, File.ReadAllText(file));
            NixExpression code;
            try
            {
                code = NixParser.Parse(source).Expression;
            }
            catch (FlakeException)
            {
                continue; // it is for Nix to say what is wrong with it
            }
            foreach (var path in NixTree.Within(code).OfType<NixPath>().Where(path => path.Text.StartsWith('.')))
            {
                var target = Path.GetRelativePath(_folder.Full(at), Path.GetFullPath(path.Text, Path.GetDirectoryName(file)!));
                if (target.StartsWith("..", StringComparison.Ordinal))
                    yield return (shown, source.Position(path.Start).Line, path.Text);
            }
        }
    }

    /// <summary>How a host is that hostlock.toml has already.</summary>
    public HostLayout Of(Host known) =>
        File.Exists(_folder.Full(known.Lock)) ? new(known.FlakeFile, known.Lock, null, "", [])
        : known.FlakeFile == FleetFolder.FlakeFile ? RootCopy(known.Lock, [])
        : OfFlake(known.FlakeFile, known.Lock, InputAt(Path.GetDirectoryName(known.FlakeFile) ?? ""), known.Name.ToString());

    HostLayout RootCopy(string place, ImmutableArray<string> notes) =>
        new(FleetFolder.FlakeFile, place, _rootBytes ?? throw FleetException.NoLock(_folder.RootPlace), "a copy of flake.lock: the same pins", notes);

    // The root takes it in, or it has the host's configuration, or it has inputs and no outputs: then the root puts the host together by them, if
    // they are all that the root asks for.
    bool IsHosts(string at, string? input, string host)
    {
        var file = $"{at}/{FleetFolder.FlakeFile}";
        return input is not null
            || OutputsOf(_folder, file, host) is { IsEmpty: false }
            || (NamesIn(_folder, file) is { All: { IsEmpty: true } } && Declared(file) is { Count: > 0 } declared && _declared.Keys.All(declared.ContainsKey));
    }

    HostLayout OfSecondFile(string flake, string host)
    {
        var layout = OfFlake(flake, $"flake-{host}.lock", null, host);
        var absent = OutputsOf(_folder, flake, host).IsEmpty && Declared(flake) is { } declared ? _declared.Keys.Where(name => !declared.ContainsKey(name)).ToList() : [];
        return absent.Count == 0 ? layout : layout with { Notes = layout.Notes.Add($"'{flake}' does not declare {string.Join(' ', absent)}: {host} cannot use what flake.nix makes of that") };
    }

    HostLayout OfFlake(string flake, string place, string? input, string host)
    {
        var copy = input is null ? null : Copy(input);
        if (ReadLock(place) is { } there)
        {
            var drifted = copy is null ? [] : Moves(copy, there);
            return new(flake, place, null, "", drifted.Length == 0 ? [] : [$"{host} is built by flake.lock's copy of '{place}' now, and by the file itself from then on; they differ in {string.Join(' ', drifted)}, so its derivation will move"]);
        }
        if (copy is not null)
            return new(flake, place, LockFileWriter.Write(copy), $"what flake.lock pins for '{input}': the same pins", []);
        // The pins of the root do for declarations that ask for nothing else.
        if (_rootBytes is not null && Declared(flake) is { } declared && LockStaleness.Between(new(null, declared, RefAttributes.Empty, null), _root!).IsEmpty)
            return new(flake, place, _rootBytes, "a copy of flake.lock: the same pins", []);
        return new(flake, place, null, "", [$"{host} is declared in '{flake}' and has no lock; 'hostlock lock {host}' makes it"]);
    }

    HostLayout OfLock(string host)
    {
        var place = _folder.Fleet.LockOf(host);
        var notes = ImmutableArray.CreateBuilder<string>();
        var usable = new List<(string Path, LockFile Lock, bool IsInPlace)>();
        foreach (var path in Candidates(host))
        {
            var found = TryReadLock(path);
            var absent = found is null ? [] : _declared.Keys.Where(name => !found.Root.Inputs.ContainsKey(name)).ToList();
            if (found is null)
                notes.Add($"'{path}' is not adopted for {host}: it cannot be read as a lock");
            else if (absent.Count > 0)
                notes.Add($"'{path}' is not adopted for {host}: it does not have {string.Join(' ', absent)}");
            else
                usable.Add((path, found, path == place || path == $"flake-{host}.lock"));
        }
        // A file under the very name is meant; of others, the one whose inputs are the newest.
        var chosen = usable.OrderByDescending(each => each.IsInPlace).ThenByDescending(each => Newest(each.Lock)).ThenBy(each => each.Path, Utf8Order.Instance).FirstOrDefault();
        if (chosen.Path is not { } adopted)
            return RootCopy(place, notes.ToImmutable());
        notes.AddRange(usable.Where(each => each.Path != adopted).Select(each => $"'{each.Path}' is passed over for {host}: '{adopted}' {(chosen.IsInPlace ? "has the very name" : "is newer")}"));
        var moves = _root is null ? [] : Moves(_root, chosen.Lock);
        if (moves.Length > 0)
            notes.Add($"{host} is adopted with '{adopted}', which differs from flake.lock in {string.Join(' ', moves)}: its derivation will move");
        return chosen.IsInPlace
            ? new(FleetFolder.FlakeFile, adopted, null, "", notes.ToImmutable())
            : new(FleetFolder.FlakeFile, place, File.ReadAllBytes(_folder.Full(adopted)), $"adopted from '{adopted}'", notes.ToImmutable());
    }

    // plex.lock, flake-plex.lock, plex-home-flake.lock, plex_2024.lock; but plex-2.lock is another host's where there is a plex-2.
    IEnumerable<string> Candidates(string host) =>
        from at in LockFolders
        where Directory.Exists(_folder.Full(at))
        from file in Directory.EnumerateFiles(_folder.Full(at), "*.lock").Order(Utf8Order.Instance)
        let name = Path.GetFileNameWithoutExtension(file)
        let plain = name.StartsWith("flake-", StringComparison.Ordinal) || name.StartsWith("flake_", StringComparison.Ordinal) || name.StartsWith("flake.", StringComparison.Ordinal) ? name[6..] : name
        where BestFit(plain) == host
        select at.Length == 0 ? Path.GetFileName(file) : $"{at}/{Path.GetFileName(file)}";

    string? BestFit(string name) =>
        _hosts.Where(host => name == host || (name.StartsWith(host, StringComparison.Ordinal) && name[host.Length] is '-' or '_' or '.')).MaxBy(host => host.Length);

    // The lock that a sub-flake has inside of flake.lock; null where it is not there, or follows something outside of itself.
    LockFile? Copy(string input)
    {
        if (_root?.EdgeAt(InputPath.Of(input)) is not LockEdge.Locked(var node))
            return null;
        var isWhole = true;
        var copy = new LockFile(new(Below(node.Inputs)));
        return isWhole ? copy : null;

        NameMap<LockEdge> Below(NameMap<LockEdge> inputs) =>
            NameMap<LockEdge>.Of([.. inputs.Select(each => KeyValuePair.Create(each.Key, Inward(each.Value)))]);

        LockEdge Inward(LockEdge edge)
        {
            switch (edge)
            {
                case LockEdge.Locked(var child):
                    return new LockEdge.Locked(child.WithInputs(Below(child.Inputs)));
                case LockEdge.Follows({ IsRoot: false } target) when target.Names[0] == input:
                    return new LockEdge.Follows(target.Length == 1 ? InputPath.Root : InputPath.Of([.. target.Names.Skip(1)]));
                default:
                    isWhole = false;
                    return edge;
            }
        }
    }

    // The root's input that is the flake in a folder.
    string? InputAt(string at) =>
        _declared.FirstOrDefault(input => input.Value.Reference is { IsRelativePath: true } reference && Plain(reference.Input.Text("path")!) == at).Key;

    static string Plain(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..].TrimEnd('/') : path.TrimEnd('/');

    static ImmutableArray<string> Moves(LockFile before, LockFile after) =>
        [.. LockDiff.Between(before, after).Changes.Select(change => change.Path.Names[0]).Distinct()];

    static ulong Newest(LockFile file) =>
        file.Root.Inputs.Select(input => (input.Value as LockEdge.Locked)?.Node.Locked.LastModified ?? 0).DefaultIfEmpty().Max();

    LockFile? ReadLock(string path) => File.Exists(_folder.Full(path)) ? LockFileReader.Read(path, File.ReadAllBytes(_folder.Full(path))) : null;

    LockFile? TryReadLock(string path)
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

    // What a flake file declares; null where there is none, or it makes no sense: that is for other commands to say.
    ImmutableSortedDictionary<string, FlakeInput>? Declared(string file)
    {
        try
        {
            return File.Exists(_folder.Full(file)) ? FlakeNixParser.Parse(new SourceText(file, File.ReadAllText(_folder.Full(file))), Path.GetDirectoryName(file) ?? "").Inputs : null;
        }
        catch (FlakeException)
        {
            return null;
        }
    }

    static OutputNames? NamesIn(FleetFolder folder, string file)
    {
        try
        {
            return OutputNames.Read(new SourceText(file, File.ReadAllText(folder.Full(file))));
        }
        catch (FlakeException)
        {
            return null;
        }
    }

    static ImmutableArray<string> OutputsOf(FleetFolder folder, string file, string host) =>
        NamesIn(folder, file) is { } names ? [.. OutputNames.HostOutputs.Where(output => names.Configurations.TryGetValue(output, out var hosts) && hosts.Contains(host))] : [];

    // The folders with a flake in one of the places where people keep hosts.
    static IEnumerable<string> Folders(FleetFolder folder, string at)
    {
        var roots = at.EndsWith("/*", StringComparison.Ordinal)
            ? Directory.Exists(folder.Full(at[..^2])) ? Directory.EnumerateDirectories(folder.Full(at[..^2])) : []
            : [folder.Full(at)];
        return roots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Where(each => File.Exists(Path.Combine(each, FleetFolder.FlakeFile)))
            .Select(each => Path.GetRelativePath(folder.Path, each))
            .Order(Utf8Order.Instance);
    }
}
