using System.Text.Json;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using static Hostlock.Reporting.Json.JsonShape;

namespace Hostlock.Reporting.Json;

/// <summary>The JSON of the commands that write locks: <c>lock</c>, <c>update</c>, <c>promote</c>, <c>restore</c>, <c>undo</c> and
/// <c>input</c>.</summary>
public static class ReportJson
{
    /// <summary>The shape of it.</summary>
    public static JsonShape Shape => Document(Hosts);

    /// <summary>The shape for a promotion.</summary>
    public static JsonShape PromotionShape => Document(Member("from", AnyText, "The host whose lock is promoted"), Hosts);

    /// <summary>The shape for a change of what is declared.</summary>
    public static JsonShape DeclarationShape => Document(
        Member("file", AnyText, "The file that declares it, relative to the flake"),
        Member("written", YesOrNo, "True if it was written"),
        Hosts);

    static JsonMember Hosts
    {
        get
        {
            var lockMember = Member("lock", AnyText, "The lock, relative to the flake");
            var written = Member("written", YesOrNo, "True if it was written");
            return Member("hosts", By("HOST", EitherOf(
                Object(
                    lockMember,
                    written,
                    SharedShapes.Changes,
                    Member("warnings", Texts, "What is odd about it"),
                    SharedShapes.Held,
                    Member(
                        "unreachable", By("PATH", AnyText),
                        "Inputs that cannot be reached, and why; each stays as it is, or has an earlier answer")),
                Object(
                    lockMember,
                    written,
                    Member("error", AnyText, "Why the lock must not or cannot change"),
                    Member("fix", AnyText, "What to do about it, if anything").IfAny))), "The locks, by host");
        }
    }

    /// <summary>Renders the outcome of each lock.</summary>
    /// <param name="report">The report.</param>
    /// <param name="promotedFrom">Whose lock was promoted; null if it is no promotion.</param>
    public static string Render(LockReport report, LockOwner? promotedFrom = null) => JsonPage.Render(json =>
    {
        if (promotedFrom is not null)
            json.WriteString("from", promotedFrom.ToString());
        WriteHosts(json, report);
    });

    /// <summary>Renders the file of declarations, and the outcome of each lock.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isWritten">False if nothing was written.</param>
    public static string Render(DeclarationPlan plan, bool isWritten) => JsonPage.Render(json =>
    {
        json.WriteString("file", plan.File);
        json.WriteBoolean("written", isWritten && plan.IsChange);
        WriteHosts(json, new([.. plan.Locks.Select(planned => new LockOutcome.Planned(planned))], isWritten));
    });

    static void WriteHosts(Utf8JsonWriter json, LockReport report) =>
        json.WriteHosts(report.Outcomes, outcome => outcome.Place, outcome =>
        {
            json.WriteString("lock", outcome.Place.RelativePath);
            switch (outcome)
            {
                case LockOutcome.Planned(var planned):
                    WritePlanned(json, planned, report.IsWritten);
                    break;
                case LockOutcome.Failed(_, var why):
                    json.WriteBoolean("written", false);
                    json.WriteString("error", why.Message);
                    if (why.Hint is { } hint)
                        json.WriteString("fix", hint);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        });

    static void WritePlanned(Utf8JsonWriter json, PlannedLock planned, bool isWritten)
    {
        json.WriteBoolean("written", isWritten && planned.IsChange);
        json.WriteChanges(planned.Diff);
        json.WriteStartArray("warnings");
        foreach (var warning in planned.Warnings)
            json.WriteStringValue(warning.Message);
        json.WriteEndArray();
        json.WriteHeld(planned.Held);
        json.WriteStartObject("unreachable");
        foreach (var input in planned.Unreachable)
            json.WriteString(input.Path.ToString(), input.Why.Message);
        json.WriteEndObject();
    }
}
