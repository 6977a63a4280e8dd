using System.Security.Cryptography;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Fleets;

/// <summary>
/// A flake on disk. The only code that knows where flake.nix, flake.lock, hostlock.toml, hostlock.nix and the locks of the hosts lie.
/// </summary>
public sealed class FleetFolder
{
    public const string FlakeFile = "flake.nix", RootLock = "flake.lock", Library = "hostlock.nix";

    FleetFolder(string path, Fleet fleet, bool hasFleetFile) => (Path, Fleet, HasFleetFile) = (path, fleet, hasFleetFile);

    /// <summary>The folder of flake.nix.</summary>
    public string Path { get; }

    public Fleet Fleet { get; }

    public bool HasFleetFile { get; }

    /// <summary>Finds the flake in a folder or above it, and reads its hostlock.toml where it has one.</summary>
    public static FleetFolder Open(string folder)
    {
        for (var at = System.IO.Path.GetFullPath(folder); at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (!File.Exists(System.IO.Path.Combine(at, FlakeFile)))
                continue;
            var file = System.IO.Path.Combine(at, FleetFile.Name);
            return File.Exists(file) ? new(at, FleetFile.Read(File.ReadAllText(file)), true) : new(at, Fleet.Empty, false);
        }
        throw FleetException.NoFlake(folder);
    }

    public string Full(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>The root lock.</summary>
    public LockPlace RootPlace => Place(RootLock, FlakeFile, [HostName.Root], NameMap<string>.Empty, NameMap<Freeze>.Empty);

    /// <summary>Every lock there is: the root's, then those of the hosts by name. A lock that several share is there once.</summary>
    public IReadOnlyList<LockPlace> AllPlaces() => Places([HostName.Root, .. Fleet.Hosts.Select(host => host.Name.ToString())]);

    /// <summary>The locks that words name: hosts, <c>root</c>, and <c>@ring</c>. In the order named, each once.</summary>
    /// <exception cref="FleetException">A word names nothing.</exception>
    public IReadOnlyList<LockPlace> Places(IEnumerable<string> words)
    {
        var places = new List<LockPlace>();
        foreach (var name in words.SelectMany(Names))
        {
            if (!places.Any(place => place.Sharers.Contains(name)))
                places.Add(PlaceOf(name));
        }
        return places;
    }

    IEnumerable<string> Names(string word)
    {
        if (!word.StartsWith('@'))
            return [word];
        var ring = word[1..];
        return Fleet.Rings.Contains(ring)
            ? Fleet.Hosts.Where(host => host.Ring == ring).Select(host => host.Name.ToString())
            : throw FleetException.NoSuchRing(ring, Fleet.Rings);
    }

    LockPlace PlaceOf(string name)
    {
        if (name == HostName.Root)
            return RootPlace;
        var host = Fleet.Hosts.FirstOrDefault(host => host.Name.ToString() == name)
            ?? throw FleetException.UnknownHost(name, Fleet.Hosts.Select(host => host.Name.ToString()));
        if (host.Lock == RootLock)
            return RootPlace;
        var sharers = Fleet.Hosts.Where(other => other.Lock == host.Lock).Select(other => other.Name.ToString()).ToList();
        return Place(host.Lock, host.FlakeFile, sharers, host.References, host.Frozen);
    }

    LockPlace Place(string file, string flake, List<string> sharers, NameMap<string> references, NameMap<Freeze> frozen)
    {
        var slash = flake.LastIndexOf('/');
        return new(sharers[0], sharers, Full(file), file, slash < 0 ? "" : flake[..slash], flake[(slash + 1)..], references, frozen);
    }

    /// <summary>
    /// Keeps other writers out until it is disposed of, or this program ends in whatever way. The
    /// kernel lets go of the lock by itself; the empty file stays.
    /// </summary>
    /// <param name="cacheFolder">Where the mark is kept for a flake that is in no git repository.</param>
    /// <exception cref="FleetException">Somebody else is writing.</exception>
    public IDisposable Reserve(string cacheFolder)
    {
        var git = Full(".git");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path)))[..16];
        var file = Directory.Exists(git) ? System.IO.Path.Combine(git, "hostlock.busy") : System.IO.Path.Combine(cacheFolder, $"{name}.busy");
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            // The runtime takes an advisory lock (flock) for an exclusive share.
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw FleetException.Busy(file);
        }
        catch (UnauthorizedAccessException why)
        {
            throw PlatformException.CannotWrite(file, why);
        }
    }
}
