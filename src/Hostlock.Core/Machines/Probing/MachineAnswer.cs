using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;

namespace Hostlock.Machines.Probing;

/// <summary>
/// Reads the answer of a machine to the probe. The answer may be anything, even hostile: it counts only between two lines with the number
/// that was sent, each line must be one that the script prints, and everything is bounded.
/// </summary>
public static class MachineAnswer
{
    /// <summary>The most bytes that an answer may have.</summary>
    public const long MaximumBytes = 1024 * 1024;

    const int MaximumGenerations = 64;
    const int MaximumUnits = 4096;
    const int MaximumName = 256;
    const int MaximumReceipt = 65536;

    static readonly string[] Keys =
    [
        "host", "machine", "boot", "up", "running", "booted", "next", "reboot", "stamp", "lock", "about", "inhibitors", "generation",
        "specialisation", "switching", "units", "failed", "left", "has", "inhibited", "power", "trial", "armed", "fired",
        "receipt", "refused", "expires",
    ];

    static readonly string[] Repeated = ["reboot", "generation", "switching", "failed", "left"];

    /// <summary>Reads an answer.</summary>
    /// <param name="host">The host that was asked, for errors.</param>
    /// <param name="text">The whole answer.</param>
    /// <param name="nonce">The number that was sent.</param>
    /// <exception cref="MachineException">There is no answer in it, or the answer is not one of the script.</exception>
    public static MachineFacts Read(HostName host, string text, string nonce)
    {
        var lines = new Lines(host, Between(host, text, nonce));
        var failed = lines.All("failed");
        if (failed.Count > MaximumUnits)
            throw lines.Wrong("failed");
        return new(lines.Path("running"), lines.Path("next"), lines.Stamp())
        {
            HostName = lines.Word("host"),
            MachineId = lines.Word("machine"),
            BootId = lines.Word("boot"),
            Uptime = lines.Only("up") is { Length: > 0 } up ? TimeSpan.FromSeconds(lines.Number("up", up, uint.MaxValue)) : null,
            Booted = lines.Path("booted"),
            Parent = lines.Only("specialisation") is null ? null : lines.Path("specialisation"),
            NeedsReboot = [.. lines.All("reboot").Select(lines.Part)],
            Generations = lines.Generations(),
            FailedUnits = lines.Only("units") is null
                ? null
                : [.. failed.Select(unit => lines.Visible("failed", unit)).Distinct().Order(Utf8Order.Instance)],
            IsSwitching = lines.All("switching").Count > 0,
            Inhibitors = lines.Only("inhibitors") is { } inhibitors ? lines.Texts("inhibitors", inhibitors) : null,
            BytesLeft = NameMap<long>.Of([.. lines.All("left").Select(lines.Left)]),
            HasWanted = lines.Only("has") is not null,
            IsInhibited = lines.Only("inhibited") is not null,
            Power = lines.Only("power") is { } power ? lines.Power(power) : RootPower.None,
            Trial = lines.Only("trial") is { } trial ? lines.Visible("trial", trial) : null,
            IsArmed = lines.Only("armed") is not null,
            Receipt = lines.Only("receipt") is { } receipt ? lines.Printable("receipt", receipt, MaximumReceipt) : null,
            Refusal = lines.Only("refused") is { } refused ? [.. lines.Unpacked("refused", refused)] : null,
            ReleaseExpires = lines.Only("expires") is { } expires
                ? new Moment((ulong)lines.Number("expires", expires, (long)Moment.LastDated.Seconds))
                : null,
            Fired = lines.Only("fired") is { } fired ? lines.Visible("fired", fired) : null,
        };
    }

    // The lines of an answer between the two lines that have the number of the question.
    static string[] Between(HostName host, string text, string nonce)
    {
        if (text.Length > MaximumBytes)
            throw MachineException.AnswerTooLong(host, MaximumBytes);
        var lines = text.Split('\n');
        var (begin, end) = (Array.IndexOf(lines, $"hostlock-probe\t1 {nonce}"), Array.IndexOf(lines, $"hostlock-end\t{nonce}"));
        if (begin < 0)
            throw MachineException.NoAnswer(host, "");
        return end > begin ? lines[(begin + 1)..end] : throw MachineException.AnswerCutShort(host);
    }

    /// <summary>The lines of an answer by their keys, and the reading of their values.</summary>
    sealed class Lines
    {
        readonly HostName _host;
        readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

        public Lines(HostName host, IEnumerable<string> lines)
        {
            _host = host;
            foreach (var line in lines)
            {
                if (line.Split('\t') is not [var key, var value] || !Keys.Contains(key))
                    throw MachineException.StrangeLine(host, line);
                if (!_values.TryGetValue(key, out var values))
                    _values.Add(key, values = []);
                else if (!Repeated.Contains(key))
                    throw Wrong(key);
                values.Add(value);
            }
        }

        public MachineException Wrong(string key) => MachineException.StrangeValue(_host, key);

        public List<string> All(string key) => _values.GetValueOrDefault(key) ?? [];

        /// <summary>The value of a key; null if the answer does not have the key.</summary>
        public string? Only(string key) => All(key) is [var value] ? value : null;

        // A key that each answer has; its value may be empty.
        string Given(string key) => Only(key) ?? throw Wrong(key);

        public string Word(string key) => Visible(key, Given(key));

        public string Visible(string key, string text) => Printable(key, text, MaximumName);

        public string Printable(string key, string text, int most) =>
            text.Length <= most && !text.Any(c => c is < ' ' or > '~') ? text : throw Wrong(key);

        public StorePath? Path(string key) => Given(key) is { Length: > 0 } text ? PathOf(key, text) : null;

        public long Number(string key, string text, long most) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
                ? number
                : throw Wrong(key);

        public RebootPart Part(string line)
        {
            return line.Split(' ') is [("kernel" or "initrd" or "kernel-modules") and var name, var booted, var running]
                ? new(name, Around(booted), Around(running))
                : throw Wrong("reboot");

            StorePath? Around(string file) => file == "-" ? null : StorePath.TryAround(file) ?? throw Wrong("reboot");
        }

        public ImmutableArray<Generation> Generations()
        {
            var generations = All("generation").Select(Generation).OrderByDescending(generation => generation.Number).ToImmutableArray();
            return generations.Length <= MaximumGenerations
                && generations.DistinctBy(generation => generation.Number).Count() == generations.Length
                    ? generations
                    : throw Wrong("generation");
        }

        Generation Generation(string line) =>
            line.Split(' ') is [var number, var made, var system, var sha256]
                ? new(
                    (int)Number("generation", number, int.MaxValue),
                    Number("generation", made, uint.MaxValue),
                    PathOf("generation", system),
                    sha256 == "-" ? null : Sha256("generation", sha256))
                : throw Wrong("generation");

        public Stamp? Stamp()
        {
            if (Given("stamp") is "-" or "")
                return null;
            var sha256 = Sha256("stamp", Given("stamp"));
            var bytes = Only("lock") is { } text ? Unpacked("lock", text) : null;
            // The lock may have been replaced between the two questions; then it is not known which one runs.
            if (bytes is not null && Hostlock.Machines.Stamp.Hash(bytes) != sha256)
                throw Wrong("lock");
            var about = Only("about") is { } json ? Texts("about", json) : null;
            string? host = null;
            about?.TryGetValue("host", out host);
            return new(sha256, bytes is null ? null : [.. bytes], host is null ? null : Visible("about", host));
        }

        public KeyValuePair<string, long> Left(string line) =>
            line.Split(' ') is [("/nix/store" or "/boot") and var folder, var kibibytes]
                ? new(folder, 1024 * Number("left", kibibytes, long.MaxValue / 1024))
                : throw Wrong("left");

        public RootPower Power(string word) => word switch
        {
            "root" => RootPower.IsRoot,
            "sudo" => RootPower.BySudo,
            _ => throw Wrong("power"),
        };

        // The members of a JSON object that are texts; a stamp also has a number.
        public NameMap<string> Texts(string key, string base64)
        {
            try
            {
                using var document = JsonDocument.Parse(Unpacked(key, base64));
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? NameMap<string>.Of(
                    [
                        .. document.RootElement.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String)
                            .Select(member => KeyValuePair.Create(member.Name, member.Value.GetString()!)),
                    ])
                    : throw Wrong(key);
            }
            catch (Exception why) when (why is JsonException or InvalidOperationException)
            {
                throw Wrong(key); // no JSON, or a text that is no UTF-16
            }
        }

        StorePath PathOf(string key, string text) => StorePath.TryParse(text) ?? throw Wrong(key);

        string Sha256(string key, string text) =>
            text.Length == 64 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f') ? text : throw Wrong(key);

        public byte[] Unpacked(string key, string base64)
        {
            var bytes = new byte[base64.Length];
            return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : throw Wrong(key);
        }
    }
}
