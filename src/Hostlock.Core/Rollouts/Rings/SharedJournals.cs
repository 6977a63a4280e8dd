using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts.Journals;

namespace Hostlock.Rollouts.Rings;

/// <summary>
/// Journals that the upstream repository keeps beside the candidates, for clones that are new each time. A push is only accepted on top of
/// the fetched commit. So if two runs begin at the same time, one of them ends before it touches a machine.
/// </summary>
/// <param name="processes">Runs git.</param>
/// <param name="folder">The fleet.</param>
/// <param name="journals">The journals of this clone.</param>
/// <param name="time">The clock.</param>
public sealed class SharedJournals(IProcessRunner processes, FleetFolder folder, RolloutJournals journals, TimeProvider time)
{
    /// <summary>The longest time that the upstream repository is waited for by a run that is to stop.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // The name of the journal in its commit.
    const string File = "journal";

    /// <summary>True if hostlock.toml wants it.</summary>
    public bool Exist => folder.Fleet.Rollout.Journal == JournalPlace.Git;

    /// <summary>Fetches the journals of the upstream repository, and adds its lines to the journal of the newest rollout.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot reach the upstream repository, or another run wrote different lines.</exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        var upstream = await Upstream.OfAsync(processes, folder, cancellationToken);
        await upstream.FetchRolloutsAsync(cancellationToken);
        var listed = await processes.RunAsync(
            GitProgram.AskAround(upstream.Root, "for-each-ref", "--sort=-committerdate", "--count=1", "--format=%(refname)", "--",
                RolloutRefs.Journals),
            cancellationToken);
        if (listed.Output.Trim() is not { Length: > 0 } newest || newest[RolloutRefs.Journals.Length..] is not { } rollout
            || !RolloutPlan.IsId(rollout))
            return;
        var found = await CandidateCommit.ReadAsync(processes, upstream.Root, [$"{newest}:{File}"], cancellationToken);
        if (found[0] is { } bytes)
            journals.Bring(rollout, bytes);
    }

    /// <summary>Reads the journals of the upstream repository that this clone has. Nothing is fetched.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The fleet.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The name of the ref and the bytes of the journal, by the id of the rollout.</returns>
    /// <exception cref="RolloutException">git cannot be asked.</exception>
    public static async Task<IReadOnlyDictionary<string, (string Name, byte[] Bytes)>> ReadAsync(
        IProcessRunner processes, FleetFolder folder, CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, (string, byte[])>(StringComparer.Ordinal);
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return read;
        var listed = await processes.RunAsync(
            GitProgram.AskAround(root, "for-each-ref", "--format=%(refname)", "--", RolloutRefs.Journals), cancellationToken);
        if (!listed.Succeeded)
            throw RolloutException.JournalsNotListed(listed.Errors.Trim());
        List<string> names = [.. listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        if (names.Count == 0)
            return read;
        var found = await CandidateCommit.ReadAsync(processes, root, [.. names.Select(name => $"{name}:{File}")], cancellationToken);
        for (var i = 0; i < names.Count; i++)
        {
            if (found[i] is { } bytes && names[i][RolloutRefs.Journals.Length..] is var id && RolloutPlan.IsId(id))
                read.Add(id, (names[i], bytes));
        }
        return read;
    }

    /// <summary>Pushes the journal of a rollout, and its candidate.</summary>
    /// <param name="rollout">The id of the rollout.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository, or another run has pushed in between.</exception>
    public async Task PushAsync(string rollout, CancellationToken cancellationToken)
    {
        var upstream = await Upstream.OfAsync(processes, folder, cancellationToken);
        var name = $"{RolloutRefs.Journals}{rollout}";
        var known = await processes.RunAsync(
            GitProgram.AskAround(upstream.Root, "rev-parse", "--verify", "--quiet", name), cancellationToken);
        var parent = known.Succeeded ? Revision.TryParse(known.Output.Trim()) : null;
        var bytes = journals.BytesOf(rollout);
        if (parent is not null)
        {
            var before = await CandidateCommit.ReadAsync(processes, upstream.Root, [$"{parent}:{File}"], cancellationToken);
            if (before[0] is { } old && bytes.Span.SequenceEqual(old))
                return;
        }
        await ImportedCommit.MakeAsync(
            processes, upstream.Root, name, parent, $"Journal of the rollout {rollout}", [(File, bytes)], time.GetUtcNow(),
            cancellationToken);
        if (await upstream.PushRefsAsync([name, $"{RolloutRefs.Prefix}{rollout}"], cancellationToken) is { } said)
            throw RolloutException.JournalMoved(rollout, said);
    }

    /// <summary>Pushes what a run did, so that others go on from there, also if it is to stop. It does not wait for long then.</summary>
    /// <param name="rollout">The id of the rollout.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository, or another run has pushed in between.</exception>
    public async Task PushDoneAsync(string rollout, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stopping = cancellationToken.UnsafeRegister(_ => late.CancelAfter(Patience), null);
        try
        {
            await PushAsync(rollout, late.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw RolloutException.JournalNotPushed(rollout, Patience);
        }
    }

    /// <summary>Deletes the refs of rollouts in the upstream repository as well, once they are gone here.</summary>
    /// <param name="names">The names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RolloutException">git cannot reach the upstream repository.</exception>
    public async Task ForgetAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count > 0)
            await (await Upstream.OfAsync(processes, folder, cancellationToken)).DeleteRefsAsync(names, cancellationToken);
    }
}
