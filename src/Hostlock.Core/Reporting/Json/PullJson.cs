using Hostlock.Releases;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of <c>pull</c>.</summary>
public static class PullJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(
        Member("fleet", AnyText, "The fleet"),
        Member("host", AnyText, "The host that this machine is"),
        Member(
            "outcome", OneWord(
                "upToDate", "notNamed", "held", "planned", "refused", "onTrial", "kept", "returned", "stranded", "notCopied", "notBegun",
                "absent", "wrongMachine", "superseded"),
            "What came of it"),
        Member("release", Count, "The number of the release; missing if nobody vouches for it").IfAny,
        Member("system", Store, "The system that was tried, or would be").IfAny,
        Member("gates", By("GATE", WordsOf<Verdict>()), "What the gates said").IfAny,
        Member("rule", WordsOf<RefusalRule>(), "The rule by which it was refused").IfAny,
        Member("why", AnyText, "The reason").IfAny);

    /// <summary>Renders the result of a pull.</summary>
    /// <param name="settings">The settings of the machine.</param>
    /// <param name="outcome">The result.</param>
    public static string Render(PullSettings settings, PullOutcome outcome) => JsonPage.Render(json =>
    {
        json.WriteString("fleet", settings.Fleet.ToString());
        json.WriteString("host", settings.Host.ToString());
        switch (outcome)
        {
            case PullOutcome.UpToDate(var number):
                json.WriteString("outcome", "upToDate");
                json.WriteNumber("release", number.Value);
                break;
            case PullOutcome.NotNamed(var number):
                json.WriteString("outcome", "notNamed");
                json.WriteNumber("release", number.Value);
                break;
            case PullOutcome.Held(var number, var why):
                json.WriteString("outcome", "held");
                json.WriteNumber("release", number.Value);
                json.WriteString("why", why);
                break;
            case PullOutcome.Planned(var number, var system):
                json.WriteString("outcome", "planned");
                json.WriteNumber("release", number.Value);
                json.WriteString("system", system.ToString());
                break;
            case PullOutcome.Refused(var refusal):
                json.WriteString("outcome", "refused");
                if (refusal.Number is { } refused)
                    json.WriteNumber("release", refused.Value);
                json.WriteString("rule", RolloutJson.Word(refusal.Rule));
                json.WriteString("why", refusal.Why);
                break;
            case PullOutcome.Tried(var number, var host):
                json.WriteString("outcome", host.Outcome is { } ended ? RolloutJson.Word(ended) : "onTrial");
                json.WriteNumber("release", number.Value);
                json.WriteString("system", host.Plan.Target.ToString());
                json.WriteStartObject("gates");
                foreach (var gate in host.Gates)
                    json.WriteString(gate.Name, RolloutJson.Word(gate.Verdict));
                json.WriteEndObject();
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    });
}
