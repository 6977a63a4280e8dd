using System.Text;
using Hostlock.Fetching.Git;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Settings;
using Hostlock.Fleets.Settings.Toml;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>
/// A flake on disk. Only this class knows the paths of flake.nix, flake.lock, hostlock.toml, hostlock.nix and the locks of the hosts.
/// </summary>
public sealed class FleetFolder
{
    /// <summary>The names of the files of a flake.</summary>
    public const string FlakeFile = "flake.nix", RootLock = "flake.lock", Library = "hostlock.nix";

    /// <summary>The largest text file that is read, such as hostlock.toml or flake.nix, in bytes.</summary>
    public const long MaximumText = 8 * 1024 * 1024;

    readonly Dictionary<HostName, Host> _hosts;

    // The last text of hostlock.toml that was read for a place in it: a check may ask for thousands of places.
    TomlTable? _fleetFile;
    readonly ILookup<string, Host> _sharers;
    readonly Lazy<GitPlace?> _repository;

    FleetFolder(string path, Fleet fleet, bool hasFleetFile)
    {
        (Path, Fleet, HasFleetFile) = (path, fleet, hasFleetFile);
        _hosts = fleet.Hosts.ToDictionary(host => host.Name);
        _sharers = fleet.Hosts.ToLookup(host => host.Lock, StringComparer.Ordinal);
        _repository = new(() => GitPlace.Around(path));
    }

    /// <summary>A folder without a flake that stands for hosts: a machine knows only its own settings of its fleet.</summary>
    /// <param name="path">The folder, absolute.</param>
    /// <param name="fleet">The hosts.</param>
    internal static FleetFolder Of(string path, Fleet fleet) => new(path, fleet, false);

    /// <summary>The folder of flake.nix.</summary>
    public string Path { get; }

    /// <summary>The repository in whose work tree the flake lies, which is looked for once; null if it lies in none.</summary>
    internal GitPlace? Repository => _repository.Value;

    /// <summary>The hosts of the flake.</summary>
    public Fleet Fleet { get; }

    /// <summary>True if the flake has a hostlock.toml.</summary>
    public bool HasFleetFile { get; }

    /// <summary>
    /// Finds the flake that a folder lies in, and reads its hostlock.toml if it has one. The flake is the nearest folder upwards with a
    /// hostlock.toml, otherwise the nearest with a flake.nix. Like Nix's, the search ends with the git repository (libflake/flakeref.cc,
    /// parsePathFlakeRefWithFragment), and a folder or a pipe of such a name is found, and refused when it is read.
    /// </summary>
    /// <exception cref="FleetException">There is no flake, or its hostlock.toml makes no sense.</exception>
    public static FleetFolder Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw FleetException.NoFolder(folder);
        var flake = Find(folder) ?? throw FleetException.NoFlake(folder);
        var file = System.IO.Path.Combine(flake, FleetFile.Name);
        return System.IO.Path.Exists(file)
            ? new(flake, FleetFile.Read(RegularFile.ReadText(file, MaximumText, FleetFile.Name)), true)
            : new(flake, Fleet.Empty, false);
    }

    /// <summary>The folder of the flake that a folder lies in, as <see cref="Open"/> finds it; null if there is no flake.</summary>
    public static string? Find(string folder)
    {
        string? flake = null;
        var start = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        for (var at = start; at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (System.IO.Path.Exists(System.IO.Path.Combine(at, FleetFile.Name)))
                return at;
            if (flake is null && System.IO.Path.Exists(System.IO.Path.Combine(at, FlakeFile)))
                flake = at;
            if (System.IO.Path.Exists(System.IO.Path.Combine(at, ".git")))
                break;
        }
        return flake;
    }

    /// <summary>The same flake in another folder, which has a copy of its files.</summary>
    internal FleetFolder MovedTo(string path) => new(path, Fleet, HasFleetFile);

    /// <summary>The same flake as another text of hostlock.toml describes it.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FleetException">It makes no sense.</exception>
    internal FleetFolder As(SourceText text) => new(Path, FleetFile.Read(text), true);

    /// <summary>Reads the text of hostlock.toml.</summary>
    /// <exception cref="HostlockException">It cannot be read, is too large, or is not text.</exception>
    public SourceText ReadFleetFile() => new(FleetFile.Name, ReadText(FleetFile.Name));

    /// <summary>The place of a key in hostlock.toml, such as <c>inputs</c>, <c>nixpkgs</c>; null if the file does not have it.</summary>
    /// <exception cref="HostlockException">The file cannot be read, or is not TOML.</exception>
    public SourceSpan? PlaceInFleetFile(params ReadOnlySpan<string> keys) =>
        FleetFile.PlaceOf(_fleetFile ??= TomlReader.Read(ReadFleetFile()), keys);

    /// <summary>Reads the text of flake.nix.</summary>
    /// <exception cref="HostlockException">It cannot be read, is too large, or is not text.</exception>
    public SourceText ReadFlakeFile() => new(FlakeFile, ReadText(FlakeFile));

    /// <summary>Replaces hostlock.toml.</summary>
    /// <exception cref="HostlockException">It cannot be written.</exception>
    public void WriteFleetFile(string text)
    {
        _fleetFile = null;
        Files.Replace(FleetFile.Name, BytesOf(FleetFile.Name, text));
    }

    /// <summary>The bytes of a new text of a file. The byte order mark stays if the file has one; <see cref="ReadText"/> leaves it
    /// out.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <param name="text">The text.</param>
    internal byte[] BytesOf(string path, string text) =>
        TryReadBytes(path) is { } old && old.AsSpan().StartsWith(Encoding.UTF8.Preamble)
            ? [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)]
            : Encoding.UTF8.GetBytes(text);

    /// <summary>Reads the text of a file of the flake.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <exception cref="PlatformException">The file does not exist, is not a regular file, is too large, is not UTF-8, or cannot be
    /// read.</exception>
    public string ReadText(string path) => RegularFile.ReadText(Full(path), MaximumText, path);

    /// <summary>Reads the text of a file of the flake; null if it does not exist.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <exception cref="PlatformException">The path is not a regular file, or the file is too large, is not UTF-8, or cannot be
    /// read.</exception>
    public string? TryReadText(string path) => RegularFile.TryReadText(Full(path), MaximumText, path);

    /// <summary>Reads the text of a file if it can be read; null if it does not exist, is too large, or cannot be read.</summary>
    /// <param name="path">Relative to the flake.</param>
    public string? TextIfReadable(string path) => RegularFile.TextIfReadable(Full(path), MaximumText);

    /// <summary>Reads the bytes of a lock or another file of the flake; null if it does not exist.</summary>
    /// <param name="path">Relative to the flake.</param>
    /// <exception cref="PlatformException">The path is not a regular file, or the file is too large, or cannot be read.</exception>
    public byte[]? TryReadBytes(string path) => RegularFile.TryRead(Full(path), LockFileReader.MaximumBytes, path);

    /// <summary>Writes and deletes files of the flake.</summary>
    public RepositoryFiles Files => new(Path);

    /// <summary>The absolute path of a file of the flake.</summary>
    /// <param name="relative">Relative to the flake.</param>
    public string Full(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>The root lock.</summary>
    public LockPlace RootPlace => Place(RootLock, FlakeFile, [new LockOwner.Root(), .. SharersOf(RootLock)], NameMap<string>.Empty);

    /// <summary>All locks: the root's, then those of the hosts by name. A lock that several hosts share is listed once.</summary>
    public IReadOnlyList<LockPlace> AllPlaces()
    {
        var places = new List<LockPlace>(Fleet.Hosts.Length + 1) { RootPlace };
        var seen = new HashSet<string>(StringComparer.Ordinal) { RootLock };
        foreach (var host in Fleet.Hosts)
        {
            if (seen.Add(host.Lock))
                places.Add(PlaceOf(host));
        }
        return places;
    }

    /// <summary>The locks that words name, each once, in the order of the words: hosts, <c>root</c>, or <c>@ring</c>. The name of a
    /// configuration that no host can have names the root lock, which builds it.</summary>
    /// <exception cref="FleetException">A word names nothing.</exception>
    public IReadOnlyList<LockPlace> Places(IEnumerable<string> words)
    {
        var places = new List<LockPlace>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in OwnersNamed(words, isRootMeant: true))
        {
            if (seen.Add(LockOf(owner)))
                places.Add(PlaceOf(owner));
        }
        return places;
    }

    /// <summary>The lock that a word names: a host's or the root's.</summary>
    /// <exception cref="FleetException">The word names nothing, or a ring.</exception>
    public LockPlace PlaceNamed(string word) => PlaceOf(OwnerNamed(word));

    /// <summary>The lock of a host, which may be the root lock.</summary>
    /// <exception cref="FleetException">The fleet has no such host.</exception>
    public LockPlace PlaceOf(HostName name) => PlaceOf(HostOf(name));

    /// <summary>The lock of the root or of a host.</summary>
    /// <exception cref="FleetException">The fleet has no such host.</exception>
    public LockPlace PlaceOf(LockOwner owner) => owner switch
    {
        LockOwner.Root => RootPlace,
        LockOwner.Host(var name) => PlaceOf(name),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The root or the one host that a word names.</summary>
    /// <exception cref="FleetException">The word names nothing, or a ring.</exception>
    public LockOwner OwnerNamed(string word) =>
        word.StartsWith('@') ? throw FleetException.NotOneLock(word) : TryOwnerNamed(word) ?? throw Unknown(word);

    /// <summary>The root or the one host that a word names; null if it names neither.</summary>
    public LockOwner? TryOwnerNamed(string word) =>
        word == HostName.Root ? new LockOwner.Root()
        : HostName.TryParse(word) is { } name && _hosts.ContainsKey(name) ? new LockOwner.Host(name)
        : null;

    /// <summary>True if a word names a configuration in flake.nix that only the root lock can build, because no host can be called
    /// that, and neither is a ring.</summary>
    public bool IsBuiltByRootAlone(string word) =>
        HostName.TryParse(word) is null
        && word != HostName.Root
        && !(word.StartsWith('@') && Fleet.Rings.Any(ring => ring.Name == word[1..]))
        && new LocalFlakes(this).Outputs(FlakeFile) is { } names
        && names.Configurations.Values.Any(known => known.Contains(word));

    /// <summary>All that words name, each once, in the order of the words: the root, a host, or the hosts of a ring.</summary>
    /// <exception cref="FleetException">A word names nothing. If several do, the error is about all of them.</exception>
    public IReadOnlyList<LockOwner> OwnersNamed(IEnumerable<string> words) => OwnersNamed(words, isRootMeant: false);

    List<LockOwner> OwnersNamed(IEnumerable<string> words, bool isRootMeant)
    {
        var (found, wrong) = (new List<LockOwner>(), new List<FleetException>());
        foreach (var word in words.Distinct())
        {
            if (isRootMeant && IsBuiltByRootAlone(word))
                found.Add(new LockOwner.Root());
            else if (WhyNothing(word) is { } why)
                wrong.Add(why);
            else if (word.StartsWith('@'))
                found.AddRange(Fleet.Hosts.Where(host => host.Ring == word[1..]).Select(host => new LockOwner.Host(host.Name)));
            else
                found.Add(TryOwnerNamed(word)!);
        }
        return wrong switch
        {
            [] => [.. found.Distinct()],
            [var only] => throw only,
            _ => throw FleetException.Several(wrong),
        };
    }

    // Why a word names neither the root nor hosts; null if it names some.
    FleetException? WhyNothing(string word)
    {
        if (!word.StartsWith('@'))
            return TryOwnerNamed(word) is null ? Unknown(word) : null;
        var ring = word[1..];
        if (Fleet.Rings.All(known => known.Name != ring))
            return FleetException.NoSuchRing(ring, Fleet.Rings.Select(known => known.Name));
        return Fleet.Hosts.Any(host => host.Ring == ring) ? null : FleetException.RingIsEmpty(ring);
    }

    /// <summary>The host with a name.</summary>
    /// <exception cref="FleetException">There is no such host; the hint suggests a similar name.</exception>
    public Host HostOf(HostName name) => TryHostOf(name) ?? throw Unknown(name.ToString());

    /// <summary>A host; null if the fleet has no such host, or has it no longer.</summary>
    /// <param name="name">The name of the host.</param>
    public Host? TryHostOf(HostName name) => _hosts.GetValueOrDefault(name);

    /// <summary>The error of a word that names nothing in any of several flakes: that of a flake which knows it as something else, or one
    /// that knows the hosts of all.</summary>
    /// <param name="flakes">The flakes, at least one.</param>
    /// <param name="word">The word.</param>
    /// <returns>The error, and the flake that it is of; null if it is of all.</returns>
    public static (FleetException Why, FleetFolder? Of) WhyNothing(IReadOnlyList<FleetFolder> flakes, string word)
    {
        if (word.StartsWith('@'))
            return (
                flakes.Any(flake => flake.Fleet.Rings.Any(ring => ring.Name == word[1..]))
                    ? FleetException.RingIsEmpty(word[1..])
                    : FleetException.NoSuchRing(
                        word[1..], flakes.SelectMany(flake => flake.Fleet.Rings).Select(ring => ring.Name).Distinct()),
                null);
        foreach (var flake in flakes)
        {
            if (flake.Unknown(word) is { IsUnknownHost: false } why)
                return (why, flake);
        }
        return (FleetException.UnknownHost(word, flakes.SelectMany(flake => flake.HostNames).Distinct()), null);
    }

    // For a word that names an input, the hint says where inputs belong; for a host of flake.nix, how to adopt it.
    FleetException Unknown(string word)
    {
        var names = new LocalFlakes(this).Outputs(FlakeFile);
        if (NotAdopted(word) is { } host)
            return FleetException.NotAdopted(host, HasFleetFile);
        if (IsBuiltByRootAlone(word))
            return FleetException.NotNamedLikeAHost(word);
        if (InputIn(word) is { Input: var input })
            return FleetException.InputForHost(word, input);
        return HasFleetFile && names is { AreComplete: false } && HostName.TryParse(word) is { } computed
            ? FleetException.MayBeNew(computed, HostNames)
            : FleetException.UnknownHost(word, HostNames);
    }

    // The host of flake.nix that a word names and that hostlock.toml does not have; null if there is none.
    HostName? NotAdopted(string word) =>
        HostName.TryParse(word) is { } host
        && ((new LocalFlakes(this).Outputs(FlakeFile) is { } names && NamedHosts.In(names).ContainsKey(host))
            || new LocalFlakes(this).Hosts(known => known == host).Count > 0)
            ? host
            : null;

    /// <summary>The input that a word names if it stands where a host belongs: <c>nixpkgs</c>, or <c>plex/nixpkgs</c>, which names the host
    /// as well. Null if the word names a host, or no input of the root lock.</summary>
    public (LockOwner? Owner, string Input)? InputNamed(string word) =>
        TryOwnerNamed(word) is not null || word.StartsWith('@') || NotAdopted(word) is not null || IsBuiltByRootAlone(word)
            ? null
            : InputIn(word);

    (LockOwner? Owner, string Input)? InputIn(string word)
    {
        if (word.Split('/', 2) is [var first, { Length: > 0 } input] && TryOwnerNamed(first) is { } owner)
            return (owner, input);
        return InputPath.TryParse(word) is { IsRoot: false } path
            && new LocalFlakes(this).TryReadLock(RootLock)?.EdgeAt(path) is not null
            ? (null, word)
            : null;
    }

    IEnumerable<HostName> HostNames => Fleet.Hosts.Select(host => host.Name);

    IEnumerable<LockOwner> SharersOf(string lockPath) => _sharers[lockPath].Select(host => new LockOwner.Host(host.Name));

    // If one host of a shared lock freezes an input, the input is frozen for all of them.
    NameMap<Freeze> FrozenOf(string lockPath)
    {
        return _sharers[lockPath].ToList() switch
        {
            [] => NameMap<Freeze>.Empty,
            [var only] => only.Frozen,
            var sharers => NameMap<Freeze>.Of([.. sharers.SelectMany(host => host.Frozen)]),
        };
    }

    // The path of a lock, without its place.
    string LockOf(LockOwner owner) => owner is LockOwner.Host(var name) ? HostOf(name).Lock : RootLock;

    LockPlace PlaceOf(Host host) =>
        host.Lock == RootLock ? RootPlace : Place(host.Lock, host.FlakeFile, [.. SharersOf(host.Lock)], host.References);

    LockPlace Place(string file, string flake, List<LockOwner> sharers, NameMap<string> references)
    {
        var slash = flake.LastIndexOf('/');
        return LockPlace.Of(Path, file, sharers) with
        {
            FlakeFolder = slash < 0 ? "" : flake[..slash],
            FlakeFile = flake[(slash + 1)..],
            References = references,
            Frozen = FrozenOf(file),
        };
    }

    /// <summary>
    /// Keeps other writers out until the result is disposed of, or this program ends in any way: the kernel then lets go by itself. No file
    /// is made for it.
    /// </summary>
    /// <exception cref="FleetException">Another hostlock is writing.</exception>
    public IDisposable Reserve() => FolderLock.TryTake(Path) ?? throw FleetException.Busy(Path);
}
