using Hostlock.Fetching.Git;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Fleets.History;
using Hostlock.Locks;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Rings;

namespace Hostlock.Audits;

/// <summary>Finds the locks that made systems, in the repository.</summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet, which is in a repository.</param>
/// <param name="root">The folder of the work tree.</param>
public sealed class AuditedLocks(IProcessRunner processes, FleetFolder folder, string root) : IDisposable
{
    const int MostCommits = 2000;

    readonly LockHistory _history = LockHistory.Open(processes, folder);
    readonly Dictionary<(HostName Host, string Sha256), AuditedLock> _found = [];

    /// <summary>Finds the locks of systems, one after the other; none of them is known outside of a repository.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="stays">The systems.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot be asked.</exception>
    public static async Task<IReadOnlyList<AuditedStay>> ReadAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<HostStay> stays, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return [.. stays.Select(stay => new AuditedStay(stay, null))];
        using var locks = new AuditedLocks(processes, folder, root);
        var audited = new List<AuditedStay>();
        foreach (var stay in stays)
            audited.Add(new(stay, await locks.OfAsync(stay, cancellationToken)));
        return audited;
    }

    /// <summary>The lock that made the system of a host; null if it is not known.</summary>
    /// <param name="stay">The system.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<AuditedLock?> OfAsync(HostStay stay, CancellationToken cancellationToken)
    {
        if (folder.TryHostOf(stay.Host) is not { } host)
            return null;
        var place = folder.PlaceOf(host.Name);
        var (sha256, bytes) = stay.Delivery switch
        {
            HostDelivery.ByRollout { Rollout.Plan.Source: { } source } => await InAsync(place, source, cancellationToken),
            HostDelivery.ByRollout(_, var record, _, _, _) => (record.Plan.LockSha256, null),
            HostDelivery.ByRelease(var receipt, _) => (receipt.LockSha256, null),
            null => (null, null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (sha256 is null)
            return null;
        if (_found.TryGetValue((stay.Host, sha256), out var known))
            return known;
        var earlier = await _history.FindAsync(
            place, contents => Stamp.Hash(contents.Span) == sha256, MostCommits, cancellationToken);
        bytes ??= earlier?.Bytes;
        return _found[(stay.Host, sha256)] = new(
            sha256,
            bytes is null ? null : LockFileReader.TryRead(bytes),
            earlier?.Commit,
            earlier is null ? null : await AuthorAsync(earlier.Commit, cancellationToken));
    }

    /// <summary>Ends the git process that reads objects, if one was begun.</summary>
    public void Dispose() => _history.Dispose();

    async Task<(string? Sha256, byte[]? Bytes)> InAsync(
        LockPlace place, RolloutSource source, CancellationToken cancellationToken)
    {
        var found = await CandidateCommit.Of(processes, folder, source).LocksInAsync(
            source.Commit, [place], cancellationToken);
        return found[0] is { } bytes ? (Stamp.Hash(bytes), bytes) : (null, null);
    }

    async Task<string?> AuthorAsync(FileCommit commit, CancellationToken cancellationToken)
    {
        var asked = await processes.RunAsync(
            GitProgram.AskAround(root, "log", "--no-walk", "--format=%an <%ae>", commit.Id.ToString(), "--"), cancellationToken);
        return asked.Succeeded ? asked.Output.Trim() : null;
    }
}
