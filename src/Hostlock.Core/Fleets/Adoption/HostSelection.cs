using System.Collections.Immutable;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Nar;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>The hosts of a flake that are adopted.</summary>
/// <param name="Hosts">The hosts that get a lock, with the configurations that are theirs.</param>
/// <param name="Others">The hosts that stay on the root lock, with the configurations that are theirs.</param>
/// <param name="Outputs">The names of all outputs, if hostlock.toml may list them; else null.</param>
/// <param name="AreOutputsKnown">True if the names of all configurations are known.</param>
/// <param name="Staying">The configurations that stay on the root lock because no host can have them, and why, in one sentence; null if
/// none does.</param>
public sealed record HostChoice(
    ImmutableSortedDictionary<HostName, ImmutableArray<string>> Hosts,
    ImmutableSortedDictionary<HostName, ImmutableArray<string>> Others,
    ImmutableArray<string>? Outputs,
    bool AreOutputsKnown,
    string? Staying);

/// <summary>
/// Selects the hosts of a flake to adopt: those that the user names; otherwise those that hostlock.toml lists and the flake has, except the
/// ones on the root lock; otherwise all hosts of the flake.
/// </summary>
public static class HostSelection
{
    /// <summary>Plans the adoption. Writes nothing.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The names of the hosts; none for all.</param>
    /// <param name="processes">Runs nix, if flake.nix does not say what its hosts are.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">
    /// A word is no host, no host is known, the flake cannot be adopted, or a lock that nobody could bring back would be replaced.
    /// </exception>
    public static async Task<InitPlan> PlanAsync(
        FleetFolder folder, IReadOnlyList<string> words, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var names = await HostNames.FindAsync(folder, processes, cancellationToken);
        var known = names.Configurations;
        var chosen = Choose(folder, words, known.Keys).ToList();
        if (words.Count > 0
            && names.AreComplete
            && chosen.Where(host => !known.ContainsKey(host) && !names.Candidates.ContainsKey(host)).ToList() is [var unknown, ..])
            throw FleetException.UnknownHost(unknown.ToString(), known.Keys.Concat(names.Candidates.Keys));
        if (chosen.Count == 0 && !folder.HasFleetFile)
            throw names.Unknown(folder);
        var hosts = chosen.ToImmutableSortedDictionary(host => host, names.ConfigurationsOf);
        var others = known.RemoveRange(hosts.Keys);
        var taken = hosts.AddRange(others).Values.SelectMany(paths => paths)
            .Concat(folder.Fleet.Hosts.SelectMany(host => host.ConfigurationPaths))
            .ToHashSet();
        var plan = FleetInit.Plan(folder, new(hosts, others, names.OutputsBeside(taken), names.AreComplete, names.Staying(taken)));
        await RefuseLosingAsync(folder, plan, processes, cancellationToken);
        return plan;
    }

    static IEnumerable<HostName> Choose(FleetFolder folder, IReadOnlyList<string> words, IEnumerable<HostName> known)
    {
        if (words.Count > 0)
            return words.Select(word => HostName.Parse(word)).Distinct();
        var onRootLock = folder.Fleet.Hosts.Where(host => host.Lock == FleetFolder.RootLock).Select(host => host.Name);
        return folder.Fleet.Hosts.Select(host => host.Name).Union(known).Except(onRootLock);
    }

    // A lock of the user is replaced only if git has it, so that eject can put it back.
    static async Task RefuseLosingAsync(FleetFolder folder, InitPlan plan, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var replaced = plan.Files.Where(file => file.GivesUp).Select(file => file.Path).ToList();
        if (replaced.Count == 0)
            return;
        if (GitWorkTreeFiles.Around(processes, folder.Path) is not { } tree)
            throw FleetException.WouldLose(replaced[0], hasGit: false, isIgnored: false);
        tree.RefuseOddRules(replaced.Select(folder.Full));
        // Files that differ from the index, and files that the index does not have, ignored ones among them.
        var changed = await processes.RunAsync(
            GitProgram.AskAround(
                tree.Root,
                [
                    "--literal-pathspecs", "ls-files", "-z", "--modified", "--others", "--",
                    .. replaced.Select(path => GitWorkTreeFiles.PathOf(tree.Root, folder.Full(path))),
                ]),
            cancellationToken);
        if (!changed.Succeeded)
            throw FleetException.WouldLose(replaced[0], hasGit: false, isIgnored: false);
        if (changed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries) is not [var lost, ..])
            return;
        throw FleetException.WouldLose(
            Path.GetRelativePath(folder.Path, Path.Combine(tree.Root, lost)),
            hasGit: true,
            isIgnored: (await tree.IgnoredAsync([TreePath.Parse(lost)], cancellationToken)).Count > 0);
    }
}
