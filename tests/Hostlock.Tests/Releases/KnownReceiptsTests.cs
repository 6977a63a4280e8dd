using Hostlock.Releases;
using Hostlock.Rollouts;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

/// <summary>The systems that a machine gave back, by its receipts, and by its journal after the last of them.</summary>
public class KnownReceiptsTests
{
    static readonly Warning Full = new("the log is full");

    [Fact]
    public void The_last_receipt_of_a_system_counts()
    {
        Assert.Equal([Toplevel(1)], Log((1, ReceiptVerdict.Kept), (1, ReceiptVerdict.Returned)).GivenBack(null, Unasked));
        Assert.Empty(Log((1, ReceiptVerdict.Returned), (1, ReceiptVerdict.Kept)).GivenBack(null, Unasked));
        Assert.Equal([Toplevel(2)], Log((1, ReceiptVerdict.Boots), (2, ReceiptVerdict.Stranded)).GivenBack(null, Unasked));
    }

    [Fact]
    public void What_runs_was_brought_by_somebody_since() =>
        Assert.Empty(Log((1, ReceiptVerdict.Returned)).GivenBack(Toplevel(1), Unasked));

    [Fact]
    public void The_journal_has_the_last_verdict_while_no_receipt_can_be_added()
    {
        var last = Ended(HostOutcome.Returned);

        Assert.Empty(Log().GivenBack(null, Unasked));
        Assert.Equal([Toplevel(2)], (Log() with { Damage = Full }).GivenBack(null, () => last));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(HostOutcome.NotBegun)]
    [InlineData(HostOutcome.NotCopied)]
    [InlineData(HostOutcome.Superseded)]
    public void A_system_that_was_not_tried_is_not_given_back(HostOutcome? outcome)
    {
        Assert.Null(KnownReceipts.VerdictOf(Ended(outcome)));
        Assert.Empty((Log() with { Damage = Full }).GivenBack(null, () => Ended(outcome)));
    }

    static HostRecord? Unasked() => throw new System.Diagnostics.UnreachableException();

    static HostRecord Ended(HostOutcome? outcome) =>
        new(Rollouts.FakeHostFacts.Plan() with { Target = Toplevel(2) }, "release-2-00000000") { Outcome = outcome };

    static KnownReceipts Log(params IEnumerable<(int System, ReceiptVerdict Verdict)> tried) => new(
        [
            .. tried.Select(each => new Receipt(
                Home, Plex, Number(each.System), Toplevel(each.System), new('a', 64), each.Verdict, NameMap<Verdict>.Empty, "boot-1",
                new(Now), "")).Select(receipt => new SignedReceipt(receipt, receipt.Write(), SshSignature.TryParse("U1NIU0lHAAAA")!)),
        ],
        null);
}
