using System.Globalization;
using System.Text;
using Hostlock.Audits;
using Hostlock.Locks;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Reporting;

/// <summary>Says what machines ran, since when, from which pins, checked how, and approved by whom.</summary>
public static class AuditText
{
    /// <summary>Renders the systems, host by host.</summary>
    /// <param name="stays">The systems, those of a host together and in their order.</param>
    /// <param name="ink">The colours.</param>
    public static string Render(IEnumerable<AuditedStay> stays, Ink ink) =>
        string.Join('\n', stays.Select(stay => Render(stay.Stay, stay.Lock, ink)));

    static string Render(HostStay stay, AuditedLock? found, Ink ink)
    {
        var text = new StringBuilder($"{ink.Bold(stay.Host.ToString())}  {Span(stay)}\n");
        Add("system", stay.System.ToString());
        Add("brought", Brought(stay));
        switch (stay.Delivery)
        {
            case HostDelivery.ByRollout by:
                if (by.BegunBy is { } person)
                    Add("begun", $"by {person}");
                if (by.Approval is { } approval)
                    Add("approved", RolloutText.By(approval));
                AddLock();
                Add("checked", by.Record.Gates.IsEmpty
                    ? by.Record.Plan.IsChecked ? "nothing was asked" : "not at all, as was said"
                    : string.Join(", ", by.Record.Gates.Select(gate => $"{gate.Name} {Word(gate.Verdict)}")));
                Add("ended", SwitchText.State(by.Record));
                break;
            case HostDelivery.ByRelease(var receipt, var release):
                if (release is { Manifest: var manifest })
                    Add("cut", $"on {RolloutText.Time(manifest.Issued.Date)} of {manifest.Commit.Shortened}");
                if (release is { SignedBy: var signer })
                    Add("signed", $"by {signer}");
                AddLock();
                Add("checked", receipt.Gates.Count == 0
                    ? "nothing was asked"
                    : string.Join(", ", receipt.Gates.Select(gate => $"{gate.Key} {Word(gate.Value)}")));
                Add("ended", $"{Word(receipt.Verdict)}, signed by the machine on {RolloutText.Time(receipt.At.Date)}");
                break;
            default:
                AddLock();
                break;
        }
        return text.ToString();

        void Add(string name, string value) => text.Append($"  {name.PadRight(8)}  {Visible.Line(value)}\n");

        void AddLock()
        {
            if (found is null)
                return;
            Add("lock", found.Commit is { } commit
                ? $"{commit.Id.Shortened} {commit.Subject}{(found.Author is { } author ? $", by {author}" : "")}"
                : $"{found.Sha256}, which is in no commit of this branch that was looked at");
            if (found.Lock is { } file)
                Add("pins", Pins(file));
        }
    }

    static string Span(HostStay stay) =>
        stay.SeenLast is not { } seen ? $"{Time(stay.From)}, tried and never seen to run"
        : stay.Until is { } until ? $"{Time(stay.From)} to {Time(until)}, last seen {Time(seen)}"
        : $"{Time(stay.From)} on, last seen {Time(seen)}";

    static string Brought(HostStay stay) => stay switch
    {
        { Delivery: HostDelivery.ByRollout by } =>
            $"by {Word(by.Rollout.Plan.Action)} {by.Rollout.Plan.Id}{(by.Ring.Name.Length > 0 ? $", ring {by.Ring.Name}" : "")}",
        { Delivery: HostDelivery.ByRelease(var receipt, _) } => $"by release {receipt.Release}",
        { WentBackFrom: HostDelivery.ByRollout by } => $"back, after {by.Rollout.Plan.Id} failed",
        { WentBackFrom: HostDelivery.ByRelease(var receipt, _) } => $"back, after release {receipt.Release} failed",
        _ => "by nothing that was recorded",
    };

    static string Pins(LockFile file)
    {
        var pins = from input in file.Root.Inputs
                   let node = (input.Value as LockEdge.Locked)?.Node.Locked
                   where node is not null
                   let revision = node.Revision is { } known ? Flakes.Revision.Shorten(known) : "no revision"
                   select $"{input.Key} {revision}{(node.LastModified is { } date ? $" ({date})" : "")}";
        return string.Join(", ", pins);
    }

    static string Word(RolloutAction action) => action.ToString().ToLowerInvariant();

    static string Word(ReceiptVerdict verdict) => verdict.ToString().ToLowerInvariant();

    internal static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
