using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// Recognises from the files how people give hosts inputs of their own: by a flake in the folder of the host, by a second flake file beside
/// the first, or by a copy of flake.lock under another name. These files are used in place; no file of the user is moved.
/// </summary>
public sealed class HostLayouts
{
    static readonly string[] LockFolders = ["", "locks", "lock_backups", "lock-backups", "backups", "lockfiles"];

    const string CopyOfRoot = "a copy of flake.lock: the same pins";

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
        // A flake without inputs has no lock, and needs none.
        _rootBytes = HostLocks.ReadBytes(folder.RootPlace)
            ?? (_flakes.Declared(FleetFolder.FlakeFile) is { Count: 0 } ? LockFileWriter.Write(LockFile.Empty) : null);
        _root = _rootBytes is null ? null : LockFileReader.Read(folder.RootPlace.RelativePath, _rootBytes);
    }

    /// <summary>The layout of a host that hostlock.toml does not have yet.</summary>
    /// <exception cref="HostlockException">The host would start from the root lock, and the flake has none.</exception>
    public HostLayout Of(HostName host)
    {
        if (File.Exists(_folder.Full($"flake-{host}.nix")))
            return OfSecondFile($"flake-{host}.nix", host);
        var folders = LocalFlakes.HostFolders.Append(".").SelectMany(_flakes.FoldersIn);
        foreach (var at in folders.Where(at => Path.GetFileName(at) == host.ToString()))
        {
            var input = _flakes.RootInputAt(at);
            if (BelongsTo(host, at, input))
                return OfFlake($"{at}/{FleetFolder.FlakeFile}", $"{at}/{FleetFolder.RootLock}", input, host);
        }
        return OfLock(host);
    }

    /// <summary>The pins that build a host with a flake of its own without hostlock; null if only the lock of that flake has
    /// them.</summary>
    /// <param name="known">The host.</param>
    public byte[]? PinsWithout(Host known)
    {
        var input = InputOf(known);
        var today = _root is null || (input is null && !_flakes.OutputsWith(known.FlakeFile, known.Name).IsEmpty) ? null
            : input is null ? _root : InnerLock.AsBuilt(_root, input);
        return today is null ? null : BytesOf(today);
    }

    /// <summary>The layout of a host as hostlock.toml describes it.</summary>
    /// <exception cref="HostlockException">The host would start from the root lock, and the flake has none.</exception>
    public HostLayout Of(Host known) =>
        File.Exists(_folder.Full(known.Lock)) ? new(known.FlakeFile, known.Lock, null, "", [])
        : known.FlakeFile == FleetFolder.FlakeFile ? RootCopy(known.Lock, [])
        : OfFlake(known.FlakeFile, known.Lock, InputOf(known), known.Name);

    string? InputOf(Host known) => _flakes.RootInputAt(Path.GetDirectoryName(known.FlakeFile) ?? "");

    HostLayout RootCopy(string place, ImmutableArray<HostNote> notes) =>
        new(FleetFolder.FlakeFile, place, _rootBytes ?? throw FleetException.NoLock(_folder.RootPlace), CopyOfRoot, notes);

    // Whether the flake in a folder belongs to a host: the root has it as an input, or it defines the host's configuration, or it has
    // inputs and no outputs, and its inputs are all that the root asks for. In that last case the root puts the host together with them.
    bool BelongsTo(HostName host, string at, string? input)
    {
        var file = $"{at}/{FleetFolder.FlakeFile}";
        return input is not null
            || !_flakes.OutputsWith(file, host).IsEmpty
            || (_flakes.Outputs(file) is { All: { IsEmpty: true } }
                && _flakes.Declared(file) is { Count: > 0 } declared
                && _flakes.RootInputs.Keys.All(declared.ContainsKey));
    }

    HostLayout OfSecondFile(string flake, HostName host)
    {
        var layout = OfFlake(flake, $"flake-{host}.lock", null, host);
        if (!_flakes.OutputsWith(flake, host).IsEmpty || _flakes.Declared(flake) is not { } declared)
            return layout;
        var absent = _flakes.RootInputs.Keys.Where(name => !declared.ContainsKey(name)).ToList();
        return absent.Count == 0
            ? layout
            : layout with
            {
                Notes = layout.Notes.Add(new($"'{flake}' does not declare {string.Join(' ', absent)}: {host} cannot use what "
                + $"flake.nix makes of that"))
            };
    }

    // Today, the copy in flake.lock builds the host if the root takes the flake in, and flake.lock itself if the root puts the host
    // together or offers it as well. If only its own lock builds the flake, there is nothing to compare with.
    HostLayout OfFlake(string flake, string place, string? input, HostName host)
    {
        var layout = new HostLayout(flake, place, null, "", []);
        var buildsItself = input is null && !_flakes.OutputsWith(flake, host).IsEmpty;
        var today = _root is null ? null : input is null ? _root : InnerLock.AsBuilt(_root, input);
        var isTodayInLine = today is not null && IsInLine(flake, today);
        if (_flakes.ReadLock(place) is not { } own)
        {
            if (today is null || (input is null && !isTodayInLine))
                return layout with { Notes = [new($"{host} is declared in '{flake}' and has no lock; 'hostlock lock {host}' makes it")] };
            return layout with { Seed = BytesOf(today), What = Origin(input) };
        }
        if (today is null || (buildsItself && _flakes.OutputsWith(FleetFolder.FlakeFile, host).IsEmpty))
            return layout;
        var ahead = Moving(today, own);
        var isOwnInLine = IsInLine(flake, own);
        var staysOwn = buildsItself
            || (isTodayInLine ? isOwnInLine && ahead.All(IsForward) : input is null || isOwnInLine || ahead.IsEmpty);
        if (!staysOwn)
        {
            // Going back is never done unasked: the file gets the pins that the host is built by.
            return layout with
            {
                Seed = BytesOf(today),
                What = Origin(input),
                Notes = [new($"'{place}' is not what builds {host}{(isOwnInLine ? "" : $", and not in line with '{flake}'")}: it gets the "
                    + $"pins that do", Moving(own, today))],
            };
        }
        var by = input is null ? "flake.lock" : $"flake.lock's copy of '{place}'";
        return ahead.IsEmpty ? layout : layout with
        {
            Moves = true,
            Notes = [new($"{host} is built by {by} now, and by '{place}' itself from then on, so its derivation will move", ahead)],
        };
    }

    byte[] BytesOf(LockFile file) => ReferenceEquals(file, _root) ? _rootBytes! : LockFileWriter.Write(file);

    static string Origin(string? input) => input is null ? CopyOfRoot : $"what flake.lock pins for '{input}': the same pins";

    bool IsInLine(string flake, LockFile file) =>
        _flakes.Declared(flake) is { } declared && LockStaleness.Between(new(null, declared, RefAttributes.Empty, null), file).IsEmpty;

    // The changes that matter to the build. Inputs beneath one that moves go with it.
    static ImmutableArray<LockChange> Moving(LockFile before, LockFile after)
    {
        var moving = ImmutableArray.CreateBuilder<LockChange>();
        foreach (var change in LockDiff.Between(before, after).Changes.Where(change => change.Moves))
        {
            if (moving.Count == 0 || !change.Path.StartsWith(moving[^1].Path))
                moving.Add(change);
        }
        return moving.ToImmutable();
    }

    static bool IsForward(LockChange change) =>
        change is { Before: LockEdge.Locked(var before), After: LockEdge.Locked(var after) }
            && before.Locked.LastModified < after.Locked.LastModified;

    HostLayout OfLock(HostName host)
    {
        var place = _folder.Fleet.LockOf(host);
        var notes = ImmutableArray.CreateBuilder<HostNote>();
        var usable = new List<Candidate>();
        foreach (var path in CandidatesFor(host))
        {
            var found = _flakes.TryReadLock(path);
            var candidate = found is null ? null : new Candidate(path, found, path == place || path == $"flake-{host}.lock");
            if (WhyNot(candidate) is { } why)
                notes.Add(new($"'{path}' is not adopted for {host}: {why}"));
            else
                usable.Add(candidate!);
        }
        // A file with exactly the host's name wins; of the others, the one with the newest inputs.
        var adopted = usable
            .OrderByDescending(candidate => candidate.IsInPlace)
            .ThenByDescending(candidate => Newest(candidate.Lock))
            .ThenBy(candidate => candidate.Path, Utf8Order.Instance)
            .FirstOrDefault();
        if (adopted is null)
            return RootCopy(place, notes.ToImmutable());
        foreach (var other in usable.Where(candidate => candidate != adopted))
            notes.Add(
                new($"'{other.Path}' is passed over for {host}: '{adopted.Path}' "
                    + $"{(adopted.IsInPlace ? "has the very name" : "is newer")}"));
        var moves = _root is null ? [] : Moving(_root, adopted.Lock);
        if (!moves.IsEmpty)
            notes.Add(new($"{host} is adopted with '{adopted.Path}', which differs from flake.lock: its derivation will move", moves));
        if (!IsInLine(FleetFolder.FlakeFile, adopted.Lock))
            notes.Add(new($"'{adopted.Path}' is not in line with flake.nix; 'hostlock lock {host}' brings it in line"));
        var layout = adopted.IsInPlace
            ? new HostLayout(FleetFolder.FlakeFile, adopted.Path, null, "", notes.ToImmutable())
            : new HostLayout(
                FleetFolder.FlakeFile, place, _folder.TryReadBytes(adopted.Path), $"adopted from '{adopted.Path}'", notes.ToImmutable());
        return layout with { Moves = !moves.IsEmpty };
    }

    // Why a lock file cannot be the host's; null if it can. A backup that is not in line with flake.nix any more would have to be locked
    // anew at once.
    string? WhyNot(Candidate? candidate)
    {
        if (candidate is null)
            return "it cannot be read as a lock";
        var absent = _flakes.RootInputs.Keys.Where(name => !candidate.Lock.Root.Inputs.ContainsKey(name)).ToList();
        return absent.Count > 0 ? $"it does not have {string.Join(' ', absent)}"
            : candidate.IsInPlace || IsInLine(FleetFolder.FlakeFile, candidate.Lock) ? null
            : "it is not in line with flake.nix";
    }

    /// <summary>A lock file whose name says that it may be a host's.</summary>
    /// <param name="Path">Its path, relative to the flake.</param>
    /// <param name="Lock">Its contents.</param>
    /// <param name="IsInPlace">True if it is already at the place of the host's lock, so that no copy is needed.</param>
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

    // Null if no host has the name.
    HostName? BestFit(string name) => _hosts.Where(host => IsOf(name, host.ToString())).MaxBy(host => host.ToString().Length);

    static bool IsOf(string name, string host) =>
        name == host || (name.StartsWith(host, StringComparison.Ordinal) && name[host.Length] is '-' or '_' or '.');

    static Moment Newest(LockFile file) =>
        file.Root.Inputs.Select(input => (input.Value as LockEdge.Locked)?.Node.Locked.LastModified ?? default).DefaultIfEmpty().Max();
}
