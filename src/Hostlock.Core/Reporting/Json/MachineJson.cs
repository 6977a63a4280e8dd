using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;
using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>status --live</c> and <c>probe</c>.</summary>
public static class MachineJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Member("hosts", By("HOST", Object(
        Member("address", AnyText.OrNull, "Where it is reached by ssh; null for this machine"),
        Member("seen", Object(
            Member("at", Time, "When it answered before"),
            Member("label", AnyText, "The label of the system that it ran then"),
            Member("machine", AnyText, "The id of the machine then")), "An earlier answer, if one is known").IfAny,
        Member("state", OneWord("answered", "wrongMachine", "unreachable"), "Whether the machine answered"),
        Member("problem", AnyText, "Why it is unreachable, or why its lock was not compared").IfAny,
        Member("sameMachineAs", Texts, "The hosts whose machine has the same /etc/machine-id").IfAny,
        Member(
            "pins", OneWord("inSync", "ahead", "behind", "unknown", "unstamped", "foreign", "notCompared"),
            "How the lock that it runs compares with the lock of the host").IfAny,
        Member("changesBehind", Count, "How many changes of the lock it is behind").IfAny,
        Member("behindSince", Time, "Since when it is behind").IfAny,
        Member("builtFor", AnyText, "The host that the system was built for, if it is another one").IfAny,
        Member(
            "configuration", OneWord("same", "differs", "notEvaluated"),
            "With --evaluate: whether it runs the system that the files make").IfAny,
        Member("wanted", Store, "The system that the files make").IfAny,
        Member("evaluationProblem", AnyText, "Why the host cannot be evaluated").IfAny,
        Member("hostName", AnyText.OrNull, "The name that the machine has").IfAny,
        Member("machine", AnyText.OrNull, "The id of the machine").IfAny,
        Member("boot", AnyText.OrNull, "The id of its boot").IfAny,
        Member("secondsUp", Count, "How long it has been up, in seconds").IfAny,
        Member("running", Store.OrNull, "The system that runs").IfAny,
        Member("specialisationOf", Store, "The system that it is a specialisation of").IfAny,
        Member("bootsNext", Store.OrNull, "The system that boots next").IfAny,
        Member("booted", Store.OrNull, "The system that was booted").IfAny,
        Member("stamp", Object(
            Member("host", AnyText.OrNull, "The host that the system says it was built for"),
            Member("sha256", AnyText.OrNull, "The SHA-256 of its lock")), "What the running system says of its lock").IfAny,
        Member("needsReboot", By("PART", Object(
            Member("booted", AnyText.OrNull, "What was booted"),
            Member("running", AnyText.OrNull, "What the running system has"))), "What only a reboot changes, by part").IfAny,
        Member("switching", YesOrNo, "True if a switch is under way").IfAny,
        Member("trial", AnyText.OrNull, "The id of a switch that has not kept its system yet").IfAny,
        Member("failedUnits", Texts, "Units that failed; missing if they are not known").IfAny,
        Member("inhibitors", By("NAME", AnyText), "What keeps the system from being switched").IfAny,
        Member("bytesLeft", By("FOLDER", AnyNumber), "The free space, in bytes").IfAny,
        Member("generations", By("NUMBER", Object(
            Member("made", AnyNumber, "When it was made, in seconds since the epoch"),
            Member("system", Store, "The system"),
            Member("lockSha256", AnyText, "The SHA-256 of its lock, if it carries one").IfAny)),
            "The systems that the machine keeps").IfAny,
        Member("receipt", Object(
            Member("proved", YesOrNo, "True if the key of the machine signed it, and it agrees with the rest"),
            Member("why", AnyText, "Why it is not believed").IfAny,
            Member("runsAnother", YesOrNo, "True if the machine runs another system since").IfAny,
            Member("release", Count, "The number of the release").IfAny,
            Member("fleet", AnyText, "The fleet").IfAny,
            Member("verdict", WordsOf<ReceiptVerdict>(), "What came of it").IfAny,
            Member("system", Store, "The system").IfAny,
            Member("lock", AnyText, "The SHA-256 of its lock").IfAny,
            Member("boot", AnyText, "The id of the boot in which it was written").IfAny,
            Member("at", Time, "When it was written").IfAny,
            Member("gates", By("GATE", WordsOf<Verdict>()), "What the gates said").IfAny),
            "The last receipt of a machine that pulls").IfAny,
        Member("refused", Object(
            Member("release", Count, "The number of the release, if somebody vouches for it").IfAny,
            Member("rule", WordsOf<RefusalRule>(), "The rule"),
            Member("why", AnyText, "The reason"),
            Member("at", Time, "When that was")), "What a machine refused since, or why it could not pull").IfAny,
        Member("releaseExpires", Time, "When the release expires that a machine that pulls accepted last").IfAny,
        Member("reason", AnyText, "Why it does not run its lock: a hold, a freeze, or where the last rollout stands").IfAny,
        Member("next", AnyText, "What to type next").IfAny)), "The machines, by host"));

    /// <summary>Renders the state of machines, by host.</summary>
    /// <param name="statuses">The hosts.</param>
    /// <param name="pulled">What they show of the releases that they pull.</param>
    /// <param name="commands">How commands are typed in the current folder.</param>
    public static string Render(
        IReadOnlyList<MachineStatus> statuses, IReadOnlyDictionary<HostName, PulledState> pulled, TypedCommands commands) =>
        JsonPage.Render(json =>
        {
            json.WriteStartObject("hosts");
            foreach (var status in statuses)
            {
                json.WriteStartObject(status.Host.Name.ToString());
                Write(json, status, commands);
                if (pulled.TryGetValue(status.Host.Name, out var shown))
                    Write(json, shown);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        });

    static void Write(Utf8JsonWriter json, MachineStatus status, TypedCommands commands)
    {
        json.WriteString("address", status.Outcome.Address.Target);
        if (status.Outcome.Before is { } before)
        {
            json.WriteStartObject("seen");
            json.WriteNumber("at", before.At.Seconds);
            json.WriteString("label", before.Label);
            json.WriteString("machine", before.MachineId);
            json.WriteEndObject();
        }
        switch (status.Outcome)
        {
            case ProbeOutcome.Answered(_, _, var facts):
                json.WriteString("state", "answered");
                if (!status.Twins.IsEmpty)
                {
                    json.WriteStartArray("sameMachineAs");
                    foreach (var host in status.Twins)
                        json.WriteStringValue(host.ToString());
                    json.WriteEndArray();
                }
                WritePins(json, status.Pins);
                WriteConfiguration(json, status.Configuration);
                WriteFacts(json, facts);
                break;
            case ProbeOutcome.WrongMachine(_, _, var facts):
                json.WriteString("state", "wrongMachine");
                json.WriteString("machine", facts.MachineId);
                break;
            case ProbeOutcome.Unreachable(_, _, var why):
                json.WriteString("state", "unreachable");
                json.WriteString("problem", why.Message);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
        if (status.Reason is { } reason)
            json.WriteString("reason", reason);
        if (MachineWords.NextStep(status, commands) is { Length: > 0 } next)
            json.WriteString("next", next);
    }

    static void Write(Utf8JsonWriter json, PulledState pulled)
    {
        if (pulled.Receipt is { } state)
        {
            json.WriteStartObject("receipt");
            json.WriteBoolean("proved", state is ReceiptState.Proved);
            switch (state)
            {
                case ReceiptState.Proved(var receipt, var runsAnother):
                    json.WriteBoolean("runsAnother", runsAnother);
                    json.WriteNumber("release", receipt.Release.Value);
                    json.WriteString("fleet", receipt.Fleet.ToString());
                    json.WriteString("verdict", RolloutJson.Word(receipt.Verdict));
                    json.WriteString("system", receipt.System.ToString());
                    json.WriteString("lock", receipt.LockSha256);
                    json.WriteString("boot", receipt.BootId);
                    json.WriteNumber("at", receipt.At.Seconds);
                    WriteGates(json, receipt);
                    break;
                case ReceiptState.Doubted(var why):
                    json.WriteString("why", why);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
            json.WriteEndObject();
        }
        if (pulled.Expires is { } expires)
            json.WriteNumber("releaseExpires", expires.Seconds);
        if (pulled.Refusal is not { } refusal)
            return;
        json.WriteStartObject("refused");
        if (refusal.Number is { } number)
            json.WriteNumber("release", number.Value);
        json.WriteString("rule", RolloutJson.Word(refusal.Rule));
        json.WriteString("why", refusal.Why);
        json.WriteNumber("at", refusal.At.Seconds);
        json.WriteEndObject();
    }

    static void WritePins(Utf8JsonWriter json, PinState? pins)
    {
        switch (pins)
        {
            case null:
                break;
            case PinState.Behind(var changes, var since):
                json.WriteString("pins", "behind");
                json.WriteNumber("changesBehind", changes);
                if (since is { } moment)
                    json.WriteNumber("behindSince", moment.Seconds);
                break;
            case PinState.Foreign(var host):
                json.WriteString("pins", "foreign");
                if (host is not null)
                    json.WriteString("builtFor", host);
                break;
            case PinState.NotCompared(var why):
                json.WriteString("pins", "notCompared");
                json.WriteString("problem", why.Message);
                break;
            case PinState.InSync or PinState.Ahead or PinState.Unknown or PinState.Unstamped:
                json.WriteString("pins", pins switch
                {
                    PinState.InSync => "inSync",
                    PinState.Ahead => "ahead",
                    PinState.Unknown => "unknown",
                    _ => "unstamped",
                });
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    static void WriteConfiguration(Utf8JsonWriter json, ConfigurationState configuration)
    {
        switch (configuration)
        {
            case ConfigurationState.NotAsked:
                break;
            case ConfigurationState.Same:
                json.WriteString("configuration", "same");
                break;
            case ConfigurationState.Differs(var wanted):
                json.WriteString("configuration", "differs");
                json.WriteString("wanted", wanted.ToString());
                break;
            case ConfigurationState.NotEvaluated(var why):
                json.WriteString("configuration", "notEvaluated");
                json.WriteString("evaluationProblem", why.Message);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    static void WriteFacts(Utf8JsonWriter json, MachineFacts facts)
    {
        json.WriteString("hostName", facts.HostName);
        json.WriteString("machine", facts.MachineId);
        json.WriteString("boot", facts.BootId);
        if (facts.Uptime is { } uptime)
            json.WriteNumber("secondsUp", (long)uptime.TotalSeconds);
        json.WriteString("running", facts.Running?.ToString());
        if (facts.Parent is { } parent)
            json.WriteString("specialisationOf", parent.ToString());
        json.WriteString("bootsNext", facts.Next?.ToString());
        json.WriteString("booted", facts.Booted?.ToString());
        if (facts.Stamp is { } stamp)
        {
            json.WriteStartObject("stamp");
            json.WriteString("host", stamp.Host);
            json.WriteString("sha256", stamp.Sha256);
            json.WriteEndObject();
        }
        json.WriteStartObject("needsReboot");
        foreach (var (name, booted, running) in facts.NeedsReboot)
        {
            json.WriteStartObject(name);
            json.WriteString("booted", booted?.ToString());
            json.WriteString("running", running?.ToString());
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteBoolean("switching", facts.IsSwitching);
        json.WriteString("trial", facts.Trial);
        if (facts.FailedUnits is { } failed)
        {
            json.WriteStartArray("failedUnits");
            foreach (var unit in failed)
                json.WriteStringValue(unit);
            json.WriteEndArray();
        }
        if (facts.Inhibitors is { } inhibitors)
        {
            json.WriteStartObject("inhibitors");
            foreach (var (name, value) in inhibitors)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteStartObject("bytesLeft");
        foreach (var (folder, bytes) in facts.BytesLeft)
            json.WriteNumber(folder, bytes);
        json.WriteEndObject();
        json.WriteStartObject("generations");
        foreach (var generation in facts.Generations)
        {
            json.WriteStartObject($"{generation.Number}");
            json.WriteNumber("made", generation.Made);
            json.WriteString("system", generation.System.ToString());
            if (generation.LockSha256 is { } sha256)
                json.WriteString("lockSha256", sha256);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // What the gates said, by their names.
    internal static void WriteGates(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartObject("gates");
        foreach (var (gate, verdict) in receipt.Gates)
            json.WriteString(gate, RolloutJson.Word(verdict));
        json.WriteEndObject();
    }
}
