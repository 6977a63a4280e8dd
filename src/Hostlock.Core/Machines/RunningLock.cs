using System.Globalization;
using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines.Packages;
using Hostlock.Machines.Probing;
using Hostlock.Machines.Systems;
using Hostlock.Platform;

namespace Hostlock.Machines;

/// <summary>The lock that a machine runs, with the proof.</summary>
/// <param name="Bytes">The bytes of the lock.</param>
public abstract record ProvedLock(byte[] Bytes)
{
    /// <summary>The system carries the lock that built it.</summary>
    public sealed record Carried(byte[] Bytes) : ProvedLock(Bytes);

    /// <summary>The system carries the SHA-256 of its lock, and a commit has the lock.</summary>
    public sealed record Committed(byte[] Bytes, FileCommit Commit) : ProvedLock(Bytes);

    /// <summary>A commit makes the very system that runs, by the lock that the commit has.</summary>
    public sealed record Made(byte[] Bytes, FileCommit Commit) : ProvedLock(Bytes);
}

/// <summary>
/// Finds out by which lock the machine of a host runs: its system says so, or a commit of the repository makes exactly that system. A lock
/// that cannot be proved is refused.
/// </summary>
/// <param name="processes">Runs git and nix.</param>
/// <param name="folder">The fleet.</param>
/// <param name="probes">Asks the machine.</param>
public sealed class RunningLock(IProcessRunner processes, FleetFolder folder, MachineProbes probes)
{
    const int MostCommits = 500;

    // Each takes nix some seconds.
    const int MostEvaluations = 20;

    /// <summary>Finds the lock.</summary>
    /// <param name="host">The host.</param>
    /// <param name="told">Is told which commit is evaluated.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The machine cannot be reached, or it cannot be proved which lock it runs.</exception>
    public async Task<ProvedLock> ProveAsync(Host host, Action<string> told, CancellationToken cancellationToken)
    {
        var place = folder.PlaceOf(host.Name);
        if (place.Sharers.Count > 1)
            throw MachineException.SharesLock(
                host.Name, place.Sharers.Select(owner => owner.ToString()).Where(owner => owner != host.Name.ToString()));
        var outcome = (await probes.AskAsync([host], cancellationToken))[0];
        var facts = outcome is ProbeOutcome.Answered(_, _, var said) ? said : throw outcome.WhyNot();
        if (facts.IsSwitching)
            throw MachineException.SwitchUnderWay(host.Name);
        var system = facts.System ?? throw MachineException.RunsNothing(host.Name);
        if (facts.Stamp?.OtherThan(host.Name) is { } other)
            throw MachineException.RunsAnother(host.Name, other);
        if (facts.Stamp is { Host: not null, Lock: { } carried })
            return new ProvedLock.Carried([.. carried]);

        if (GitWorkTreeFiles.Around(processes, folder.Path) is null)
            throw MachineException.NotProved(host.Name, $"{system}", 0, 0);
        using var history = LockHistory.Open(processes, folder);
        return facts.Stamp is { } stamp
            && await history.FindAsync(
                place, bytes => Stamp.Hash(bytes.Span) == stamp.Sha256, MostCommits, cancellationToken) is var (commit, found, _, _)
            ? new ProvedLock.Committed(found, commit)
            : await MadeAsync(host, place, system, history, told, cancellationToken);
    }

    async Task<ProvedLock> MadeAsync(
        Host host, LockPlace place, StorePath system, LockHistory history, Action<string> told, CancellationToken cancellationToken)
    {
        var evaluation = new SystemEvaluation(processes, folder);
        var (tried, failures) = (0, 0);
        await foreach (var (commit, bytes) in history.WalkAsync(place, MostCommits, cancellationToken))
        {
            if (!MayHaveMade(system, bytes))
                continue;
            if (tried++ == MostEvaluations)
                throw MachineException.NotProved(host.Name, $"{system}", MostEvaluations, failures);
            told(string.Create(CultureInfo.InvariantCulture, $"evaluating {host.Name} as of {commit.Id.Shortened}\n"));
            try
            {
                if (await evaluation.OfAsync(host, commit.Id, cancellationToken) == system)
                    return new ProvedLock.Made(bytes, commit);
            }
            catch (FleetException)
            {
                // A commit that nix cannot evaluate made no system either; if none did, their number is told.
                failures++;
            }
        }
        throw MachineException.NotProved(host.Name, $"{system}", tried, failures);
    }

    // The version of a system ends with the first digits of the revision of nixpkgs that made it, if nixpkgs came from git.
    static bool MayHaveMade(StorePath system, byte[] bytes)
    {
        var revision = PackageName.Of(system).Version.Split('.')[^1];
        if (!Revision.IsBeginning(revision) || revision.Length < Revision.ShortLength)
            return true;
        // A lock that cannot be read made no system.
        return LockFileReader.TryRead(bytes)?.AllInputs().Any(
            input => input.Edge is LockEdge.Locked(var node)
                && node.Locked.Revision is { } locked && locked.StartsWith(revision, StringComparison.Ordinal)) is true;
    }
}
