using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Checks;
using Hostlock.Fleets.History;
using Hostlock.Locks;

namespace Hostlock.Reporting.Json;

/// <summary>
/// The facts of every reading command for machines. One document a run, with <c>version</c> 1; objects are keyed by host and
/// input names; revisions are whole; times are seconds since the epoch. The shapes are in docs/files.md.
/// </summary>
public static class JsonOutput
{
    const int Version = 1;

    static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>status --json</c>, written host by host.</summary>
    public static void Status(IReadOnlyList<LockStatus> locks, TextWriter output)
    {
        using var text = new TextOfUtf8(output);
        var written = new Dictionary<FlakeRef, byte[]>(ReferenceEqualityComparer.Instance);
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartObject("hosts");
            foreach (var one in locks)
            {
                foreach (var host in one.Place.Sharers)
                    Status(json, host, one, written);
                json.Flush();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        output.Write('\n');
    }

    static void Status(Utf8JsonWriter json, string host, LockStatus one, Dictionary<FlakeRef, byte[]> written)
    {
        json.WriteStartObject(host);
        json.WriteString("lock", one.Place.Shown);
        json.WriteString("state", one.Lock is not null ? "locked" : one.Problem is null ? "missing" : "unreadable");
        if (one.Problem is { } problem)
            json.WriteString("problem", problem.Message);
        json.WriteStartObject("inputs");
        foreach (var input in one.Inputs)
        {
            json.WriteStartObject(input.Name);
            Edge(json, input.Edge, written);
            json.WriteNumber("secondsBehind", input.SecondsBehind);
            Frozen(json, input.Freeze);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary><c>log --json</c>.</summary>
    public static string History(string host, IReadOnlyList<LockVersion> versions) => Document(json =>
    {
        json.WriteString("host", host);
        json.WriteStartArray("commits");
        foreach (var (commit, diff) in versions)
        {
            json.WriteStartObject();
            json.WriteString("commit", commit.Id);
            json.WriteNumber("time", commit.Time.Seconds);
            json.WriteString("subject", commit.Subject);
            if (commit.PromotedFrom.Length > 0)
                json.WriteString("promotedFrom", commit.PromotedFrom);
            if (diff is not null)
                Changes(json, diff);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary><c>follows --json</c>.</summary>
    public static string Repetitions(IReadOnlyList<(LockPlace Place, IReadOnlyList<Repetition> Repetitions)> locks) => Document(json =>
    {
        json.WriteStartObject("hosts");
        foreach (var (place, repetitions) in locks)
        {
            foreach (var host in place.Sharers)
            {
                json.WriteStartObject(host);
                foreach (var repetition in repetitions)
                {
                    json.WriteStartObject(repetition.Target);
                    json.WriteNumber("revisions", repetition.Revisions);
                    json.WriteStartObject("lines");
                    foreach (var path in repetition.Others)
                        json.WriteString(path.ToString(), repetition.LineFor(path));
                    json.WriteEndObject();
                    json.WriteEndObject();
                }
                json.WriteEndObject();
            }
        }
        json.WriteEndObject();
    });

    /// <summary><c>outdated --json</c>.</summary>
    public static string Outdated(IReadOnlyList<OutdatedLock> locks) => Document(json =>
    {
        json.WriteStartObject("hosts");
        foreach (var (one, host) in locks.SelectMany(one => one.Place.Sharers.Select(host => (one, host))))
        {
            json.WriteStartObject(host);
            json.WriteString("lock", one.Place.Shown);
            json.WriteStartObject("inputs");
            foreach (var input in one.Inputs)
            {
                json.WriteStartObject(input.Name);
                json.WriteString("locked", input.Locked.Revision);
                json.WriteString("newest", input.Newest?.Id.ToString());
                json.WriteBoolean("canMove", input.CanMove);
                if (input.SecondsBehind is { } behind)
                    json.WriteNumber("secondsBehind", behind);
                if (input.CommitsBehind is { } commits)
                    json.WriteNumber("commitsBehind", commits);
                if (input.Waiting is { } waiting)
                    json.WriteString("waiting", waiting.Id.ToString());
                Frozen(json, input.Freeze);
                if (input.Problem is { } problem)
                    json.WriteString("problem", problem.Message);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    /// <summary><c>diff --json</c>.</summary>
    public static string Diff(string before, string after, LockDiff diff, string? closure) => Document(json =>
    {
        json.WriteString("before", before);
        json.WriteString("after", after);
        Changes(json, diff);
        if (closure is null)
            return;
        json.WriteStartArray("closure");
        foreach (var line in closure.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            json.WriteStringValue(line);
        json.WriteEndArray();
    });

    /// <summary><c>lock --json</c> and <c>update --json</c>.</summary>
    public static string Outcomes(IReadOnlyList<HostOutcome> outcomes, bool isWritten) => Document(json =>
    {
        json.WriteStartObject("hosts");
        foreach (var outcome in outcomes)
        {
            foreach (var host in outcome.Place.Sharers)
            {
                json.WriteStartObject(host);
                json.WriteString("lock", outcome.Place.Shown);
                if (outcome is HostOutcome.Ready ready)
                {
                    json.WriteBoolean("written", isWritten && ready.IsChange);
                    Changes(json, ready.Diff);
                    Warnings(json, ready.Warnings);
                    if (ready.Held.Count > 0)
                        Kept(json, ready.Held);
                    if (ready.Kept.Count > 0)
                    {
                        json.WriteStartObject("unreachable");
                        foreach (var (path, why) in ready.Kept)
                            json.WriteString(path.ToString(), why.Message);
                        json.WriteEndObject();
                    }
                }
                else if (outcome is HostOutcome.Failed failed)
                {
                    json.WriteBoolean("written", false);
                    json.WriteString("error", failed.Why.Message);
                }
                json.WriteEndObject();
            }
        }
        json.WriteEndObject();
    });

    /// <summary><c>promote --json</c>.</summary>
    public static string Promotion(string from, IReadOnlyList<TargetPlan> plans, bool isWritten) => Document(json =>
    {
        json.WriteString("from", from);
        json.WriteStartObject("hosts");
        foreach (var plan in plans)
        {
            foreach (var host in plan.Place.Sharers)
                Target(json, host, plan, isWritten);
        }
        json.WriteEndObject();
    });

    static void Target(Utf8JsonWriter json, string host, TargetPlan plan, bool isWritten)
    {
        json.WriteStartObject(host);
        json.WriteString("lock", plan.Place.Shown);
        if (plan is TargetPlan.Ready ready)
        {
            json.WriteBoolean("written", isWritten && ready.IsChange);
            Changes(json, ready.Diff);
            Kept(json, ready.Kept);
        }
        else if (plan is TargetPlan.Refused refused)
        {
            json.WriteBoolean("written", false);
            json.WriteString("refused", refused.Why);
        }
        json.WriteEndObject();
    }

    static void Kept(Utf8JsonWriter json, IEnumerable<KeptInput> inputs)
    {
        json.WriteStartObject("kept");
        foreach (var kept in inputs)
            json.WriteString(kept.Input, kept.Reason);
        json.WriteEndObject();
    }

    static void Frozen(Utf8JsonWriter json, Freeze? freeze)
    {
        json.WriteBoolean("frozen", freeze is not null);
        if (freeze?.Until is { } until)
            json.WriteString("frozenUntil", until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    /// <summary><c>show --json</c>: every input by its path.</summary>
    public static string Show(string name, LockFile file) => Document(json =>
    {
        json.WriteString("lock", name);
        json.WriteStartObject("inputs");
        foreach (var (path, edge) in file.AllInputs())
        {
            json.WriteStartObject(path.ToString());
            Edge(json, edge);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    /// <summary><c>check --json</c>.</summary>
    public static string Findings(IReadOnlyList<Finding> findings) => Document(json =>
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("severity", finding.Severity == Severity.Error ? "error" : "warning");
            json.WriteString("code", finding.Code);
            json.WriteString("message", finding.Problem.Message);
            json.WriteString("file", finding.Problem.File);
            if (finding.Problem.Line is { } line)
                json.WriteNumber("line", line);
            if (finding.Problem.Fix is { } fix)
                json.WriteString("fix", fix);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary><c>hash --json</c>.</summary>
    public static string Hash(string what, string narHash, Moment? lastModified) => Document(json =>
    {
        json.WriteString("source", what);
        json.WriteString("narHash", narHash);
        if (lastModified is { } modified)
            json.WriteNumber("lastModified", modified.Seconds);
    });

    static void Changes(Utf8JsonWriter json, LockDiff diff)
    {
        json.WriteStartObject("changes");
        foreach (var change in diff.Changes)
        {
            json.WriteStartObject(change.Path.ToString());
            json.WriteString("kind", change switch
            {
                { Before: null } => "added",
                { After: null } => "removed",
                { Moves: true } => "updated",
                _ => "redeclared",
            });
            Side(json, "before", change.Before);
            Side(json, "after", change.After);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void Side(Utf8JsonWriter json, string name, LockEdge? edge)
    {
        if (edge is null)
            return;
        json.WriteStartObject(name);
        Edge(json, edge);
        json.WriteEndObject();
    }

    static void Edge(Utf8JsonWriter json, LockEdge edge, Dictionary<FlakeRef, byte[]>? written = null)
    {
        if (edge is LockEdge.Follows(var target))
        {
            json.WriteString("follows", target.ToString());
            return;
        }
        var node = ((LockEdge.Locked)edge).Node;
        Reference(json, "locked", node.Locked, written);
        Reference(json, "original", node.Original, written);
    }

    // The hosts of a fleet have mostly the same references: what was written once is written again as it is.
    static void Reference(Utf8JsonWriter json, string name, FlakeRef reference, Dictionary<FlakeRef, byte[]>? written)
    {
        json.WritePropertyName(name);
        if (written is null)
        {
            Reference(json, reference);
            return;
        }
        if (!written.TryGetValue(reference, out var bytes))
        {
            var alone = new ArrayBufferWriter<byte>();
            using (var inner = new Utf8JsonWriter(alone, Options))
                Reference(inner, reference);
            var text = Encoding.UTF8.GetString(alone.WrittenSpan).Replace("\n", $"\n{new string(' ', 2 * json.CurrentDepth)}", StringComparison.Ordinal);
            written.Add(reference, bytes = Encoding.UTF8.GetBytes(text));
        }
        json.WriteRawValue(bytes, skipInputValidation: true);
    }

    static void Reference(Utf8JsonWriter json, FlakeRef reference)
    {
        json.WriteStartObject();
        foreach (var (attribute, value) in reference.Attributes)
        {
            switch (value)
            {
                case RefValue.Text(var text):
                    json.WriteString(attribute, text);
                    break;
                case RefValue.Number(var number):
                    json.WriteNumber(attribute, number);
                    break;
                case RefValue.Truth(var truth):
                    json.WriteBoolean(attribute, truth);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        json.WriteEndObject();
    }

    static void Warnings(Utf8JsonWriter json, IReadOnlyList<Warning> warnings)
    {
        json.WriteStartArray("warnings");
        foreach (var warning in warnings)
            json.WriteStringValue(warning.Message);
        json.WriteEndArray();
    }

    static string Document(Action<Utf8JsonWriter> body)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }
}
