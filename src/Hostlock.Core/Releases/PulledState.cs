using System.Collections.Concurrent;
using Hostlock.Fetching;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Releases;

/// <summary>The worth of a machine's receipt.</summary>
public abstract record ReceiptState
{
    ReceiptState()
    {
    }

    /// <summary>The ssh host key of the machine signed it, and it agrees with the machine's answer.</summary>
    /// <param name="Receipt">The receipt.</param>
    /// <param name="RunsAnother">True if the machine runs another system by now than the receipt says.</param>
    public sealed record Proved(Receipt Receipt, bool RunsAnother) : ReceiptState;

    /// <summary>It is not believed.</summary>
    /// <param name="Why">The reason, as a part of a sentence.</param>
    public sealed record Doubted(string Why) : ReceiptState;
}

/// <summary>The receipt and the refusal that a machine shows of the releases that it pulls.</summary>
/// <param name="Receipt">Its last receipt; null if it has written none.</param>
/// <param name="Refusal">Its refusal since, or the reason why it could not pull; null if there is neither.</param>
public sealed record PulledState(ReceiptState? Receipt, RefusalNote? Refusal)
{
    /// <summary>The expiry of the release that it accepted last; null if it does not say.</summary>
    public Moment? Expires { get; init; }
}

/// <summary>Checks the receipts that machines show of the releases that they pull, by the keys by which ssh knows the machines.</summary>
/// <param name="processes">Runs ssh and ssh-keygen.</param>
public sealed class PulledStates(IProcessRunner processes)
{
    const string OwnKeys = "/etc/ssh";

    const int MaximumKey = 16 * 1024;

    /// <summary>Checks the receipts of machines, by host; a machine that pulls nothing, or did not answer, is not in it.</summary>
    /// <param name="statuses">The machines.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no ssh-keygen.</exception>
    public async Task<IReadOnlyDictionary<HostName, PulledState>> AllAsync(
        IReadOnlyList<MachineStatus> statuses, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pulled = new ConcurrentDictionary<HostName, PulledState>();
        await Parallel.ForEachAsync(
            statuses,
            new ParallelOptions { MaxDegreeOfParallelism = MachineProbes.AtOnce, CancellationToken = cancellationToken },
            async (status, stop) =>
            {
                if (await OfAsync(status, now, stop) is { } shown)
                    pulled[status.Host.Name] = shown;
            });
        return pulled;
    }

    /// <summary>Checks the receipt of a machine; null if it pulls nothing, or did not answer.</summary>
    /// <param name="status">The machine.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no ssh-keygen.</exception>
    public async Task<PulledState?> OfAsync(MachineStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (status.Facts is not { } facts || (facts.Receipt is null && facts.Refusal is null && facts.ReleaseExpires is null))
            return null;
        var receipt = facts.Receipt is { } line ? await CheckAsync(line, status, facts, Moment.Of(now), cancellationToken) : null;
        return new(receipt, facts.Refusal is { } bytes ? RefusalNote.TryRead(bytes.AsMemory()) : null) { Expires = facts.ReleaseExpires };
    }

    async Task<ReceiptState> CheckAsync(
        string line, MachineStatus status, MachineFacts facts, Moment now, CancellationToken cancellationToken)
    {
        if (SignedReceipt.TryRead(line) is not { } signed)
            return new ReceiptState.Doubted("it is no receipt");
        var keys = await KeysOfAsync(status.Host.Name, status.Outcome.Address.Target, cancellationToken);
        if (keys.IsEmpty)
            return new ReceiptState.Doubted("ssh knows no key of the machine");
        using var folder = CacheFolder.Temporary();
        if (await new AllowedSigners(processes, keys, folder.Path).CheckAsync(
            signed.SignedBytes, signed.Signature.Armour(), Receipt.Namespace, cancellationToken) is not SignatureCheck.Counts)
            return new ReceiptState.Doubted("the key of the machine did not sign it");
        return ReceiptJudge.Doubt(signed.Receipt, status.Host.Name, facts, now) is { } doubt
            ? new ReceiptState.Doubted(doubt)
            : new ReceiptState.Proved(
                signed.Receipt, signed.Receipt is { Verdict: ReceiptVerdict.Kept, System: var kept } && kept != facts.System);
    }

    async Task<ReadOnlyMemory<byte>> KeysOfAsync(HostName host, string? target, CancellationToken cancellationToken)
    {
        if (target is null)
        {
            return MachineKeys.List(
                host,
                Directory.EnumerateFiles(OwnKeys, "*_key.pub").Order(StringComparer.Ordinal)
                    .Select(file => RegularFile.TextIfReadable(file, MaximumKey)).OfType<string>()
                    .Select(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }
        var told = await processes.RunAsync(Ssh.Settings(target), cancellationToken);
        var settings = told.Output.Split('\n').Select(line => line.Split(' ', 2)).Where(words => words.Length == 2)
            .ToLookup(words => words[0], words => words[1], StringComparer.Ordinal);
        if (settings["hostkeyalias"].Concat(settings["hostname"]).FirstOrDefault() is not { } name)
            return default;
        var port = settings["port"].FirstOrDefault() ?? "22";
        var files = settings["userknownhostsfile"].Concat(settings["globalknownhostsfile"]).SelectMany(line => line.Split(' '));
        return await new MachineKeys(processes).KnownAsync(
            host, [settings["hostkeyalias"].Any() || port == "22" ? name : $"[{name}]:{port}"], [.. files.Where(File.Exists)],
            cancellationToken);
    }
}
