using System.Globalization;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Rollouts.Rings;

/// <summary>
/// Approvals of rings in the repository, so that nobody needs a terminal: a commit on the branch, or an annotated tag, with the trailer
/// <c>Hostlock-Approve: RING</c>. If hostlock.toml lists who may sign, only their signatures count.
/// </summary>
/// <param name="processes">Runs git and ssh-keygen.</param>
/// <param name="folder">The fleet.</param>
/// <param name="scratch">A folder of ours for the files that ssh-keygen reads.</param>
/// <param name="warned">Is told of an approval that does not count.</param>
public sealed class WrittenApprovals(IProcessRunner processes, FleetFolder folder, string scratch, Action<Warning> warned)
{
    /// <summary>The beginning of the names of tags that are fetched to look for approvals.</summary>
    public const string Tags = "refs/tags/hostlock/";

    // The purpose for which git signs tags and commits.
    const string Purpose = "git";

    const int MostObjects = 200;

    readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>True if only signatures count.</summary>
    public bool MustBeSigned => folder.Fleet.Rollout.AllowedSigners is not null;

    /// <summary>The approval of a ring of a rollout; null if nobody wrote one that counts.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="ring">The name of the ring.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git cannot be asked, the list of who may sign cannot be read, or there is no
    /// ssh-keygen.</exception>
    public async Task<RolloutEvent.RingApproved?> FindAsync(
        Rollout rollout, string ring, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A fleet outside of a repository has no rings.
        if (rollout.Plan.Source is not { } source || GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return null;
        var ids = await ListAsync(root, source, cancellationToken);
        foreach (var (id, written) in await ReadAsync(root, ids, cancellationToken))
        {
            if (await IsForAsync(root, rollout, ring, id, written, cancellationToken)
                && await CheckAsync(ring, id, written, cancellationToken) is { } by)
                return new(ring, now) { By = by, Proof = id };
        }
        return null;
    }

    /// <summary>Makes sure that each ring of a rollout that is approved and not open yet was approved by a signature that counts, if only
    /// signatures do. The journal may have come from somebody who can push and cannot sign.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Approvals that replace those that do not count.</returns>
    /// <exception cref="HostlockException">Nobody who may has approved a ring, or git or ssh-keygen cannot be asked.</exception>
    public async Task<IReadOnlyList<RolloutEvent.RingApproved>> RequireAsync(
        Rollout rollout, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = new List<RolloutEvent.RingApproved>();
        foreach (var (ring, approval) in MustBeSigned ? rollout.ApprovedRings : NameMap<RingApproval>.Empty)
        {
            if (rollout.OpenedRings.ContainsKey(ring) || await StillCountsAsync(rollout, ring, approval, cancellationToken))
                continue;
            found.Add(await FindAsync(rollout, ring, now, cancellationToken) ?? throw RolloutException.NotSigned(ring, rollout.Plan.Id));
        }
        return found;
    }

    async Task<bool> StillCountsAsync(Rollout rollout, string ring, RingApproval approval, CancellationToken cancellationToken)
    {
        if (approval.Proof is not { } proof || GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root)
            return false;
        foreach (var (id, written) in await ReadAsync(root, [proof.ToString()], cancellationToken))
        {
            if (await IsForAsync(root, rollout, ring, id, written, cancellationToken))
                return await CheckAsync(ring, id, written, cancellationToken) is not null;
        }
        return false;
    }

    /// <summary>Asks whether an approval that happened is proved by the commit or tag that it names.</summary>
    /// <param name="rollout">The rollout, as it stood then.</param>
    /// <param name="approval">The approval, which names a commit or tag.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">git or ssh-keygen cannot be asked, or the list of who may sign cannot be read.</exception>
    public async Task<ApprovalProof> ProofOfAsync(
        Rollout rollout, RolloutEvent.RingApproved approval, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path)?.Root is not { } root
            || await ReadAsync(root, [$"{approval.Proof}"], cancellationToken) is not [var (id, written)])
            return new ApprovalProof.Missing("it is in no object that this clone has");
        if (!await IsForAsync(root, rollout, approval.Ring, id, written, cancellationToken))
            return new ApprovalProof.Wrong("it approves something else");
        if (!MustBeSigned)
            return new ApprovalProof.Proved();
        if (written.Signature is null)
            return new ApprovalProof.Wrong("nobody signed it by an ssh key");
        return await SignedAsync(written, approval.At, cancellationToken) is SignatureCheck.CountsNot(var why)
            ? new ApprovalProof.Missing(why)
            : new ApprovalProof.Proved();
    }

    // The newest tags, and the commits since the rollout was planned that have the trailer.
    async Task<List<string>> ListAsync(string root, RolloutSource source, CancellationToken cancellationToken)
    {
        List<string> tips = ["HEAD"];
        if (folder.Fleet.Rollout is { Open: RingOpening.Push or RingOpening.Branch } or { Journal: JournalPlace.Git })
        {
            var upstream = await Upstream.OfAsync(processes, folder, cancellationToken);
            await upstream.FetchRefsAsync(Tags, cancellationToken);
            tips.Add((await upstream.FetchAsync(cancellationToken)).ToString());
        }
        var tags = await AskAsync(
            root, ["for-each-ref", "--sort=-creatordate", Most("--count"), "--format=%(objecttype) %(objectname)", "--", "refs/tags"],
            cancellationToken);
        var commits = await AskAsync(
            root,
            ["rev-list", Most("--max-count"), "--regexp-ignore-case", $"--grep=^{RingApproval.Trailer}:", .. tips, $"^{source.Base}", "--"],
            cancellationToken);
        return
        [
            .. tags.Where(line => line.StartsWith("tag ", StringComparison.Ordinal)).Select(line => line["tag ".Length..]),
            .. commits,
        ];

        static string Most(string option) => string.Create(CultureInfo.InvariantCulture, $"{option}={MostObjects}");
    }

    async Task<string[]> AskAsync(string root, IEnumerable<string> words, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(GitProgram.AskAround(root, words), cancellationToken);
        return finished.Succeeded
            ? finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw RolloutException.ApprovalsNotRead(finished.Errors.Trim());
    }

    async Task<IReadOnlyList<(Revision Id, SignableObject Written)>> ReadAsync(
        string root, List<string> ids, CancellationToken cancellationToken)
    {
        var read = new List<(Revision, SignableObject)>();
        if (ids.Count == 0)
            return read;
        foreach (var (kind, parse) in new (string, Parse)[] { ("tag", SignableObject.OfTag), ("commit", SignableObject.OfCommit) })
        {
            var contents = await CandidateCommit.ReadAsync(processes, root, ids, cancellationToken, kind);
            for (var i = 0; i < ids.Count; i++)
            {
                if (contents[i] is { } bytes && Revision.TryParse(ids[i]) is { } id)
                    read.Add((id, parse(bytes)));
            }
        }
        return read;
    }

    delegate SignableObject Parse(ReadOnlySpan<byte> contents);

    // An approval of an earlier rollout, whose rings have the same names, does not count. An approval names this rollout, or was made of or
    // after a commit of this rollout.
    async Task<bool> IsForAsync(
        string root, Rollout rollout, string ring, Revision id, SignableObject written, CancellationToken cancellationToken)
    {
        var values = written.Trailers(RingApproval.Trailer).ToList();
        if (values.Contains($"{ring} {rollout.Plan.Id}"))
            return true;
        if (!values.Contains(ring))
            return false;
        var commit = written.Target ?? id;
        if (commit == rollout.Plan.Source?.Commit)
            return true;
        foreach (var opened in rollout.OpenedRings.Select(ring => ring.Value).OfType<Revision>())
        {
            if (opened != id && await GitAncestry.IsAncestorAsync(processes, root, opened, commit, cancellationToken) is true)
                return true;
        }
        return false;
    }

    // The name of the person who made it; null if it does not count.
    async Task<string?> CheckAsync(string ring, Revision id, SignableObject written, CancellationToken cancellationToken)
    {
        if (!MustBeSigned)
            return written.By;
        var signed = await SignedAsync(written, null, cancellationToken);
        if (signed is SignatureCheck.Counts(var by))
            return by;
        var why = ((SignatureCheck.CountsNot)signed).Why;
        // One run looks several times.
        if (_told.Add(id.ToString()))
            warned(new($"the approval of ring '{ring}' by {id.Shortened} ({written.By}) does not count: {why}"));
        return null;
    }

    /// <summary>The list of those who may sign, which hostlock.toml names.</summary>
    /// <param name="folder">The fleet.</param>
    /// <param name="path">The path of the list, relative to the flake.</param>
    /// <exception cref="RolloutException">It does not exist, or is too large.</exception>
    internal static ReadOnlyMemory<byte> SignersOf(FleetFolder folder, string path) =>
        folder.TryReadBytes(path) is { Length: <= AllowedSigners.MaximumBytes } list ? list : throw RolloutException.NoSigners(path);

    async Task<SignatureCheck> SignedAsync(SignableObject written, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var list = SignersOf(folder, folder.Fleet.Rollout.AllowedSigners!);
        return written.Signature is { } signature
            ? await new AllowedSigners(processes, list, scratch).CheckAsync(written.Signed, signature, Purpose, cancellationToken, asOf)
            : new SignatureCheck.CountsNot("nobody signed it by an ssh key");
    }
}

/// <summary>The judgement on an approval: proved or not.</summary>
public abstract record ApprovalProof
{
    ApprovalProof()
    {
    }

    /// <summary>It is proved by an object of git, and by a signature if one is asked for.</summary>
    public sealed record Proved : ApprovalProof;

    /// <summary>This clone has no proof: the object was not fetched, or its key is no longer in the list.</summary>
    /// <param name="Why">The reason, in words.</param>
    public sealed record Missing(string Why) : ApprovalProof;

    /// <summary>The object that is named as the proof does not prove it.</summary>
    /// <param name="Why">The reason, in words.</param>
    public sealed record Wrong(string Why) : ApprovalProof;
}
