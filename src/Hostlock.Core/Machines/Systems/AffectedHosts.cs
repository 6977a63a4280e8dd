using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Platform;

namespace Hostlock.Machines.Systems;

/// <summary>A configuration whose system differs from that of an earlier commit.</summary>
/// <param name="Attribute">The attribute path of the system.</param>
/// <param name="Platform">The platform that it is built on: <c>x86_64-linux</c>.</param>
/// <param name="Before">The earlier system; null if there was none.</param>
/// <param name="After">The system that the files make now.</param>
public sealed record AffectedConfiguration(string Attribute, string Platform, StorePath? Before, StorePath After);

/// <summary>A host with such configurations.</summary>
/// <param name="Name">The host.</param>
/// <param name="Reasons">The possible causes.</param>
/// <param name="Configurations">The configurations, in the order of hostlock.toml.</param>
public sealed record AffectedHost(
    HostName Name, ImmutableArray<ChangeReason> Reasons, ImmutableArray<AffectedConfiguration> Configurations)
{
    /// <summary>The reason why the host cannot be evaluated at the commit, so that nothing can be compared; null if it can be.</summary>
    public HostlockException? EarlierProblem { get; init; }
}

/// <summary>The hosts whose systems differ from those of an earlier commit.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Hosts">These hosts.</param>
/// <param name="Gone">The hosts that hostlock.toml had in the commit and no longer has.</param>
/// <param name="Failed">The hosts that cannot be evaluated now, and why.</param>
/// <param name="Asked">How many hosts were asked about.</param>
/// <param name="Evaluated">How many of them a difference may concern. They were evaluated, or known from before.</param>
public sealed record AffectedFleet(
    Revision Commit, ImmutableArray<AffectedHost> Hosts, ImmutableArray<HostName> Gone, ImmutableArray<(
        HostName Host, HostlockException Why)> Failed, int Asked, int Evaluated)
{
    /// <summary>The reason why every host had to be evaluated; null if there was none.</summary>
    public string? Seen { get; init; }
}

/// <summary>
/// Finds the hosts whose systems differ between a commit and the files as they are now. A host that no difference can concern is not
/// evaluated. Of the others, systems that are known for the same files are not evaluated again.
/// </summary>
/// <param name="processes">Runs git, nix and nix-eval-jobs.</param>
/// <param name="folder">The fleet.</param>
/// <param name="cache">Keeps what the files of a commit make.</param>
public sealed class AffectedHosts(IProcessRunner processes, FleetFolder folder, MachineCache cache)
{
    readonly KnownSystems _known = new(processes, folder, cache);

    /// <summary>A configuration that is to be evaluated.</summary>
    sealed record Wanted(Host Host, string Path);

    /// <summary>The system of a configuration, or the reason why it has none.</summary>
    sealed record Known(StorePath? System, string Platform, string? Problem);

    /// <summary>Finds them.</summary>
    /// <param name="word">The commit, as the user names it.</param>
    /// <param name="hosts">The hosts that are asked about.</param>
    /// <param name="isAll">True if all hosts of the fleet are asked about; then those that are gone are listed.</param>
    /// <param name="evaluatesAll">True to evaluate also hosts that no difference can concern.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no such commit, git fails, or this machine has no nix.</exception>
    public async Task<AffectedFleet> SinceAsync(
        string word, IReadOnlyList<Host> hosts, bool isAll, bool evaluatesAll, CancellationToken cancellationToken)
    {
        var change = await FleetChange.SinceAsync(processes, folder, word, cancellationToken);
        var reasons = hosts.ToDictionary(host => host.Name, host => change.ReasonsFor(host, evaluatesAll).ToImmutableArray());
        var concerned = hosts.Where(host => evaluatesAll || !reasons[host.Name].IsEmpty).ToList();
        var wanted = concerned.SelectMany(host => host.ConfigurationPaths.Select(path => new Wanted(host, path))).ToList();
        var now = await EvaluateAsync(wanted, null, change.IsBlind, needsPlatform: true, cancellationToken);
        var before = await EvaluateAsync(
            [.. wanted.Where(each => !IsNew(each.Host) && now[each.Path].System is not null)], change.Commit, change.IsBlind,
            needsPlatform: false, cancellationToken);
        var failed = concerned.Select(host => (host.Name, Why: ProblemOf(host, now))).Where(each => each.Why is not null);
        return new(
            change.Commit, [.. concerned.Select(Affected).OfType<AffectedHost>()], [.. isAll ? change.Gone(folder.Fleet) : []],
            [.. failed.Select(each => (each.Name, each.Why!))], hosts.Count, concerned.Count)
        {
            Seen = concerned.Count > 0 ? change.Seen : null,
        };

        bool IsNew(Host host) => reasons[host.Name].Contains(ChangeReason.New);

        AffectedHost? Affected(Host host)
        {
            var differ = host.ConfigurationPaths
                .Where(path => now[path].System is not null && now[path].System != before.GetValueOrDefault(path)?.System)
                .Select(
                    path => new AffectedConfiguration(
                        SystemEvaluation.AttributeOf(path), now[path].Platform, before.GetValueOrDefault(path)?.System,
                        now[path].System!))
                .ToImmutableArray();
            return differ.IsEmpty
                ? null
                : new(host.Name, reasons[host.Name], differ) { EarlierProblem = ProblemOf(host, before) };
        }
    }

    static MachineException? ProblemOf(Host host, IReadOnlyDictionary<string, Known> known) =>
        host.ConfigurationPaths.Select(path => known.GetValueOrDefault(path)?.Problem).OfType<string>().FirstOrDefault() is { } problem
            ? MachineException.NotEvaluated(host.Name, problem)
            : null;

    async Task<IReadOnlyDictionary<string, Known>> EvaluateAsync(
        IReadOnlyList<Wanted> wanted, Revision? commit, bool isBlind, bool needsPlatform, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, Known>(StringComparer.Ordinal);
        // If a flake sees its own revision, one tree makes several systems.
        var tree = isBlind && wanted.Count > 0 ? await _known.TreeAsync(commit, cancellationToken) : null;
        foreach (var each in wanted)
        {
            if (_known.Find(each.Host.Lock, each.Path, tree) is var (system, platform) && (!needsPlatform || platform.Length > 0))
                found[each.Path] = new(system, platform, null);
        }
        var rest = wanted.Where(each => !found.ContainsKey(each.Path)).ToList();
        using var roots = rest.Count > 1 ? CacheFolder.Temporary() : null;
        var jobs = roots is null
            ? new Dictionary<string, EvaluationOutcome>()
            : await new SystemJobs(processes, folder).EvaluateAsync(
                rest.Select(each => each.Path), commit, roots.Path, cancellationToken);
        var evaluation = new SystemEvaluation(processes, folder);
        await Parallel.ForEachAsync(
            rest,
            new ParallelOptions { MaxDegreeOfParallelism = folder.Fleet.Rollout.Jobs, CancellationToken = cancellationToken },
            async (each, stop) => found[each.Path] = KnownOf(
                jobs.TryGetValue(each.Path, out var job) ? job : await evaluation.TryAsync(each.Path, commit, stop)));
        // Somebody may have changed the files meanwhile.
        if (rest.Count > 0 && tree is not null && await _known.TreeAsync(commit, cancellationToken) == tree)
        {
            foreach (var each in rest)
            {
                if (found[each.Path] is { System: { } system, Platform: var platform })
                    _known.Keep(each.Host.Lock, each.Path, tree, system, platform);
            }
        }
        return found;
    }

    static Known KnownOf(EvaluationOutcome outcome) => outcome switch
    {
        EvaluationOutcome.Evaluated(var system) => new(system.System, system.Platform, null),
        EvaluationOutcome.Failed(var why) => new(null, "", why),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
