using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Rollouts;

namespace Hostlock.Releases;

/// <summary>The outcome of a release on a machine.</summary>
public enum ReceiptVerdict
{
    /// <summary>The machine runs the system and boots it.</summary>
    Kept,

    /// <summary>The machine boots the system next, and did not run it: NixOS refuses to switch to it.</summary>
    Boots,

    /// <summary>The system failed, and the machine is back on what it ran before.</summary>
    Returned,

    /// <summary>The system failed, and the machine is not back: a person has to look.</summary>
    Stranded,
}

/// <summary>
/// The report of a machine on a release that it tried, as one line of JSON that its ssh host key signs. Receipts are a chain: each has the
/// digest of the line before it.
/// </summary>
/// <param name="Fleet">The fleet.</param>
/// <param name="Host">The host.</param>
/// <param name="Release">The number of the release.</param>
/// <param name="System">The system that was tried.</param>
/// <param name="LockSha256">The SHA-256 of the lock of the system, 64 digits, as the release states it.</param>
/// <param name="Verdict">The outcome.</param>
/// <param name="Gates">The answers of the gates, by name; empty if none was asked.</param>
/// <param name="BootId">The boot in which it was written.</param>
/// <param name="At">When it was written.</param>
/// <param name="Previous">The first sixteen digits of the SHA-256 of the line before; empty for the first receipt.</param>
public sealed record Receipt(
    FleetName Fleet, HostName Host, ReleaseNumber Release, StorePath System, string LockSha256, ReceiptVerdict Verdict,
    NameMap<Verdict> Gates, string BootId, Moment At, string Previous)
{
    /// <summary>The purpose of a signature of a receipt.</summary>
    public const string Namespace = "hostlock-receipt";

    /// <summary>The most bytes that the line of a receipt may have.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>The number of digits of <see cref="Previous"/>.</summary>
    public const int ChainLength = 16;

    const int Version = 1;
    const int MaximumWord = 256;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes it as one line with sorted keys, without a line feed.</summary>
    public string Write()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("at", At.Seconds);
            json.WriteString("boot", BootId);
            json.WriteString("fleet", Fleet.ToString());
            json.WriteStartObject("gates");
            foreach (var (gate, verdict) in Gates)
                json.WriteString(gate, Word(verdict));
            json.WriteEndObject();
            json.WriteString("host", Host.ToString());
            json.WriteString("lock", LockSha256);
            json.WriteString("previous", Previous);
            json.WriteNumber("release", Release.Value);
            json.WriteString("system", System.ToString());
            json.WriteString("verdict", Word(Verdict));
            json.WriteNumber("version", Version);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads the form of <see cref="Write"/>; null for any other text.</summary>
    /// <param name="line">The text, which may come from anybody.</param>
    public static Receipt? TryRead(string line)
    {
        if (line.Length > MaximumBytes)
            return null;
        try
        {
            using var document = JsonDocument.Parse(line, new() { MaxDepth = 3 });
            var read = Of(document.RootElement);
            return read.Write() == line ? read : null;
        }
        catch (Exception why) when (why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static Receipt Of(JsonElement json) => json.GetProperty("version").GetInt32() != Version
        ? throw new FormatException()
        : new(
            FleetName.TryParse(ReleaseWords.Text(json, "fleet")) ?? throw new FormatException(),
            HostName.TryParse(ReleaseWords.Text(json, "host")) ?? throw new FormatException(),
            ReleaseNumber.TryOf(json.GetProperty("release").GetInt64()) ?? throw new FormatException(),
            StorePath.TryParse(ReleaseWords.Text(json, "system")) ?? throw new FormatException(),
            ReleaseWords.Sha256(json, "lock"),
            Parsed<ReceiptVerdict>(ReleaseWords.Text(json, "verdict")),
            NameMap<Verdict>.Of(
            [
                .. json.GetProperty("gates").EnumerateObject().Select(
                    gate => KeyValuePair.Create(Short(gate.Name), Parsed<Verdict>(gate.Value.GetString() ?? ""))),
            ]),
            Short(ReleaseWords.Text(json, "boot")),
            new(json.GetProperty("at").GetUInt64()),
            ReleaseWords.Text(json, "previous") is { Length: 0 or ChainLength } previous && ReleaseWords.IsHex(previous)
                ? previous
                : throw new FormatException());

    // People see this word in a terminal, so it is short and of ASCII.
    static string Short(string word) =>
        word.Length <= MaximumWord && !word.Any(c => c is < ' ' or > '~') ? word : throw new FormatException();

    static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    static T Parsed<T>(string word)
        where T : struct, Enum =>
        word.All(char.IsAsciiLetterLower) && Enum.TryParse<T>(word, ignoreCase: true, out var value)
            ? value
            : throw new FormatException();
}

/// <summary>
/// A receipt with its signature, as a line of a log: <c>SIGNATURE JSON</c>. The signature is of the JSON and a line feed.
/// </summary>
/// <param name="Receipt">The report of the machine.</param>
/// <param name="Json">The JSON, byte for byte.</param>
/// <param name="Signature">The signature, which is not checked by reading it.</param>
public sealed record SignedReceipt(Receipt Receipt, string Json, SshSignature Signature)
{
    /// <summary>Reads a line of a log, without its line feed; null for any other text.</summary>
    /// <param name="line">The line, which may be anybody's.</param>
    public static SignedReceipt? TryRead(string line) =>
        line.Split(' ', 2) is [var base64, var json]
        && SshSignature.TryParse(base64) is { } signature && Receipt.TryRead(json) is { } receipt
            ? new(receipt, json, signature)
            : null;

    /// <summary>Writes the line, without a line feed.</summary>
    public string Write() => $"{Signature} {Json}";

    /// <summary>The bytes that the signature is about.</summary>
    public byte[] SignedBytes => SignedBytesOf(Json);

    /// <summary>The bytes that a signature of a receipt is about.</summary>
    /// <param name="json">The receipt, as it is written.</param>
    public static byte[] SignedBytesOf(string json) => Encoding.UTF8.GetBytes($"{json}\n");

    /// <summary>The word that the next receipt has as <see cref="Receipt.Previous"/>.</summary>
    public string Chain => ByteDigest.Sha256Hex(Write())[..Receipt.ChainLength];
}

/// <summary>The receipts of a machine, in their order: a line each, appended and never rewritten.</summary>
public static class ReceiptLog
{
    /// <summary>The most bytes that a log may have.</summary>
    public const long MaximumBytes = 64 * 1024 * 1024;

    /// <summary>Reads a log, and checks that no line of it was altered, taken out or put in. The signatures are still to be checked. A
    /// line that a power cut tore off at the end is left out.</summary>
    /// <param name="bytes">The log.</param>
    /// <param name="path">Its path, for the error.</param>
    /// <returns>The receipts, and the number of bytes that they take.</returns>
    /// <exception cref="ReleaseException">A line is no receipt, or does not follow the line before it.</exception>
    public static (IReadOnlyList<SignedReceipt> Receipts, int End) Read(ReadOnlySpan<byte> bytes, string path)
    {
        var receipts = ReadBeginning(bytes, path, out var end, out var damage);
        return damage is null ? (receipts, end) : throw damage;
    }

    /// <summary>Reads a log, as <see cref="Read"/>, up to the first wrong line.</summary>
    /// <param name="bytes">The log.</param>
    /// <param name="path">Its path, for the error.</param>
    /// <param name="end">The number of bytes that the receipts take.</param>
    /// <param name="damage">The error in the line behind them; null if there is none.</param>
    public static IReadOnlyList<SignedReceipt> ReadBeginning(
        ReadOnlySpan<byte> bytes, string path, out int end, out ReleaseException? damage)
    {
        var receipts = new List<SignedReceipt>();
        var chain = "";
        (end, damage) = (0, null);
        while (bytes[end..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            var line = receipts.Count + 1;
            if (SignedReceipt.TryRead(Encoding.UTF8.GetString(bytes.Slice(end, length))) is not { } receipt)
                damage = ReleaseException.NoReceipt(path, line);
            else if (receipt.Receipt.Previous != chain)
                damage = ReleaseException.ChainBroken(path, line);
            else
                receipts.Add(receipt);
            if (damage is not null)
                break;
            (chain, end) = (receipts[^1].Chain, end + length + 1);
        }
        return receipts;
    }
}
