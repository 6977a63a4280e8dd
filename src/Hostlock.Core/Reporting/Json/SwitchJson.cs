using System.Collections.Immutable;
using System.Text.Json;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Rollouts.Steps;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>switch</c> and <c>rollback</c>.</summary>
public static class SwitchJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("rollout", AnyText.OrNull, "The id of what happened; null with --dry-run"),
        Member("hosts", By("HOST", Object(
            Member("target", Store, "The system that the host was to get").IfAny,
            Member("activation", WordsOf<Activation>(), "How it was to get it").IfAny,
            Member("outcome", WordsOf<HostOutcome>().OrNull, "What became of it; null if it was not touched").IfAny,
            Member("changed", YesOrNo, "True if something was changed on the machine").IfAny,
            Member("ranBefore", Store.OrNull, "The system that ran before").IfAny,
            Member("runs", Store.OrNull, "The system that runs now").IfAny,
            Member("bootsNext", Store.OrNull, "The system that boots next").IfAny,
            Member("reboot", AnyText, "What only a reboot changes").IfAny,
            Member("note", AnyText, "What happened, in words").IfAny,
            Member("gates", By("NAME", Object(
                Member("verdict", WordsOf<Verdict>(), "What the gate says"),
                Member("said", AnyText, "Its words"))), "The gates that were asked").IfAny,
            Member("redBefore", Texts, "Gates that failed before the switch too").IfAny,
            Member("preview", Object(
                [
                    Member("target", Store, "The system"),
                    Member("problem", AnyText, "Why not all is known").IfAny,
                    SharedShapes.Changes.IfAny,
                    .. SharedShapes.Packages.Select(member => member.IfAny),
                    Member("units", Object(
                        Member("stops", Texts, "Units that stop"),
                        Member("restarts", Texts, "Units that restart"),
                        Member("reloads", Texts, "Units that reload"),
                        Member("starts", Texts, "Units that start")), "What happens to units").IfAny,
                    Member("reboot", Texts, "What only a reboot changes").IfAny,
                    Member("inhibited", YesOrNo, "True if the machine would refuse to switch").IfAny,
                ]), "What would change").IfAny)), "The hosts"));

    /// <summary>Renders the changes, and their outcome, by host.</summary>
    /// <param name="rollout">What has happened; null if nothing was to happen.</param>
    /// <param name="previews">The previews.</param>
    public static string Render(Rollout? rollout, IReadOnlyList<HostPreview> previews) => JsonPage.Render(json =>
    {
        json.WriteString("rollout", rollout?.Plan.Id);
        json.WriteStartObject("hosts");
        var names = rollout?.Plan.Hosts.Select(plan => plan.Host) ?? previews.Select(preview => preview.Plan.Host);
        foreach (var name in names)
        {
            json.WriteStartObject(name.ToString());
            if (rollout is not null)
                Write(json, rollout.Hosts[name]);
            if (previews.FirstOrDefault(preview => preview.Plan.Host == name) is { } preview)
                Write(json, preview);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    static void Write(Utf8JsonWriter json, HostRecord host)
    {
        json.WriteString("target", host.Plan.Target.ToString());
        json.WriteString("activation", RolloutJson.Word(host.Plan.Activation));
        json.WriteString("outcome", host.Outcome is { } outcome ? RolloutJson.Word(outcome) : null);
        json.WriteBoolean("changed", host.Activations > 0 || host.Keeps > 0);
        json.WriteString("ranBefore", host.Before?.Running?.ToString());
        json.WriteString("runs", host.Now?.Running?.ToString());
        json.WriteString("bootsNext", host.Now?.Next?.ToString());
        if (host.Now is { Reboot.Length: > 0 } facts)
            json.WriteString("reboot", facts.Reboot);
        if (host.Note is { } note)
            json.WriteString("note", note);
        json.WriteStartObject("gates");
        foreach (var gate in host.Gates)
        {
            json.WriteStartObject(gate.Name);
            json.WriteString("verdict", RolloutJson.Word(gate.Verdict));
            json.WriteString("said", gate.Said);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        WriteTexts(json, "redBefore", host.RedBefore);
    }

    static void Write(Utf8JsonWriter json, HostPreview preview)
    {
        json.WriteStartObject("preview");
        json.WriteString("target", preview.Plan.Target.ToString());
        if (preview.Problem is { } problem)
            json.WriteString("problem", problem);
        if (preview.Pins is { } pins)
            json.WriteChanges(pins);
        if (preview.Packages is { } packages)
            json.WritePackages(packages);
        if (preview.Units is { } units)
        {
            json.WriteStartObject("units");
            WriteTexts(json, "stops", units.Stops);
            WriteTexts(json, "restarts", units.Restarts);
            WriteTexts(json, "reloads", units.Reloads);
            WriteTexts(json, "starts", units.Starts);
            json.WriteEndObject();
            WriteTexts(json, "reboot", [.. units.Reboot.Select(part => part.Name)]);
            json.WriteBoolean("inhibited", units.IsInhibited);
        }
        json.WriteEndObject();
    }

    static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
