using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Locks;

namespace Hostlock.Fleets;

/// <summary>One input of one lock, compared with the same input of the other locks.</summary>
/// <param name="Name">The path of the input. It has one name unless an input of an input is asked about.</param>
/// <param name="Edge">The entry of the input: locked, or a follows.</param>
/// <param name="SecondsBehind">The seconds by which the input is older than the newest one with the same reference; 0 for the
/// newest.</param>
/// <param name="Freeze">The freeze of the input; null if it is not frozen.</param>
public sealed record InputStatus(string Name, LockEdge Edge, ulong SecondsBehind, Freeze? Freeze)
{
    /// <summary>True if another lock has an older revision of the same reference, and none a newer one.</summary>
    public bool IsAhead { get; init; }

    /// <summary>The locked node; null if the input has none, because it follows another.</summary>
    public FlakeRef? Locked => (Edge as LockEdge.Locked)?.Node.Locked;
}

/// <summary>One lock of the fleet: its inputs, or the reason why it cannot be read.</summary>
/// <param name="Place">The place of the lock.</param>
/// <param name="Lock">The lock; null if the file does not exist or cannot be read.</param>
/// <param name="Inputs">The inputs that are asked about, by path; otherwise those directly beneath the flake, by name.</param>
/// <param name="Problem">The reason why the lock cannot be read; null if it was read, or the file does not exist.</param>
public sealed record LockStatus(LockPlace Place, LockFile? Lock, ImmutableArray<InputStatus> Inputs, HostlockException? Problem)
{
    /// <summary>True if git could not merge the lock and nobody has settled it yet; the file has our side of the conflicts.</summary>
    public bool IsUnmerged { get; init; }

    /// <summary>True if the lock differs from that in the commit of HEAD.</summary>
    public bool IsUncommitted { get; init; }

    /// <summary>The difference between the lock and what is declared; null if there is none, or nobody compared them.</summary>
    public Staleness? Stale { get; init; }

    /// <summary>The same, with no word on how other inputs differ from what is declared.</summary>
    /// <param name="asked">The inputs that are asked about.</param>
    public LockStatus About(InputSelection asked) =>
        Stale is { Inputs: var all } && !asked.IsAll
            ? this with
            {
                Stale = all.Where(input => asked.Includes(input.Path)).ToImmutableArray() is { IsEmpty: false } inputs
                    ? Stale with { Inputs = inputs }
                    : null,
            }
            : this;
}

/// <summary>The difference between a lock and what its flake declares.</summary>
/// <param name="Inputs">The inputs in which it differs, at least one.</param>
/// <param name="CanBeLocked">False if a declaration makes no sense, so that nothing can be locked before it is put right.</param>
public sealed record Staleness(ImmutableArray<StaleInput> Inputs, bool CanBeLocked);

/// <summary>The state of a flake's locks, and what is known of its hosts.</summary>
/// <param name="Fleet">The hosts and rings of hostlock.toml.</param>
/// <param name="Locks">The state of the locks that are asked about.</param>
/// <param name="Listed">The hosts of hostlock.toml, compared with those of flake.nix.</param>
public sealed record FleetState(Fleet Fleet, IReadOnlyList<LockStatus> Locks, ListedHosts Listed)
{
    /// <summary>The inputs that are asked about.</summary>
    public InputSelection Asked { get; init; } = InputSelection.All;

    /// <summary>The locks, without those of hosts that hostlock.toml misspells: nobody needs them.</summary>
    public IEnumerable<LockStatus> Needed => Locks.Where(status => status.Lock is not null || !Listed.IsMisspelt(status.Place.Owner));
}

/// <summary>Reads the state of locks from the files alone. No program is run, and no network is used.</summary>
public static class FleetStatus
{
    const int MostInTurn = 32;

    /// <summary>Reads locks, many of them in parallel, and returns them in the order given.</summary>
    /// <param name="places">The locks.</param>
    public static IReadOnlyList<LockStatus> Read(IReadOnlyList<LockPlace> places) => Read(places, InputSelection.All);

    /// <inheritdoc cref="Read(IReadOnlyList{LockPlace})"/>
    /// <param name="places">The locks.</param>
    /// <param name="asked">The inputs that are asked about. A lock need not have them.</param>
    public static IReadOnlyList<LockStatus> Read(IReadOnlyList<LockPlace> places, InputSelection asked)
    {
        var reading = new LockReading();
        // Starting threads takes longer than reading a few files.
        var read = places.Count > MostInTurn
            ? Together.Map(places, place => Read(place, reading))
            : InTurn(places, reading);
        var inputs = Array.ConvertAll(read, one => one.Lock is { } file ? asked.ByPath(file) : null);
        var ages = new InputAges();
        foreach (var file in inputs)
            ages.Add(file);
        var statuses = new List<LockStatus>(read.Length);
        foreach (var (place, file, problem) in read)
            statuses.Add(new(place, file, Inputs(place, inputs[statuses.Count], ages), problem));
        return statuses;
    }

    static (LockPlace Place, LockFile? Lock, HostlockException? Problem)[] InTurn(IReadOnlyList<LockPlace> places, LockReading reading)
    {
        var read = new (LockPlace, LockFile?, HostlockException?)[places.Count];
        for (var i = 0; i < read.Length; i++)
            read[i] = Read(places[i], reading);
        return read;
    }

    /// <summary>Reads some locks of a fleet. An input is ahead or behind in the whole fleet, whichever locks are asked for.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="places">The locks, in the order of the answer.</param>
    /// <param name="asked">The inputs that are asked about.</param>
    /// <exception cref="FleetException">None of the locks has an input that is asked about.</exception>
    public static IReadOnlyList<LockStatus> OfFleet(FleetFolder folder, IReadOnlyList<LockPlace> places, InputSelection asked)
    {
        var all = new Dictionary<string, LockStatus>(StringComparer.Ordinal);
        foreach (var status in Read(folder.AllPlaces(), asked))
            all.Add(status.Place.FullPath, status);
        var locks = new List<LockStatus>(places.Count);
        foreach (var place in places)
            locks.Add(all[place.FullPath]);
        if (!asked.IsAll)
            AskedInputs.Require(asked, locks.ConvertAll(status => (status.Place, status.Lock)));
        return locks;
    }

    /// <summary>Reads the locks of hosts, each file once. A host whose lock does not exist or cannot be read is not among them.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="hosts">The hosts.</param>
    /// <returns>The locks, and why others cannot be read.</returns>
    public static (IReadOnlyDictionary<HostName, LockFile> Locks, IReadOnlyList<HostlockException> Problems) ByHost(
        FleetFolder folder, IReadOnlyList<HostName> hosts)
    {
        var read = Read([.. hosts.Select(host => folder.PlaceOf(host)).DistinctBy(place => place.FullPath)]);
        var byPath = read.ToDictionary(status => status.Place.FullPath, status => status.Lock, StringComparer.Ordinal);
        var locks = new Dictionary<HostName, LockFile>();
        foreach (var host in hosts)
        {
            if (byPath[folder.PlaceOf(host).FullPath] is { } found)
                locks.Add(host, found);
        }
        return (locks, [.. read.Select(status => status.Problem).OfType<HostlockException>()]);
    }

    static (LockPlace Place, LockFile? Lock, HostlockException? Problem) Read(LockPlace place, LockReading reading)
    {
        try
        {
            return (place, HostLocks.Read(place, reading), null);
        }
        catch (HostlockException why)
        {
            return (place, null, why);
        }
    }

    static ImmutableArray<InputStatus> Inputs(LockPlace place, LockFile? file, InputAges ages)
    {
        if (file is null)
            return [];
        var inputs = ImmutableArray.CreateBuilder<InputStatus>(file.Root.Inputs.Count);
        var members = file.Root.Inputs.Members;
        for (var i = 0; i < members.Length; i++)
        {
            var (name, edge) = members[i];
            var (behind, isAhead) = (0UL, false);
            if (edge is LockEdge.Locked(var node) && node.Locked.LastModified is { } modified)
            {
                var range = ages.Of(i, name, node.Original);
                (behind, isAhead) = (range.Newest.SecondsSince(modified), modified == range.Newest && range.Oldest < range.Newest);
            }
            inputs.Add(new(name, edge, behind, place.Frozen.TryGetValue(name, out var freeze) ? freeze : null) { IsAhead = isAhead });
        }
        return inputs.MoveToImmutable();
    }

    /// <summary>The oldest and the newest revision that the locks have of one input with one reference.</summary>
    sealed class AgeRange(Moment first)
    {
        public Moment Oldest { get; private set; } = first;

        public Moment Newest { get; private set; } = first;

        public void Add(Moment moment)
        {
            Oldest = moment < Oldest ? moment : Oldest;
            Newest = moment > Newest ? moment : Newest;
        }
    }

    /// <summary>
    /// The ages of the inputs of a fleet, by name and reference. Hosts have much the same inputs, and references that were read together
    /// are one object, so most are found at the place that they had in the lock before.
    /// </summary>
    sealed class InputAges
    {
        readonly Dictionary<(string, FlakeRef), AgeRange> _known = [];
        readonly List<(string Name, FlakeRef Original, AgeRange Range)> _likely = [];

        public void Add(LockFile? file)
        {
            if (file is null)
                return;
            var members = file.Root.Inputs.Members;
            for (var i = 0; i < members.Length; i++)
            {
                if (members[i].Value is not LockEdge.Locked(var node) || node.Locked.LastModified is not { } modified)
                    continue;
                if (Find(i, members[i].Key, node.Original) is { } range)
                    range.Add(modified);
                else
                    _known[(members[i].Key, node.Original)] = new(modified);
            }
        }

        /// <summary>The range of an input that was added.</summary>
        public AgeRange Of(int index, string name, FlakeRef original) => Find(index, name, original)!;

        AgeRange? Find(int index, string name, FlakeRef original)
        {
            if (index < _likely.Count && _likely[index] is var last && ReferenceEquals(last.Original, original) && last.Name == name)
                return last.Range;
            if (!_known.TryGetValue((name, original), out var range))
                return null;
            while (_likely.Count <= index)
                _likely.Add(default);
            _likely[index] = (name, original, range);
            return range;
        }
    }
}
