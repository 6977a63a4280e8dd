using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Machines;

namespace Hostlock.Rollouts.Journals;

/// <summary>Writes events of rollouts as JSON on one line, and reads them.</summary>
public static class RolloutJson
{
    // Spans are added to times, and a sum that is no time any more would be an error later.
    static readonly DateTimeOffset LastTime = new(5000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan LongestSpan = TimeSpan.FromDays(365_000);

    /// <summary>Writes an event.</summary>
    /// <param name="happened">The event.</param>
    public static string Write(RolloutEvent happened)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, OwnJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("at", happened.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            WriteMembers(json, happened);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads an event.</summary>
    /// <param name="line">The text.</param>
    /// <param name="path">The journal, for the error.</param>
    /// <param name="number">The number of the line in the journal, from 1, for the error.</param>
    /// <exception cref="RolloutException">The text is no event, or one of another release.</exception>
    public static RolloutEvent Read(string line, string path, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return Event(document.RootElement);
        }
        catch (Exception why) when (
            why is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or HostlockException)
        {
            throw RolloutException.NotRead(path, number);
        }
    }

    static void WriteMembers(Utf8JsonWriter json, RolloutEvent happened)
    {
        switch (happened)
        {
            case RolloutEvent.Opened(var plan, _):
                json.WriteString("event", "opened");
                Write(json, plan);
                break;
            case RolloutEvent.Approved approved:
                json.WriteString("event", "approved");
                WriteIfAny(json, "by", approved.By);
                break;
            case RolloutEvent.RingApproved(var ring, _) approved:
                json.WriteString("event", "ringApproved");
                json.WriteString("ring", ring);
                WriteIfAny(json, "by", approved.By);
                WriteIfAny(json, "proof", approved.Proof?.ToString());
                break;
            case RolloutEvent.RingOpened(var ring, var commit, _):
                json.WriteString("event", "ringOpened");
                json.WriteString("ring", ring);
                WriteIfAny(json, "commit", commit?.ToString());
                break;
            case RolloutEvent.Held(var host, var why, _):
                json.WriteString("event", "held");
                json.WriteString("host", host.ToString());
                WriteIfAny(json, "why", why);
                break;
            case RolloutEvent.Retried(var host, _):
                json.WriteString("event", "retried");
                json.WriteString("host", host.ToString());
                break;
            case RolloutEvent.Began(var host, var step, _):
                json.WriteString("event", "began");
                WriteStep(json, host, step);
                break;
            case RolloutEvent.Ended(var host, var step, var result, _):
                json.WriteString("event", "ended");
                WriteStep(json, host, step);
                Write(json, result);
                break;
            case RolloutEvent.Decided(var host, var verdict, _):
                json.WriteString("event", "decided");
                json.WriteString("host", host.ToString());
                json.WriteString("verdict", Word(verdict));
                break;
            case RolloutEvent.Restored(var host, _):
                json.WriteString("event", "restored");
                json.WriteString("host", host.ToString());
                break;
            case RolloutEvent.Stopped(var why, _):
                json.WriteString("event", "stopped");
                json.WriteString("why", why);
                break;
            case RolloutEvent.Resumed(var isChecked, _):
                json.WriteString("event", "resumed");
                json.WriteBoolean("checked", isChecked);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    static void WriteIfAny(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    static void Write(Utf8JsonWriter json, RolloutPlan plan)
    {
        json.WriteString("id", plan.Id);
        json.WriteString("action", Word(plan.Action));
        if (plan.Source is { } source)
            Write(json, source);
        json.WriteStartArray("rings");
        foreach (var ring in plan.Rings)
            Write(json, ring);
        json.WriteEndArray();
        json.WriteStartArray("groups");
        foreach (var group in plan.Groups)
            Write(json, group);
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, RolloutSource source)
    {
        json.WriteString("from", source.From.ToString());
        json.WriteString("commit", source.Commit.ToString());
        json.WriteString("base", source.Base.ToString());
    }

    static void Write(Utf8JsonWriter json, RingPlan ring)
    {
        json.WriteStartObject();
        Write(json, ring.Name, ring.Rule);
        json.WriteStartArray("hosts");
        foreach (var host in ring.Hosts)
            Write(json, host);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the name and the rule of a ring, as members of an object.</summary>
    /// <param name="json">Takes them.</param>
    /// <param name="name">The name.</param>
    /// <param name="rule">The rule.</param>
    public static void Write(Utf8JsonWriter json, string name, RingRule rule)
    {
        json.WriteString("name", name);
        json.WriteNumber("soak", (long)rule.Soak.TotalSeconds);
        json.WriteNumber("parallel", rule.Parallel);
        json.WriteNumber("maxFailed", rule.MaxFailed);
        if (rule.MaxAbsent is { } absent)
            json.WriteNumber("maxAbsent", absent);
        if (rule.Window is { } window)
            json.WriteString("window", window.ToString());
        json.WriteBoolean("approve", rule.NeedsApproval);
    }

    static void Write(Utf8JsonWriter json, GroupPlan group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteNumber("parallel", group.Parallel);
        WriteTexts(json, "hosts", group.Hosts.Select(host => host.ToString()));
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, HostPlan plan)
    {
        json.WriteStartObject();
        json.WriteString("host", plan.Host.ToString());
        json.WriteString("target", plan.Target.ToString());
        json.WriteString("activation", Word(plan.Activation));
        json.WriteString("engine", plan.Engine);
        json.WriteNumber("trial", (long)plan.Trial.TotalSeconds);
        json.WriteBoolean("checked", plan.IsChecked);
        WriteIfAny(json, "lock", plan.LockSha256);
        if (!plan.After.IsEmpty)
            WriteTexts(json, "after", plan.After.Select(host => host.ToString()));
        json.WriteEndObject();
    }

    static void WriteStep(Utf8JsonWriter json, HostName host, Step step)
    {
        json.WriteString("host", host.ToString());
        json.WriteString("step", Word(step));
    }

    static void Write(Utf8JsonWriter json, StepResult result)
    {
        if (result.ExitCode is { } code)
            json.WriteNumber("exitCode", code);
        WriteIfAny(json, "note", result.Note);
        if (result.IsWrongMachine)
            json.WriteBoolean("wrongMachine", true);
        if (result.IsDeferred)
            json.WriteBoolean("deferred", true);
        if (result.Verdict is { } verdict)
            json.WriteString("verdict", Word(verdict));
        if (!result.Gates.IsEmpty)
        {
            json.WriteStartArray("gates");
            foreach (var gate in result.Gates)
            {
                json.WriteStartObject();
                json.WriteString("name", gate.Name);
                json.WriteString("verdict", Word(gate.Verdict));
                json.WriteString("said", gate.Said);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (result.Facts is { } facts)
            Write(json, facts);
    }

    static void Write(Utf8JsonWriter json, HostFacts facts)
    {
        json.WriteStartObject("facts");
        WritePath("running", facts.Running);
        WritePath("system", facts.System);
        WritePath("next", facts.Next);
        json.WriteString("machine", facts.MachineId);
        json.WriteString("boot", facts.BootId);
        if (facts.IsSwitching)
            json.WriteBoolean("switching", true);
        if (facts.HasTarget)
            json.WriteBoolean("hasTarget", true);
        if (facts.IsInhibited)
            json.WriteBoolean("inhibited", true);
        if (facts.Trial is { } trial)
            json.WriteString("trial", trial);
        if (facts.Fired is { } fired)
            json.WriteString("fired", fired);
        if (facts.FailedUnits is { } failed)
            WriteTexts(json, "failedUnits", failed);
        if (facts.Reboot.Length > 0)
            json.WriteString("reboot", facts.Reboot);
        if (facts.Generation is { } generation)
            json.WriteNumber("generation", generation);
        json.WriteString("power", Word(facts.Power));
        json.WriteEndObject();

        void WritePath(string name, StorePath? path) => json.WriteString(name, path?.ToString());
    }

    static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static RolloutEvent Event(JsonElement json)
    {
        var at = DateTimeOffset.Parse(Needed(json.GetProperty("at")), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (at < DateTimeOffset.UnixEpoch || at > LastTime)
            throw new FormatException();
        return json.GetProperty("event").GetString() switch
        {
            "opened" => new RolloutEvent.Opened(
                new(
                    Id(json.GetProperty("id")),
                    Parsed<RolloutAction>(json.GetProperty("action")),
                    RingsOf(json.GetProperty("rings")))
                {
                    Groups = [.. json.GetProperty("groups").EnumerateArray().Select(Group)],
                    Source = json.TryGetProperty("from", out var from)
                        ? new(Name(from), Commit(json.GetProperty("commit")), Commit(json.GetProperty("base")))
                        : null,
                },
                at),
            "approved" => new RolloutEvent.Approved(at) { By = Text(json, "by") },
            "ringApproved" => new RolloutEvent.RingApproved(Needed(json.GetProperty("ring")), at)
            {
                By = Text(json, "by"),
                Proof = json.TryGetProperty("proof", out var proof) ? Commit(proof) : null,
            },
            "ringOpened" => new RolloutEvent.RingOpened(
                Needed(json.GetProperty("ring")), json.TryGetProperty("commit", out var commit) ? Commit(commit) : null, at),
            "held" => new RolloutEvent.Held(Name(json.GetProperty("host")), Text(json, "why"), at),
            "retried" => new RolloutEvent.Retried(Name(json.GetProperty("host")), at),
            "began" => new RolloutEvent.Began(Name(json.GetProperty("host")), StepOf(json), at),
            "ended" => new RolloutEvent.Ended(Name(json.GetProperty("host")), StepOf(json), Result(json), at),
            "decided" => new RolloutEvent.Decided(Name(json.GetProperty("host")), VerdictOf(json), at),
            "restored" => new RolloutEvent.Restored(Name(json.GetProperty("host")), at),
            "stopped" => new RolloutEvent.Stopped(Needed(json.GetProperty("why")), at),
            "resumed" => new RolloutEvent.Resumed(json.GetProperty("checked").GetBoolean(), at),
            _ => throw new FormatException(),
        };
    }

    // A rollout has a host, and each is in one ring.
    static ImmutableArray<RingPlan> RingsOf(JsonElement json)
    {
        ImmutableArray<RingPlan> rings = [.. json.EnumerateArray().Select(Ring)];
        var hosts = rings.SelectMany(ring => ring.Hosts).Select(host => host.Host).ToList();
        return hosts.Count > 0 && hosts.Distinct().Count() == hosts.Count ? rings : throw new FormatException();
    }

    static RingPlan Ring(JsonElement json) => new(
        Needed(json.GetProperty("name")),
        new()
        {
            Soak = Span(json.GetProperty("soak")),
            Parallel = json.GetProperty("parallel").GetInt32(),
            MaxFailed = json.GetProperty("maxFailed").GetInt32(),
            MaxAbsent = json.TryGetProperty("maxAbsent", out var absent) ? absent.GetInt32() : null,
            Window = Text(json, "window") is { } window ? ChangeWindow.TryParse(window) ?? throw new FormatException() : null,
            NeedsApproval = json.GetProperty("approve").GetBoolean(),
        },
        [.. json.GetProperty("hosts").EnumerateArray().Select(Plan)]);

    static GroupPlan Group(JsonElement json) => new(
        Needed(json.GetProperty("name")),
        json.GetProperty("parallel").GetInt32(),
        [.. json.GetProperty("hosts").EnumerateArray().Select(Name)]);

    static HostPlan Plan(JsonElement json) => new(
        Name(json.GetProperty("host")),
        Path(json.GetProperty("target")) ?? throw new FormatException(),
        Parsed<Activation>(json.GetProperty("activation")),
        // The description of an engine may be gone since.
        HostName.TryParse(json.GetProperty("engine").GetString() ?? "")?.ToString() ?? throw new FormatException(),
        Span(json.GetProperty("trial")),
        json.GetProperty("checked").GetBoolean())
    {
        After = json.TryGetProperty("after", out var after) ? [.. after.EnumerateArray().Select(Name)] : [],
        LockSha256 = Text(json, "lock"),
    };

    static StepResult Result(JsonElement json) => new()
    {
        ExitCode = json.TryGetProperty("exitCode", out var code) ? code.GetInt32() : null,
        Note = Text(json, "note"),
        IsWrongMachine = json.TryGetProperty("wrongMachine", out _),
        IsDeferred = json.TryGetProperty("deferred", out _),
        Verdict = json.TryGetProperty("verdict", out _) ? VerdictOf(json) : null,
        Gates = json.TryGetProperty("gates", out var gates)
            ? [
                .. gates.EnumerateArray().Select(
                    gate => new GateAnswer(Needed(gate.GetProperty("name")), VerdictOf(gate), Needed(gate.GetProperty("said")))),
            ]
            : [],
        Facts = json.TryGetProperty("facts", out var facts) ? Facts(facts) : null,
    };

    static HostFacts Facts(JsonElement json) => new(
        Path(json.GetProperty("running")),
        Path(json.GetProperty("system")),
        Path(json.GetProperty("next")),
        Needed(json.GetProperty("machine")),
        Needed(json.GetProperty("boot")))
    {
        IsSwitching = json.TryGetProperty("switching", out _),
        HasTarget = json.TryGetProperty("hasTarget", out _),
        IsInhibited = json.TryGetProperty("inhibited", out _),
        Trial = Text(json, "trial"),
        Fired = Text(json, "fired"),
        FailedUnits = json.TryGetProperty("failedUnits", out var units)
            ? [.. units.EnumerateArray().Select(unit => Needed(unit))]
            : null,
        Reboot = Text(json, "reboot") ?? "",
        Generation = json.TryGetProperty("generation", out var generation) ? generation.GetInt32() : null,
        Power = Parsed<RootPower>(json.GetProperty("power")),
    };

    static TimeSpan Span(JsonElement json) =>
        json.GetInt64() is >= 0 and var seconds && seconds <= LongestSpan.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException();

    static string Needed(JsonElement json) => json.GetString() ?? throw new FormatException();

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    // A commit becomes a word of a git command, so it has to be whole.
    static Revision Commit(JsonElement json) => Revision.Parse(Needed(json));

    static string Id(JsonElement json) => json.GetString() is { } id && RolloutPlan.IsId(id) ? id : throw new FormatException();

    static HostName Name(JsonElement json) => HostName.Parse(Needed(json));

    static StorePath? Path(JsonElement json) =>
        json.ValueKind == JsonValueKind.Null ? null : StorePath.TryParse(Needed(json)) ?? throw new FormatException();

    static Step StepOf(JsonElement json) => Parsed<Step>(json.GetProperty("step"));

    static Verdict VerdictOf(JsonElement json) => Parsed<Verdict>(json.GetProperty("verdict"));

    static T Parsed<T>(JsonElement json)
        where T : struct, Enum =>
        Enum.TryParse<T>(json.GetString(), ignoreCase: true, out var value)
            && Enum.IsDefined(value)
            && !char.IsAsciiDigit(json.GetString()![0])
            ? value
            : throw new FormatException();

    /// <summary>The word for a value of a choice, as JSON has it: <c>onTrial</c>.</summary>
    /// <param name="value">The value.</param>
    public static string Word<T>(T value)
        where T : struct, Enum =>
        value.ToString() is { Length: > 0 } name ? $"{char.ToLowerInvariant(name[0])}{name[1..]}" : "";
}
