using Hostlock.Flakes;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Reporting;
using Hostlock.Rollouts;
using static Hostlock.Tests.Releases.SampleReleases;

namespace Hostlock.Tests.Releases;

public class ReceiptJudgeTests
{
    const ulong Hour = 3600;

    [Fact]
    public void A_receipt_of_this_boot_or_of_an_earlier_one_is_believed()
    {
        Assert.Null(Doubt(Receipt("b2", Now - Hour), "b2", 2 * Hour));
        Assert.Null(Doubt(Receipt("b1", Now - (3 * Hour)), "b2", 2 * Hour));
    }

    [Fact]
    public void A_receipt_of_another_boot_that_says_it_is_of_this_one_is_not() =>
        Assert.StartsWith("it is of another boot", Doubt(Receipt("b1", Now - Hour), "b2", 2 * Hour), StringComparison.Ordinal);

    [Fact]
    public void A_receipt_that_is_older_than_its_boot_is_not() =>
        Assert.Equal("it is older than the boot that it names", Doubt(Receipt("b2", Now - (3 * Hour)), "b2", 2 * Hour));

    [Fact]
    public void A_receipt_of_another_host_is_not() =>
        Assert.Equal("it is of web", Doubt(Receipt("b2", Now - Hour) with { Host = Web }, "b2", 2 * Hour));

    [Fact]
    public void A_receipt_of_the_future_is_not() =>
        Assert.Equal("it is of the future", Doubt(Receipt("b2", Now + Hour), "b2", 2 * Hour));

    [Fact]
    public void What_a_machine_shows_is_said_in_a_few_words()
    {
        var (kept, refusal) = (
            new ReceiptState.Proved(Receipt("b2", Now - Hour), RunsAnother: false),
            new RefusalNote(RefusalRule.Number, "release 41 is older than release 42", Number(41), new(Now - 120)));

        Assert.Equal(["release 42 kept 60min ago"], Words(new(kept, null)).Words);
        Assert.Equal(["release 42 kept just now"], Words(new(kept with { Receipt = Receipt("b2", Now - 5) }, null)).Words);
        Assert.Equal(
            ["release 42 kept 60min ago", "refused 2min ago (number): release 41 is older than release 42"],
            Words(new(kept, refusal)).Words);
        Assert.Equal(
            ["release 42 kept 60min ago", "runs another system since"], Words(new(kept with { RunsAnother = true }, null)).Words);
        Assert.False(Words(new(kept, null)).NeedsLook);
        Assert.True(Words(new(kept, refusal)).NeedsLook);
        Assert.True(Words(new(new ReceiptState.Doubted("it is of web"), null)).NeedsLook);
    }

    [Fact]
    public void That_a_machine_could_not_pull_is_no_refusal() =>
        Assert.Equal(
            ["could not pull just now (source): no source of releases answers"],
            Words(new(null, new(RefusalRule.Source, "no source of releases answers", null, new(Now)))).Words);

    [Theory]
    [InlineData(80, false, new string[0])]
    [InlineData(49, true, new[] { "its release expires in 2d" })]
    [InlineData(0, true, new[] { "its release expired on 2025-11-24" })]
    public void That_the_release_of_a_machine_expires_is_said_of_the_machine(int hours, bool needsLook, string[] said)
    {
        var words = Words(new(null, null) { Expires = new(Now + ((ulong)hours * Hour)) });

        Assert.Equal((needsLook, string.Join('|', said)), (words.NeedsLook, string.Join('|', words.Words)));
    }

    [Theory]
    [InlineData(4 * 24, null)]
    [InlineData(49, "release 42 expires in 2d; 'hostlock release' cuts another")]
    [InlineData(1, "release 42 expires in 60min; 'hostlock release' cuts another")]
    [InlineData(0, "release 42 expired on 2025-11-24: no machine begins with it, and 'hostlock release' cuts another")]
    public void That_a_release_expires_is_said_long_before(int hours, string? said) =>
        Assert.Equal(
            said,
            PulledText.Expiry(Release(42, 2) with { Expires = new(Now + ((ulong)hours * Hour)) }, new Moment(Now).Date)?.Message);

    static PulledWords Words(PulledState pulled) => PulledText.Words(pulled, new Moment(Now).Date);

    static string? Doubt(Receipt receipt, string boot, ulong up) => ReceiptJudge.Doubt(
        receipt, Plex,
        new(Toplevel(2), Toplevel(2), null) { HostName = "plex", MachineId = "m", BootId = boot, Uptime = TimeSpan.FromSeconds(up) },
        new(Now));

    static Receipt Receipt(string boot, ulong at) => new(
        Home, Plex, Number(42), Toplevel(2), new('a', 64), ReceiptVerdict.Kept, NameMap<Verdict>.Empty, boot, new(at), "");
}
