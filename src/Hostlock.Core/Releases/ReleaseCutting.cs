using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;
using Hostlock.Rollouts.Steps;

namespace Hostlock.Releases;

/// <summary>A request for a release.</summary>
/// <param name="Hosts">The hosts whose systems are new in it; null for all that may be changed.</param>
/// <param name="Lifetime">The time in which machines may begin with the release.</param>
public sealed record ReleaseRequest(IReadOnlyList<Host>? Hosts, TimeSpan Lifetime)
{
    /// <summary>The name of the fleet; null for that of the last release.</summary>
    public FleetName? Fleet { get; init; }

    /// <summary>The file of the key that signs it, absolute; null to plan the release: then nothing is built, signed or kept.</summary>
    public string? Key { get; init; }

    /// <summary>A folder that its files are written to as well, absolute; null for none.</summary>
    public string? Output { get; init; }

    /// <summary>If true, the releases of the upstream repository are taken up first, and the new one is pushed there.</summary>
    public bool IsPushed { get; init; }
}

/// <summary>A release that was cut.</summary>
/// <param name="Release">The release.</param>
/// <param name="Last">The release before it; null if it is the first.</param>
public sealed record CutRelease(ReleaseManifest Release, ReleaseManifest? Last);

/// <summary>Is told how cutting a release goes.</summary>
public interface IReleaseWatcher
{
    /// <summary>Files are not in the systems, because no commit has them.</summary>
    /// <param name="files">The files, by their paths in the repository.</param>
    void LeftOut(IReadOnlyList<string> files);

    /// <summary>Systems are built from now on.</summary>
    /// <param name="systems">The number of systems.</param>
    void Builds(int systems);
}

/// <summary>
/// Cuts releases: the systems are made of HEAD, the list of them is signed, and goes into refs/hostlock/releases, and into a folder for a
/// web server if one is named. No file of the user is changed.
/// </summary>
/// <param name="processes">Runs git and ssh-keygen.</param>
/// <param name="folder">The flake.</param>
/// <param name="build">Builds systems.</param>
/// <param name="watcher">Is told how it goes.</param>
/// <param name="now">The present time.</param>
public sealed class ReleaseCutting(
    IProcessRunner processes, FleetFolder folder, SystemBuild build, IReleaseWatcher watcher, DateTimeOffset now)
{
    readonly ReleaseHosts _hosts = ReleaseHosts.Of(folder.Fleet, DateOnly.FromDateTime(now.UtcDateTime));

    /// <summary>Cuts a release, or plans it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rootOf">A link, by host, that keeps the system from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The request makes no sense, a lock is not committed, a system cannot be built, or the release
    /// cannot be signed, kept or pushed.</exception>
    public async Task<CutRelease> CutAsync(ReleaseRequest request, Func<HostName, string> rootOf, CancellationToken cancellationToken)
    {
        var repository = ReleaseRepository.Open(processes, folder);
        var output = request.Output is { } path ? ReleaseFolder.Outside(repository.Root, path) : null;
        if (request.IsPushed)
            await repository.FetchAsync(cancellationToken);
        var last = await repository.NewestManifestAsync(cancellationToken);
        var fleet = ReleaseCut.FleetOf(request.Fleet, last);
        // A folder may have releases that were cut in another clone.
        var before = new[] { last?.Number, output?.Newest }.Max();
        var cut = await SystemsAsync(request, isBuilt: request.Key is not null, rootOf, cancellationToken);
        var release = cut.After(last, fleet, before?.Next ?? ReleaseNumber.First, _hosts.Free);
        if (request.Key is { } key)
            await KeepAsync(repository, release, key, output, request.IsPushed, cancellationToken);
        return new(release, last);
    }

    /// <summary>Makes the systems of a release, without signing or keeping it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isBuilt">If true, the systems are built; otherwise nix only says which ones they would be.</param>
    /// <param name="rootOf">A link, by host, that keeps the system from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A host cannot be in a release, a lock is not committed, or a system cannot be built.</exception>
    public async Task<ReleaseCut> SystemsAsync(
        ReleaseRequest request, bool isBuilt, Func<HostName, string> rootOf, CancellationToken cancellationToken)
    {
        var hosts = _hosts.Choose(request.Hosts);
        var head = await CandidateCommit.HeadAsync(processes, folder, cancellationToken) ?? throw RolloutException.NoCommit();
        var commit = CandidateCommit.Of(processes, folder, new(hosts[0].Name, head, head));
        var locks = await LocksAsync(commit, hosts, cancellationToken);
        if (await commit.UncommittedAsync(cancellationToken) is { Count: > 0 } uncommitted)
            watcher.LeftOut(uncommitted);
        var systems = isBuilt
            ? await BuildAsync(hosts, head, rootOf, cancellationToken)
            : await build.EvaluateAsync(hosts, head, cancellationToken);
        return new(
            hosts.ToDictionary(host => host.Name, host => (systems[host.Name], locks[host.Name])), head, Moment.Of(now),
            request.Lifetime);
    }

    async Task<IReadOnlyDictionary<HostName, StorePath>> BuildAsync(
        IReadOnlyList<Host> hosts, Revision head, Func<HostName, string> rootOf, CancellationToken cancellationToken)
    {
        watcher.Builds(hosts.Count);
        var built = await build.OfAsync(hosts, rootOf, head, cancellationToken);
        await build.AfterAsync(built, cancellationToken);
        return built.ToDictionary(each => each.Host.Name, each => each.System);
    }

    // Systems are made from HEAD, so uncommitted changes of a lock would be missing in them.
    async Task<Dictionary<HostName, string>> LocksAsync(
        CandidateCommit commit, IReadOnlyList<Host> hosts, CancellationToken cancellationToken)
    {
        var places = hosts.Select(host => folder.PlaceOf(host.Name)).ToList();
        var committed = await commit.LocksInAsync(commit.Id, places, cancellationToken);
        var hashes = new Dictionary<HostName, string>();
        foreach (var (host, place, bytes) in hosts.Zip(places, committed))
        {
            if (bytes is null || HostLocks.TryReadBytes(place) is not { } here || !here.Span.SequenceEqual(bytes))
                throw ReleaseException.NotCommitted(place);
            hashes[host.Name] = Stamp.Hash(bytes);
        }
        return hashes;
    }

    async Task KeepAsync(
        ReleaseRepository repository, ReleaseManifest release, string key, ReleaseFolder? output, bool isPushed,
        CancellationToken cancellationToken)
    {
        var bytes = release.Write();
        var signature = await new SshSignatures(processes).SignAsync(key, ReleaseManifest.Namespace, bytes, cancellationToken);
        var signed = new SignedRelease(bytes, signature);
        var before = await repository.AddAsync(release.Number, signed, now, cancellationToken);
        if (isPushed)
            await repository.PushAsync(before, cancellationToken);
        output?.Write(release.Number, signed);
    }
}
