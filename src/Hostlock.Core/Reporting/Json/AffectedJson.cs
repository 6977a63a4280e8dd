using System.Buffers;
using System.Text;
using System.Text.Json;
using Hostlock.Fleets.History;
using Hostlock.Machines.Systems;
using Hostlock.Rollouts.Journals;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>affected</c>.</summary>
public static class AffectedJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("base", WholeRevision, "The commit that the files are compared with"),
        Member("asked", Count, "How many hosts were asked about"),
        Member("evaluated", Count, "How many of them a difference may concern; the others cannot be affected"),
        Member("everyHostBecause", AnyText, "Why all hosts had to be evaluated, if they had to").IfAny,
        Member("hosts", By("HOST", Object(
            Member("why", ListOf(WordsOf<ChangeReason>()), "What may be the cause"),
            Member("earlierProblem", AnyText, "Why the host cannot be evaluated as it was at the commit, if that is so").IfAny,
            Member("configurations", ListOf(Object(
                Member("attr", AnyText, "The attribute path of the system"),
                Member("system", AnyText, "What it is built on, such as x86_64-linux"),
                Member("before", Store.OrNull, "The system at the commit; null if there was none"),
                Member("after", Store, "The system that the files make now"))), "The systems that differ"))), "The affected hosts"),
        Member("gone", Texts, "Hosts that hostlock.toml had in the commit and no longer has"),
        Member("failed", By("HOST", AnyText), "Hosts that cannot be evaluated, and why"));

    /// <summary>The hosts whose systems differ from those of an earlier commit.</summary>
    /// <param name="affected">The hosts.</param>
    public static string Render(AffectedFleet affected) => JsonPage.Render(json =>
    {
        json.WriteString("base", affected.Commit.ToString());
        json.WriteNumber("asked", affected.Asked);
        json.WriteNumber("evaluated", affected.Evaluated);
        if (affected.Seen is { } seen)
            json.WriteString("everyHostBecause", seen);
        json.WriteStartObject("hosts");
        foreach (var host in affected.Hosts)
        {
            json.WriteStartObject(host.Name.ToString());
            json.WriteStartArray("why");
            foreach (var reason in host.Reasons)
                json.WriteStringValue(RolloutJson.Word(reason));
            json.WriteEndArray();
            if (host.EarlierProblem is { } problem)
                json.WriteString("earlierProblem", problem.Message);
            json.WriteStartArray("configurations");
            foreach (var configuration in host.Configurations)
            {
                json.WriteStartObject();
                json.WriteString("attr", configuration.Attribute);
                json.WriteString("system", configuration.Platform);
                json.WriteString("before", configuration.Before?.ToString());
                json.WriteString("after", configuration.After.ToString());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("gone");
        foreach (var name in affected.Gone)
            json.WriteStringValue(name.ToString());
        json.WriteEndArray();
        json.WriteStartObject("failed");
        foreach (var (host, why) in affected.Failed)
            json.WriteString(host.ToString(), why.Message);
        json.WriteEndObject();
    });

    /// <summary>A build matrix on one line, as a CI takes it: <c>include</c>, with an object for each configuration.</summary>
    /// <param name="affected">The hosts.</param>
    /// <remarks>docs.github.com, "Running variations of jobs in a workflow": <c>include</c> alone makes a job of each object.</remarks>
    public static string Matrix(AffectedFleet affected)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("include");
            foreach (var host in affected.Hosts)
            {
                foreach (var configuration in host.Configurations)
                {
                    json.WriteStartObject();
                    json.WriteString("host", host.Name.ToString());
                    json.WriteString("attr", configuration.Attribute);
                    json.WriteString("system", configuration.Platform);
                    json.WriteEndObject();
                }
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }
}
