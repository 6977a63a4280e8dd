using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Rollouts;

namespace Hostlock.Releases;

/// <summary>The last refusal of a machine, or the reason why it could not pull, for a probe. It is gone once a release is
/// accepted.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Why">The reason, as a sentence without a full stop.</param>
/// <param name="Number">The number of the release; null if nobody vouches for it.</param>
/// <param name="At">When it was refused.</param>
public sealed record RefusalNote(RefusalRule Rule, string Why, ReleaseNumber? Number, Moment At)
{
    /// <summary>The most bytes that a note may have.</summary>
    public const int MaximumBytes = 4096;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>True if a release was refused; false if none could be judged.</summary>
    public bool IsRefusal => Rule is not (RefusalRule.Settings or RefusalRule.Source or RefusalRule.Cache);

    /// <summary>Writes it as JSON on one line.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("at", At.Seconds);
            if (Number is { } number)
                json.WriteNumber("release", number.Value);
            json.WriteString("rule", Rule.ToString().ToLowerInvariant());
            json.WriteString("why", Visible.Name(Why));
            json.WriteEndObject();
        }
        return [.. bytes.ToArray(), (byte)'\n'];
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null for anything else.</summary>
    /// <param name="bytes">The bytes, which may be anybody's.</param>
    public static RefusalNote? TryRead(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 2 });
            var json = document.RootElement;
            return ReleaseWords.Text(json, "rule") is var rule && rule.All(char.IsAsciiLetterLower)
                && Enum.TryParse<RefusalRule>(rule, ignoreCase: true, out var known)
                    ? new(
                        known, Visible.Name(ReleaseWords.Text(json, "why")),
                        json.TryGetProperty("release", out var number) ? ReleaseNumber.TryOf(number.GetInt64()) : null,
                        new(json.GetProperty("at").GetUInt64()))
                    : null;
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>The receipts of a machine, as far as its log can be read.</summary>
/// <param name="All">The receipts, in their order.</param>
/// <param name="Damage">The reason why nothing more is read and no receipt is added, and the mend; null if the log is whole.</param>
public sealed record KnownReceipts(IReadOnlyList<SignedReceipt> All, Warning? Damage)
{
    /// <summary>The last receipt; null if there is none.</summary>
    public SignedReceipt? Last => All.Count > 0 ? All[^1] : null;

    /// <summary>The receipts without their signatures.</summary>
    public IEnumerable<Receipt> Contents => All.Select(signed => signed.Receipt);

    /// <summary>The systems that the machine gave back. It does not try them again by itself; what it runs, somebody has brought to it
    /// since.</summary>
    /// <param name="running">The system that it runs; null if it runs none.</param>
    /// <param name="readLast">Reads from the journal what came of the last pull that tried a system; null if none did. It is only asked
    /// if the log is damaged.</param>
    public IReadOnlySet<StorePath> GivenBack(StorePath? running, Func<HostRecord?> readLast)
    {
        var verdicts = Contents.Select(receipt => (receipt.System, receipt.Verdict));
        // While no receipt can be added, the journal alone has the last one.
        if (Damage is not null && readLast() is { } last && VerdictOf(last) is { } verdict)
            verdicts = verdicts.Append((last.Plan.Target, verdict));
        return verdicts.GroupBy(each => each.System, each => each.Verdict)
            .Where(each => each.Last() is ReceiptVerdict.Returned or ReceiptVerdict.Stranded && each.Key != running)
            .Select(each => each.Key).ToHashSet();
    }

    /// <summary>The verdict of the machine on a system that it tried; null if it tried none, or nothing came of it yet.</summary>
    /// <param name="host">The host, with the outcome.</param>
    public static ReceiptVerdict? VerdictOf(HostRecord host) => host.Outcome switch
    {
        HostOutcome.Kept => host.Now?.Runs(host.Plan.Target) is false ? ReceiptVerdict.Boots : ReceiptVerdict.Kept,
        HostOutcome.Returned => ReceiptVerdict.Returned,
        HostOutcome.Stranded => ReceiptVerdict.Stranded,
        _ => null,
    };
}

/// <summary>
/// The memory of a machine of releases, on its disk. The highest number that it accepted is in two places that are rarely lost together: a
/// file with the release, and the name of the root that keeps the system from being collected.
/// </summary>
/// <param name="state">The folder of hostlock's state.</param>
/// <param name="roots">The folder of hostlock's roots.</param>
public sealed class ReleaseMemory(string state, string roots)
{
    /// <summary>The folder of hostlock's state on a machine.</summary>
    public const string UsualState = "/var/lib/hostlock";

    /// <summary>The folder of hostlock's roots on a machine.</summary>
    public const string UsualRoots = "/nix/var/nix/gcroots/hostlock";

    const string Root = "release-", FetchedRoot = "fetched";

    // A receipt with its signature has less, in bytes.
    const long RoomForReceipt = 2 * Receipt.MaximumBytes;

    string AcceptedFile => Path.Combine(state, "accepted");

    string RefusedFile => Path.Combine(state, "refused");

    string ReceiptsFile => Path.Combine(state, "receipts");

    /// <summary>Reads what is remembered.</summary>
    /// <exception cref="PlatformException">A file exists, and cannot be read.</exception>
    public RememberedReleases Read()
    {
        var (number, system) = Roots().DefaultIfEmpty().MaxBy(root => root.Number?.Value ?? 0);
        return new(ReadAccepted(), number, system);
    }

    /// <summary>Remembers a release in both places, on the disk.</summary>
    /// <param name="release">The release.</param>
    /// <param name="system">The system that its root keeps.</param>
    /// <exception cref="PlatformException">The disk does not take it.</exception>
    public void Accept(ReleaseManifest release, StorePath system)
    {
        AtomicFile.CreateFolder(state);
        AtomicFile.CreateFolder(roots);
        AtomicFile.Replace(AcceptedFile, release.Write());
        AtomicFile.ReplaceLink(Path.Combine(roots, $"{Root}{release.Number}"), system.ToString());
        foreach (var (number, _) in Roots().Where(root => root.Number < release.Number).ToList())
            AtomicFile.Delete(Path.Combine(roots, $"{Root}{number}"));
    }

    /// <summary>Keeps a system from being collected, from before its copy until <see cref="LetGo"/>.</summary>
    /// <param name="system">The system, which may not be copied yet.</param>
    /// <exception cref="PlatformException">The disk does not take it.</exception>
    public void Hold(StorePath system)
    {
        AtomicFile.CreateFolder(roots);
        AtomicFile.ReplaceLink(Path.Combine(roots, FetchedRoot), system.ToString());
    }

    /// <summary>Lets go what <see cref="Hold"/> kept.</summary>
    public void LetGo() => AtomicFile.Delete(Path.Combine(roots, FetchedRoot));

    /// <summary>Remembers a refusal, or that there is none any more.</summary>
    /// <param name="note">The refusal; null if there is none.</param>
    /// <exception cref="PlatformException">The disk does not take it.</exception>
    public void Note(RefusalNote? note)
    {
        if (note is null)
        {
            AtomicFile.Delete(RefusedFile);
            return;
        }
        AtomicFile.CreateFolder(state);
        AtomicFile.Replace(RefusedFile, note.Write());
    }

    /// <summary>Does a pull. If it cannot go on, the reason is remembered, for a probe.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="doAsync">Does it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="HostlockException">It cannot go on, or the disk does not take the reason.</exception>
    public async Task<T> NotingAsync<T>(Func<Task<T>> doAsync, TimeProvider time)
    {
        try
        {
            return await doAsync();
        }
        catch (ReleaseException why) when (why.Rule is { } rule)
        {
            // A server that sent a refused release must not hide that by sending nothing.
            if (rule == RefusalRule.Settings || Refusal?.IsRefusal is not true)
                Note(new(rule, why.Message, null, Moment.Of(time.GetUtcNow())));
            throw;
        }
    }

    /// <summary>The refusal that is remembered; null if there is none.</summary>
    /// <exception cref="PlatformException">The file cannot be read.</exception>
    public RefusalNote? Refusal =>
        RegularFile.TryRead(RefusedFile, RefusalNote.MaximumBytes) is { } bytes ? RefusalNote.TryRead(bytes) : null;

    /// <summary>The receipts of the machine, in their order. Damage keeps the machine from no release, so it is no error here.</summary>
    public KnownReceipts Receipts()
    {
        try
        {
            if (RegularFile.TryRead(ReceiptsFile, ReceiptLog.MaximumBytes) is not { } bytes)
                return new([], null);
            var receipts = ReceiptLog.ReadBeginning(bytes, ReceiptsFile, out _, out var damage);
            if (damage is null && bytes.Length > ReceiptLog.MaximumBytes - RoomForReceipt)
                damage = ReleaseException.NoRoom(ReceiptsFile);
            return new(receipts, damage is null ? null : ReleaseException.ReceiptsEnd(damage, ReceiptsFile));
        }
        catch (PlatformException why)
        {
            return new([], ReleaseException.ReceiptsEnd(why, ReceiptsFile));
        }
    }

    /// <summary>Appends a receipt. It is on the disk when this returns.</summary>
    /// <param name="receipt">The receipt, which follows the last one.</param>
    /// <exception cref="HostlockException">The log is not what was written, or the disk does not take it.</exception>
    public void Append(SignedReceipt receipt)
    {
        AtomicFile.CreateFolder(state);
        using var file = AppendedFile.Open(ReceiptsFile, ReceiptLog.MaximumBytes, out var bytes);
        var (receipts, end) = ReceiptLog.Read(bytes, ReceiptsFile);
        if (receipt.Receipt.Previous != (receipts is [.., var last] ? last.Chain : ""))
            throw ReleaseException.ChainBroken(ReceiptsFile, receipts.Count + 1);
        // A line that a power cut tore off does not count.
        file.CutTo(end);
        file.Append(Encoding.UTF8.GetBytes($"{receipt.Write()}\n"));
    }

    ReleaseManifest? ReadAccepted()
    {
        try
        {
            return RegularFile.TryRead(AcceptedFile, ReleaseManifest.MaximumBytes) is { } bytes ? ReleaseManifest.Read(bytes) : null;
        }
        catch (ReleaseException)
        {
            // A damaged release remembers nothing, but the root still does.
            return null;
        }
    }

    IEnumerable<(ReleaseNumber? Number, StorePath? System)> Roots() => !Directory.Exists(roots)
        ? []
        : Directory.EnumerateFileSystemEntries(roots, $"{Root}*")
            .Select(
                path => (Number: ReleaseNumber.TryParse(Path.GetFileName(path)[Root.Length..]),
                    System: StorePath.TryParse(new FileInfo(path).LinkTarget ?? "")))
            .Where(root => root.Number is not null);
}
