using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Systems;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Steps;

/// <summary>A system that was built.</summary>
/// <param name="Host">The host.</param>
/// <param name="System">The system.</param>
/// <param name="Took">The time until it was there.</param>
public sealed record BuiltSystem(Host Host, StorePath System, TimeSpan Took);

/// <summary>
/// Builds the systems of hosts, as plain nixos-rebuild builds them: the same attribute, and no option about locks. The lock of a host is
/// chosen by the Nix code of the flake.
/// </summary>
/// <param name="processes">Runs nix.</param>
/// <param name="surroundings">The fleet, and this machine.</param>
/// <param name="cache">Keeps what the files of a commit make.</param>
/// <param name="time">The clock.</param>
public sealed class SystemBuild(IProcessRunner processes, StepSurroundings surroundings, MachineCache cache, TimeProvider time)
{
    readonly KnownSystems _known = new(processes, surroundings.Folder, cache);

    /// <summary>
    /// Builds the systems of hosts, each at the place in its settings. The same files are not evaluated again, and nix-eval-jobs evaluates
    /// several hosts if it is on the PATH.
    /// </summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="rootOf">A link, by host, that keeps the system from being collected, if it is built here.</param>
    /// <param name="commit">The commit that they are built of; null for the files as they are now.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The systems, in the order of the hosts.</returns>
    /// <exception cref="HostlockException">There is no nix, or a system cannot be built.</exception>
    public async Task<ImmutableArray<BuiltSystem>> OfAsync(
        IReadOnlyList<Host> hosts, Func<HostName, string> rootOf, Revision? commit, CancellationToken cancellationToken)
    {
        foreach (var host in hosts)
            RefuseOther(host);
        var begin = time.GetTimestamp();
        var tree = await _known.TreeAsync(commit, cancellationToken);
        var built = new ConcurrentDictionary<HostName, BuiltSystem>();
        await EachAsync(
            hosts, async (host, stop) => Take(host, await TryKnownAsync(host, tree, rootOf(host.Name), stop)), cancellationToken);
        var rest = hosts.Where(host => !built.ContainsKey(host.Name)).ToList();
        using var roots = rest.Count > 1 ? CacheFolder.Temporary() : null;
        var jobs = roots is not null
            ? await JobsAsync(rest, commit, roots.Path, cancellationToken)
            : [];
        await TogetherAsync(rest, jobs, cancellationToken);
        await EachAsync(rest, MakeAsync, cancellationToken);
        // Somebody may have changed the files meanwhile.
        if (rest.Count > 0 && tree is not null && await _known.TreeAsync(commit, cancellationToken) == tree)
        {
            foreach (var host in rest)
                _known.Keep(host.Lock, host.ConfigurationPaths[0], tree, built[host.Name].System);
        }
        return [.. hosts.Select(host => built[host.Name])];

        async ValueTask MakeAsync(Host host, CancellationToken stop)
        {
            var installable = jobs.TryGetValue(host.Name, out var evaluated)
                ? OutputOf(evaluated.Derivation)
                : Reference(SystemEvaluation.AttributeOf(host), commit);
            Take(host, await BuildAsync(host, installable, OptionsOf(host, rootOf(host.Name)), stop));
        }

        void Take(Host host, StorePath? system)
        {
            if (system is { } path)
                built[host.Name] = new(host, path, time.GetElapsedTime(begin));
        }
    }

    /// <summary>Tells which systems hosts would get, without building them.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="commit">The commit that they are made of.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no nix, or a host cannot be evaluated.</exception>
    public async Task<IReadOnlyDictionary<HostName, StorePath>> EvaluateAsync(
        IReadOnlyList<Host> hosts, Revision commit, CancellationToken cancellationToken)
    {
        foreach (var host in hosts)
            RefuseOther(host);
        var tree = await _known.TreeAsync(commit, cancellationToken);
        var found = new ConcurrentDictionary<HostName, StorePath>();
        foreach (var host in hosts)
        {
            if (Known(host, tree) is { } known)
                found[host.Name] = known;
        }
        var rest = hosts.Where(host => !found.ContainsKey(host.Name)).ToList();
        using var roots = rest.Count > 1 ? CacheFolder.Temporary() : null;
        if (roots is not null)
        {
            foreach (var (host, evaluated) in await JobsAsync(rest, commit, roots.Path, cancellationToken))
                found[host] = evaluated.System;
        }
        var evaluation = new SystemEvaluation(processes, surroundings.Folder);
        await EachAsync(
            rest.Where(host => !found.ContainsKey(host.Name)),
            async (host, stop) => found[host.Name] = await evaluation.OfAsync(host, commit, stop),
            cancellationToken);
        return found;
    }

    /// <summary>Runs the program that <c>after-build</c> names, once systems are built and before a machine is touched.</summary>
    /// <param name="built">The systems.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">It cannot be run, or fails.</exception>
    public async Task AfterAsync(IEnumerable<BuiltSystem> built, CancellationToken cancellationToken)
    {
        if (surroundings.Folder.Fleet.Rollout.AfterBuild is not { IsEmpty: false } words)
            return;
        var systems = built.Select(each => each.System.ToString()).Distinct().ToList();
        var finished = await processes.RunAsync(
            UserProgram.Awaited(
                [.. words.SelectMany(word => word == $"{{{RolloutSettings.Systems}}}" ? systems : [word])], surroundings.Folder.Path),
            cancellationToken);
        if (!finished.Succeeded)
            throw RolloutException.AfterBuildFailed(words[0], Complaint.Of(finished));
    }

    /// <summary>Builds a virtual machine with the system of a host, and returns the program that starts it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="root">A link that keeps it from being collected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no nix, or it cannot be built.</exception>
    public async Task<string> VirtualMachineAsync(Host host, string root, CancellationToken cancellationToken)
    {
        RefuseOther(host);
        var built = await BuildAsync(
            host, Reference($"{host.ConfigurationPaths[0]}.config.system.build.vm", null), ["--out-link", root], cancellationToken);
        var programs = Path.Combine(built.ToString(), "bin");
        return Directory.Exists(programs)
            && Directory.EnumerateFiles(programs, "run-*-vm").Order(StringComparer.Ordinal).FirstOrDefault() is { } run
            ? run
            : throw RolloutException.NotBuilt(host.Name, built.ToString());
    }

    /// <summary>The store that systems are built in, as nix knows it; null for that of this machine.</summary>
    /// <param name="place">The place where systems are built.</param>
    /// <param name="address">The machine of the host.</param>
    public static string? StoreOf(BuildPlace place, MachineAddress address) => place switch
    {
        BuildPlace.Here => null,
        BuildPlace.Target => StoreOf(address),
        BuildPlace.Elsewhere(var store) => store,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The store of a machine, as nix knows it, without its port; null for that of this machine.</summary>
    /// <param name="address">The machine.</param>
    public static string? StoreOf(MachineAddress address) => address.Place is { } place ? $"ssh-ng://{place}" : null;

    /// <summary>True if a host is a NixOS, whose systems can be switched to.</summary>
    /// <param name="host">The host.</param>
    public static bool IsNixos(Host host) => host.ConfigurationPaths[0].StartsWith("nixosConfigurations.", StringComparison.Ordinal);

    static void RefuseOther(Host host)
    {
        if (!IsNixos(host))
            throw RolloutException.NotNixos(host.Name, host.ConfigurationPaths[0]);
    }

    // The system of each host; none if there is no nix-eval-jobs.
    async Task<Dictionary<HostName, EvaluatedSystem>> JobsAsync(
        IReadOnlyList<Host> hosts, Revision? commit, string roots, CancellationToken cancellationToken)
    {
        var jobs = await new SystemJobs(processes, surroundings.Folder).EvaluateAsync(
            hosts.Select(host => host.ConfigurationPaths[0]), commit, roots, cancellationToken);
        return jobs.Count == 0
            ? []
            : hosts.ToDictionary(
                host => host.Name,
                host => jobs[host.ConfigurationPaths[0]] switch
                {
                    EvaluationOutcome.Evaluated(var system) => system,
                    EvaluationOutcome.Failed(var why) => throw RolloutException.BuildFailed(host.Name, why),
                    _ => throw new System.Diagnostics.UnreachableException(),
                });
    }

    StorePath? Known(Host host, string? tree) => _known.Find(host.Lock, host.ConfigurationPaths[0], tree)?.System;

    // A known system may have been collected since, so it is built once more; that takes no time if it still exists.
    async Task<StorePath?> TryKnownAsync(Host host, string? tree, string root, CancellationToken cancellationToken)
    {
        if (Known(host, tree) is not { } system)
            return null;
        var path = system.ToString();
        if (StoreOf(host) is null && new FileInfo(root).LinkTarget == path && Path.Exists(path))
            return system;
        var finished = await processes.RunAsync(Request(host, path, OptionsOf(host, root)), cancellationToken);
        return finished.Succeeded ? system : null;
    }

    // Nix spreads one request over its builders. Systems that machines build themselves are requested one by one.
    async Task TogetherAsync(
        IReadOnlyList<Host> hosts, Dictionary<HostName, EvaluatedSystem> jobs, CancellationToken cancellationToken)
    {
        foreach (var place in hosts.Where(host => jobs.ContainsKey(host.Name)).GroupBy(host => StoreOf(host) ?? ""))
        {
            if (place.Skip(1).Any() && place.First() is var first && first.Rollout.Build is not BuildPlace.Target)
            {
                var derivations = place.Select(host => OutputOf(jobs[host.Name].Derivation)).Distinct();
                var finished = await processes.RunAsync(
                    Request(first, derivations, ["--keep-going", .. StoreOptions(first), "--no-link"]), cancellationToken);
                if (!finished.Succeeded)
                    throw RolloutException.NotAllBuilt(place.Select(host => host.Name), finished.Errors.Trim());
            }
        }
    }

    async Task<StorePath> BuildAsync(
        Host host, string installable, ImmutableArray<string> options, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(Request(host, installable, options), cancellationToken);
        if (!finished.Succeeded)
            throw RolloutException.BuildFailed(host.Name, finished.Errors.Trim());
        return StorePath.TryParse(finished.Output.Trim()) ?? throw RolloutException.NotBuilt(host.Name, finished.Output.Trim());
    }

    ProcessRequest Request(Host host, string installable, ImmutableArray<string> options) => Request(host, [installable], options);

    // A builder that is named as a store has its port there.
    ProcessRequest Request(Host host, IEnumerable<string> installables, ImmutableArray<string> options) =>
        NixProgram.Command(["build", .. options, "--print-out-paths", "--", .. installables]) with
        {
            Environment = surroundings.ForSsh(
                host.Rollout.Build is BuildPlace.Target ? MachineAddress.Of(host, surroundings.Machine).Port : null),
        };

    string Reference(string attribute, Revision? commit) =>
        new SystemEvaluation(processes, surroundings.Folder).ReferenceTo(attribute, commit);

    static string OutputOf(StorePath derivation) => $"{derivation}^out";

    string? StoreOf(Host host) => StoreOf(host.Rollout.Build, MachineAddress.Of(host, surroundings.Machine));

    ImmutableArray<string> StoreOptions(Host host) => StoreOf(host) is { } store ? ["--store", store, "--eval-store", "auto"] : [];

    ImmutableArray<string> OptionsOf(Host host, string root) =>
        StoreOf(host) is null ? ["--out-link", root] : [.. StoreOptions(host), "--no-link"];

    Task EachAsync(
        IEnumerable<Host> hosts, Func<Host, CancellationToken, ValueTask> doAsync, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            hosts,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = surroundings.Folder.Fleet.Rollout.Jobs,
                CancellationToken = cancellationToken,
            },
            doAsync);
}
