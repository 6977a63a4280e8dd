using System.Text.Json;
using Hostlock.Machines;
using Hostlock.Machines.Probing;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>status --live</c> and <c>probe</c>.</summary>
public static class MachineJson
{
    /// <summary>What machines run, by host.</summary>
    /// <param name="statuses">The hosts.</param>
    /// <param name="commands">How commands are typed in the current folder.</param>
    public static string Render(IReadOnlyList<MachineStatus> statuses, TypedCommands commands) => JsonPage.Render(json =>
    {
        json.WriteStartObject("hosts");
        foreach (var status in statuses)
        {
            json.WriteStartObject(status.Host.Name.ToString());
            Write(json, status, commands);
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
}
