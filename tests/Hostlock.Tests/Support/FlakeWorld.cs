using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;

namespace Hostlock.Tests.Support;

/// <summary>
/// A world of repositories in memory, for what locks, updates and judges without a network. Each has versions, and each version is a day
/// younger than the one before it, whichever repository it belongs to; the first is from 2020-01-02.
/// </summary>
/// <example><code>
/// var world = new FlakeWorld();
/// var old = world.Flake("github:acme/a");
/// var before = await world.LockAsync("""a.url = "github:acme/a";""");
/// var young = world.Flake("github:acme/a", """b.url = "github:acme/b";""");
/// world.Break("github:acme/b");
/// </code></example>
sealed class FlakeWorld : IFlakeSource
{
    // The attributes that pin a reference. They do not belong to the place of the repository.
    static readonly string[] Pins = ["ref", "rev", "narHash", "lastModified", "revCount"];

    readonly ConcurrentDictionary<RefAttributes, Repository> _repositories;
    readonly ConcurrentDictionary<(string Registry, string Id), FlakeRef> _registries;
    readonly ConcurrentQueue<(string Question, string Reference)> _asked;
    readonly ConcurrentDictionary<RefAttributes, bool> _atHand = [];
    readonly string _registry;
    int _day, _version;
    bool _isOneDay;

    public FlakeWorld() => (_repositories, _registries, _asked, _registry) = ([], [], [], "");

    FlakeWorld(FlakeWorld world, string registry) =>
        (_repositories, _registries, _asked, _registry) = (world._repositories, world._registries, world._asked, registry);

    /// <summary>
    /// The references whose trees were fetched, each once, in the order asked. Every source remembers its answers, so that asking twice
    /// costs nothing.
    /// </summary>
    public IReadOnlyList<string> Fetched => Asked("fetch");

    /// <summary>The locked references whose files were read, each once, in the order asked.</summary>
    public IReadOnlyList<string> Read => Asked("read");

    /// <summary>The references whose newest revision was asked for, each once, in the order asked.</summary>
    public IReadOnlyList<string> AskedForNewest => Asked("newest");

    /// <summary>The date of a day of this world, counted from 2020-01-01.</summary>
    public static DateTimeOffset Day(int day) => new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day);

    /// <summary>The text of a flake.nix that declares inputs and has no outputs.</summary>
    /// <param name="inputs">The attributes of <c>inputs</c>: <c>a.url = "github:acme/a";</c>.</param>
    public static string FlakeNix(string inputs) => $"{{\n  inputs = {{\n    {inputs}\n  }};\n  outputs = _: {{ }};\n}}\n";

    /// <summary>Adds a version that is a flake with these inputs, and returns its pinned reference.</summary>
    /// <param name="reference">The repository, and the branch if it is not the default one: <c>github:acme/a/next</c>.</param>
    /// <param name="inputs">As for <see cref="FlakeNix"/>.</param>
    public FlakeRef Flake(string reference, string inputs = "") => Commit(reference, ("flake.nix", FlakeNix(inputs)));

    /// <summary>Adds a version that has these files, and returns its pinned reference.</summary>
    public FlakeRef Commit(string reference, params IEnumerable<(string Path, string Text)> files) =>
        Commit(reference, MemoryFiles.Of(files));

    /// <summary>Adds a version that is this tree, and returns its pinned reference.</summary>
    public FlakeRef Commit(string reference, MemoryFiles files)
    {
        var parsed = Parse(reference);
        var branch = _repositories.GetOrAdd(KeyOf(parsed), _ => new()).Branches.GetOrAdd(parsed.Ref ?? "", _ => []);
        var id = Revision.Parse(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{parsed} {++_version}")))[..40]);
        _day += _isOneDay && _day > 0 ? 0 : 1;
        var version = new Version(id, Moment.Of(Day(_day)), branch.Count + 1, files, files.Hash());
        branch.Add(version);
        return Pinned(parsed, version);
    }

    /// <summary>From now on all versions are of one day, as commits within a second are.</summary>
    public void OneDay() => _isOneDay = true;

    /// <summary>Makes a repository unreachable, for all that is asked from now on.</summary>
    public void Break(string reference) => RepositoryOf(Parse(reference)).IsBroken = true;

    /// <summary>Makes a repository reachable again.</summary>
    public void Mend(string reference) => RepositoryOf(Parse(reference)).IsBroken = false;

    /// <summary>Has the tree of a pinned reference at hand, as if an earlier run had read it.</summary>
    public void Keep(FlakeRef locked) => _atHand[locked.Input] = true;

    /// <summary>Says what an indirect reference stands for.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="reference">What it stands for.</param>
    /// <param name="registry">The registry that says so, as <c>nixConfig.flake-registry</c> names it; empty for the usual one.</param>
    public void Register(string id, string reference, string registry = "") => _registries[(registry, id)] = Parse(reference);

    /// <summary>Forgets what was asked.</summary>
    public void ForgetQuestions() => _asked.Clear();

    /// <summary>A flake to lock that declares these inputs.</summary>
    /// <param name="inputs">As for <see cref="FlakeNix"/>.</param>
    public static TopFlake Top(string inputs)
    {
        var text = FlakeNix(inputs);
        return new(FlakeNixParser.Parse(new("flake.nix", text), warnings: []), new(MemoryFiles.Of(("flake.nix", text)), TreePath.Root));
    }

    /// <summary>Resolves a flake with these inputs.</summary>
    /// <param name="inputs">As for <see cref="FlakeNix"/>.</param>
    /// <param name="old">Its lock; none if it is null.</param>
    /// <param name="request">What to move; nothing if it is null.</param>
    public Task<ResolvedLock> ResolveAsync(string inputs, LockFile? old = null, LockRequest? request = null) =>
        new LockResolver(this)
            .ResolveAsync(Top(inputs), old ?? LockFile.Empty, request ?? new LockRequest.InLine(), TestContext.Current.CancellationToken);

    /// <summary>The lock of a flake with these inputs.</summary>
    public async Task<LockFile> LockAsync(string inputs, LockFile? old = null, LockRequest? request = null) =>
        (await ResolveAsync(inputs, old, request)).Lock;

    public void Asked(FlakeRef reference, InputPath input)
    {
    }

    public IFlakeSource WithRegistry(string registry) => new FlakeWorld(this, registry);

    public async Task<FetchedTree> FetchAsync(FlakeRef reference, RegistryScope registries, CancellationToken cancellationToken)
    {
        await Ask("fetch", reference, cancellationToken);
        var resolved = Resolve(reference);
        var version = Reachable(resolved).Find(resolved, null);
        if (resolved.NarHash is { } expected && expected != version.NarHash)
            throw FetchException.HashMismatch(resolved, expected, version.NarHash);
        return new(Pinned(resolved, version), version.Files, []) { Resolved = resolved };
    }

    public async Task<TreeFiles> ReadAsync(FlakeRef locked, CancellationToken cancellationToken)
    {
        await Ask("read", locked, cancellationToken);
        return Reachable(locked).Find(locked, null).Files;
    }

    public bool IsAtHand(FlakeRef locked) => _atHand.ContainsKey(locked.Input);

    public async Task<NewestRevision?> NewestAsync(FlakeRef reference, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        await Ask("newest", reference, cancellationToken);
        var resolved = Resolve(reference);
        if (!HasRevisions(resolved))
            return null;
        var version = Reachable(resolved).Find(resolved, before);
        return new(version.Id, version.Time);
    }

    public async Task<RevisionDistance?> DistanceAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken)
    {
        await Ask("distance", later, cancellationToken);
        if (KeyOf(earlier) != KeyOf(later))
            return null;
        var (from, to) = (Reachable(earlier).Find(earlier, null), Reachable(later).Find(later, null));
        var after = Reachable(later).Upto(to).SkipWhile(version => version != from).ToList();
        return new(after.Count > 0, after.Count > 0 ? (ulong)after.Count - 1 : null);
    }

    public async Task<IReadOnlyList<NewestRevision>> BetweenAsync(FlakeRef earlier, FlakeRef later, CancellationToken cancellationToken)
    {
        await Ask("between", later, cancellationToken);
        if (!HasRevisions(later) || KeyOf(earlier) != KeyOf(later))
            throw FetchException.NoHistory(later);
        var repository = Reachable(later);
        var (from, to) = (repository.Find(earlier, null), repository.Find(later, null));
        var after = repository.Upto(to).SkipWhile(version => version != from).ToList();
        return after.Count > 0
            ? [.. after.Skip(1).Select(version => new NewestRevision(version.Id, version.Time))]
            : throw FetchException.NotAnAncestor(later.ToString(), from.Id, to.Id);
    }

    static FlakeRef Parse(string reference) => FlakeRef.ParseInput(reference, wantsTree: true, null, null);

    IReadOnlyList<string> Asked(string question) =>
        [.. _asked.Where(asked => asked.Question == question).Select(asked => asked.Reference).Distinct()];

    // Yields before the answer, so that other tasks run, as they do while the network is asked.
    async Task Ask(string question, FlakeRef reference, CancellationToken cancellationToken)
    {
        _asked.Enqueue((question, reference.ToString()));
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
    }

    FlakeRef Resolve(FlakeRef reference)
    {
        if (reference.Type != "indirect")
            return reference;
        var id = reference.Input.Text("id")!;
        return _registries.TryGetValue((_registry, id), out var entry)
            ? entry.Apply(reference.Ref, reference.Revision)
            : throw FetchException.NotInRegistries(id, RegistryScope.Limited);
    }

    Repository RepositoryOf(FlakeRef reference) =>
        _repositories.GetValueOrDefault(KeyOf(reference)) ?? throw FetchException.NoRepository(reference.ToString());

    Repository Reachable(FlakeRef reference) =>
        RepositoryOf(reference) is { IsBroken: false } repository
            ? repository
            : throw FetchException.Unreachable(reference.ToString(), "it is broken");

    static RefAttributes KeyOf(FlakeRef reference) => Pins.Aggregate(reference.Input, (input, pin) => input.Without(pin));

    static bool HasRevisions(FlakeRef reference) => reference.Type is "git" or "github" or "gitlab" or "sourcehut";

    static FlakeRef Pinned(FlakeRef reference, Version version)
    {
        var pinned = KeyOf(reference).With("narHash", version.NarHash).With("lastModified", version.Time);
        if (HasRevisions(reference))
            pinned = pinned.With("rev", version.Id);
        if (reference.Type == "git")
            pinned = pinned.With("ref", reference.Ref ?? "refs/heads/main").With("revCount", (ulong)version.Count);
        return new(pinned, "");
    }

    sealed record Version(Revision Id, Moment Time, int Count, MemoryFiles Files, string NarHash);

    sealed class Repository
    {
        // By name; the default branch has none. Each has its oldest version first.
        public ConcurrentDictionary<string, List<Version>> Branches { get; } = [];

        public bool IsBroken { get; set; }

        public Version Find(FlakeRef reference, DateTimeOffset? before)
        {
            if (reference.Revision is { } revision)
                return All.FirstOrDefault(version => version.Id.ToString() == revision)
                    ?? throw FetchException.NoSuchRevision(reference.ToString(), revision);
            // Versions of a type without revisions are told apart by their hashes.
            if (reference.NarHash is { } hash)
                return All.FirstOrDefault(version => version.NarHash == hash) ?? Branches[""][^1];
            // A name that no branch has may be the beginning of a revision.
            if (reference.Ref is { } name && !Branches.ContainsKey(name)
                && All.FirstOrDefault(version => version.Id.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase)) is { } begun)
                return begun;
            var branch = Branches.GetValueOrDefault(reference.Ref ?? "")
                ?? throw FetchException.NoSuchRef(reference.ToString(), reference.Ref ?? "HEAD");
            return before is not { } time
                ? branch[^1]
                : branch.FindLast(version => version.Time.Date <= time)
                    ?? throw FetchException.NothingSoOld(reference.ToString(), time);
        }

        /// <summary>A version and those before it on its branch, the oldest first.</summary>
        public IEnumerable<Version> Upto(Version version)
        {
            var branch = Branches.Values.First(versions => versions.Contains(version));
            return branch.Take(branch.IndexOf(version) + 1);
        }

        IEnumerable<Version> All => Branches.Values.SelectMany(versions => versions);
    }
}
