using System.Collections.Concurrent;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Rings;

namespace Hostlock.Audits;

/// <summary>Reads journals and receipts, and checks that they are as they were written. Machines and the network are not asked.</summary>
/// <param name="processes">Runs git and ssh-keygen.</param>
/// <param name="folder">The fleet.</param>
/// <param name="journals">The journals of this clone.</param>
/// <param name="time">The clock.</param>
/// <param name="warned">Is told of records that this clone can neither prove nor disprove.</param>
public sealed class AuditReading(
    IProcessRunner processes, FleetFolder folder, RolloutJournals journals, TimeProvider time, Action<Warning> warned)
{
    // The clocks of machines differ a little.
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>The most bytes that a file with the keys of machines may have.</summary>
    public const long MaximumKnownHosts = 16 * 1024 * 1024;

    /// <summary>Reads the journals that this clone has: its own, and those that the upstream repository keeps, as far as they were
    /// fetched.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AuditException">A line is not what was written, or two copies of a journal differ.</exception>
    /// <exception cref="HostlockException">A journal cannot be read.</exception>
    public async Task<IReadOnlyList<AuditedJournal>> JournalsAsync(CancellationToken cancellationToken)
    {
        var here = journals.All().ToDictionary(each => each.Id, StringComparer.Ordinal);
        var there = await SharedJournals.ReadAsync(processes, folder, cancellationToken);
        var read = new List<AuditedJournal>();
        foreach (var (id, path) in here.Values)
        {
            var bytes = RegularFile.Read(path, Journal.MaximumBytes);
            if (there.TryGetValue(id, out var copy))
            {
                var (name, other) = copy;
                RequireOneText(path, bytes, name, other);
                bytes = bytes.Length < other.Length ? other : bytes;
            }
            read.Add(Read(path, bytes));
        }
        read.AddRange(there.Where(each => !here.ContainsKey(each.Key)).Select(each => Read(each.Value.Name, each.Value.Bytes)));
        foreach (var journal in read)
            await CheckApprovalsAsync(journal, cancellationToken);
        return [.. read.OrderBy(journal => journal.Events[0].At)];
    }

    // The journal names the commit or tag that approves, and a forged journal may name any.
    async Task CheckApprovalsAsync(AuditedJournal journal, CancellationToken cancellationToken)
    {
        var approvals = new WrittenApprovals(processes, folder, journals.Path, warned);
        for (var i = 0; i < journal.Events.Count; i++)
        {
            if (journal.Events[i] is not RolloutEvent.RingApproved { Proof: not null } approval)
                continue;
            switch (await approvals.ProofOfAsync(Rollout.Fold(journal.Events.Take(i))!, approval, cancellationToken))
            {
                case ApprovalProof.Wrong(var why):
                    throw AuditException.NotApproved(journal.Name, i + 1, approval.Ring, why);
                case ApprovalProof.Missing(var why):
                    warned(new($"the approval of ring '{approval.Ring}' in line {i + 1} of '{journal.Name}' is not proved: {why}"));
                    break;
                default:
                    break;
            }
        }
    }

    AuditedJournal Read(string name, byte[] bytes)
    {
        try
        {
            var events = Journal.Parse(bytes, name);
            for (var i = 0; i < events.Count; i++)
            {
                if (events[i].At > time.GetUtcNow() + Skew)
                    throw AuditException.AfterNow(name, i + 1);
            }
            return events is [RolloutEvent.Opened, ..] && Rollout.Fold(events) is { } rollout
                ? new(name, events, rollout)
                : throw AuditException.NoRollout(name);
        }
        catch (RolloutException why)
        {
            throw AuditException.Broken(why.Message);
        }
    }

    // One of the two may have more lines at its end.
    static void RequireOneText(string path, byte[] bytes, string name, byte[] other)
    {
        var same = bytes.AsSpan().CommonPrefixLength(other);
        if (same < Math.Min(bytes.Length, other.Length))
            throw AuditException.JournalsPart(path, name, 1 + bytes.AsSpan(0, same).Count((byte)'\n'));
    }

    /// <summary>Reads the releases that this clone has. Each must have the bytes that somebody signed, and follow the one before
    /// it.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AuditException">A release is not what was cut.</exception>
    /// <exception cref="HostlockException">git cannot be asked, the list of who may sign cannot be read, or there is no
    /// ssh-keygen.</exception>
    public async Task<IReadOnlyDictionary<ReleaseNumber, AuditedRelease>> ReleasesAsync(CancellationToken cancellationToken)
    {
        var found = await FindReleasesAsync(cancellationToken);
        var manifests = new List<ReleaseManifest>();
        foreach (var (number, signed) in found)
        {
            var manifest = Read(number, signed);
            if (manifest.Number != number)
                throw AuditException.BadRelease(ReleaseFiles.NameOf(number), $"it has the number {manifest.Number}");
            if (manifests is [.., var after] && (after.Number <= number || after.Fleet != manifest.Fleet))
                throw AuditException.BadRelease(ReleaseFiles.NameOf(after.Number), $"it cannot come after release {number}");
            manifests.Add(manifest);
        }
        var list = found.Count > 0 && folder.Fleet.Rollout.AllowedSigners is { } path ? WrittenApprovals.SignersOf(folder, path) : default;
        var signers = new AllowedSigners(processes, list, journals.Path);
        var read = new ConcurrentDictionary<ReleaseNumber, AuditedRelease>();
        await Parallel.ForEachAsync(
            found.Zip(manifests), cancellationToken,
            async (pair, stop) => read[pair.Second.Number] = await SignedAsync(pair.First.Signed, pair.Second, stop));
        return read;

        async Task<AuditedRelease> SignedAsync(SignedRelease signed, ReleaseManifest manifest, CancellationToken stop)
        {
            var armour = signed.Signature.Armour();
            var key = await signers.KeyOfAsync(signed.Bytes, armour, ReleaseManifest.Namespace, stop)
                ?? throw AuditException.BadRelease(ReleaseFiles.NameOf(manifest.Number), "its signature is of something else");
            return !list.IsEmpty
                && await signers.CheckAsync(signed.Bytes, armour, ReleaseManifest.Namespace, stop, manifest.Issued.Date)
                    is SignatureCheck.Counts(var by)
                    ? new(manifest, $"{by} ({key})")
                    : new(manifest, key);
        }
    }

    async Task<IReadOnlyList<(ReleaseNumber Number, SignedRelease Signed)>> FindReleasesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ReleaseRepository.TryOpen(processes, folder) is { } repository ? await repository.AllAsync(cancellationToken) : [];
        }
        catch (ReleaseException why)
        {
            throw AuditException.BadRelease("a release", why.Message);
        }
    }

    static ReleaseManifest Read(ReleaseNumber number, SignedRelease signed)
    {
        try
        {
            return ReleaseManifest.Read(signed.Bytes);
        }
        catch (ReleaseException why)
        {
            throw AuditException.BadRelease(ReleaseFiles.NameOf(number), why.Message);
        }
    }

    /// <summary>Reads logs of receipts. Each line must follow the line before it, the key of its machine must have signed it, and its
    /// release must have given the machine that system.</summary>
    /// <param name="files">The files, each of one machine.</param>
    /// <param name="knownHosts">A file with the keys of the machines, as ssh knows them.</param>
    /// <param name="releases">The releases of this clone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AuditException">A line is not what the machine wrote, or its key is not known.</exception>
    /// <exception cref="HostlockException">A file cannot be read, or there is no ssh-keygen.</exception>
    public async Task<IReadOnlyList<AuditedReceipt>> ReceiptsAsync(
        IReadOnlyList<string> files, string knownHosts, IReadOnlyDictionary<ReleaseNumber, AuditedRelease> releases,
        CancellationToken cancellationToken)
    {
        var logs = new Dictionary<HostName, (IReadOnlyList<SignedReceipt> Receipts, string Path)>();
        foreach (var path in files.Distinct(StringComparer.Ordinal))
        {
            if (Read(path) is not { Count: > 0 } receipts)
                continue;
            var host = receipts[0].Receipt.Host;
            await CheckAsync(path, receipts, knownHosts, cancellationToken);
            Compare(path, receipts, releases);
            // A log may be handed in twice, the second time with more lines at its end.
            if (logs.TryGetValue(host, out var other))
            {
                var line = receipts.Zip(other.Receipts).TakeWhile(pair => pair.First == pair.Second).Count();
                if (line < Math.Min(receipts.Count, other.Receipts.Count))
                    throw AuditException.ReceiptsPart(path, line + 1, host);
            }
            if (other.Receipts is null || other.Receipts.Count < receipts.Count)
                logs[host] = (receipts, path);
        }
        return
        [
            .. from log in logs.Values
               from signed in log.Receipts
               select new AuditedReceipt(signed.Receipt, releases.GetValueOrDefault(signed.Receipt.Release)),
        ];
    }

    // A machine under somebody else's control may sign anything; the releases tell which system it got.
    void Compare(string path, IReadOnlyList<SignedReceipt> receipts, IReadOnlyDictionary<ReleaseNumber, AuditedRelease> releases)
    {
        var missing = new SortedSet<ReleaseNumber>();
        for (var i = 0; i < receipts.Count; i++)
        {
            var receipt = receipts[i].Receipt;
            if (!releases.TryGetValue(receipt.Release, out var release))
                missing.Add(receipt.Release);
            else if (Difference(receipt, release.Manifest) is { } what)
                throw AuditException.ReceiptDiffers(path, i + 1, receipt.Host, receipt.Release, what);
        }
        if (missing.Count > 0)
            warned(new(
                $"what '{path}' says of release {string.Join(", ", missing)} is compared with nothing: this clone does not have it, and "
                + "'git fetch origin refs/hostlock/releases:refs/hostlock/releases' may bring it"));
    }

    static string? Difference(Receipt receipt, ReleaseManifest release) =>
        receipt.Fleet != release.Fleet ? $"that is a release of the fleet '{release.Fleet}'"
        : release.For(receipt.Host) is not { } released ? "it gives nothing to that host"
        : released.System != receipt.System ? $"that is '{released.System}'"
        : released.LockSha256 != receipt.LockSha256 ? $"that is made by the lock {released.LockSha256}"
        : null;

    static IReadOnlyList<SignedReceipt> Read(string path)
    {
        var bytes = RegularFile.Read(path, ReceiptLog.MaximumBytes);
        try
        {
            var (receipts, end) = ReceiptLog.Read(bytes, path);
            return end == bytes.Length ? receipts : throw AuditException.TornOff(path, receipts.Count + 1);
        }
        catch (ReleaseException why)
        {
            throw AuditException.Broken(why.Message);
        }
    }

    async Task CheckAsync(string path, IReadOnlyList<SignedReceipt> receipts, string knownHosts, CancellationToken cancellationToken)
    {
        var host = receipts[0].Receipt.Host;
        var signers = new AllowedSigners(processes, await KeysAsync(host, knownHosts, cancellationToken), journals.Path);
        for (var i = 0; i < receipts.Count; i++)
        {
            var signed = receipts[i];
            if (signed.Receipt.Host != host)
                throw AuditException.OfAnotherHost(path, i + 1, signed.Receipt.Host, host);
            if (signed.Receipt.At.Date > time.GetUtcNow() + Skew)
                throw AuditException.AfterNow(path, i + 1);
            if (await signers.CheckAsync(signed.SignedBytes, signed.Signature.Armour(), Receipt.Namespace, cancellationToken)
                is SignatureCheck.CountsNot(var why))
                throw AuditException.BadSignature(path, i + 1, host, why);
        }
    }

    // The keys of a machine, as a list of those who may sign receipts.
    async Task<ReadOnlyMemory<byte>> KeysAsync(HostName host, string knownHosts, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { host.ToString() };
        if (folder.TryHostOf(host) is { } known)
        {
            var address = MachineAddress.Of(known, "");
            names.Add(address.Port is { } port ? $"[{address.Machine}]:{port}" : address.Machine);
        }
        _ = RegularFile.Read(knownHosts, MaximumKnownHosts);
        var keys = await new MachineKeys(processes).KnownAsync(host, names, [knownHosts], cancellationToken);
        return keys.IsEmpty ? throw AuditException.NoKey(host, knownHosts) : keys;
    }
}
