using System.Text;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Releases;
using Hostlock.Rollouts;

namespace Hostlock.Tests.Releases;

public class ReceiptTests
{
    static readonly SshSignature Signature = SshSignature.TryParse($"U1NIU0lH{new string('A', 200)}")!;

    [Fact]
    public void What_is_read_is_written_as_it_was()
    {
        var line = Log(1)[0];

        var receipt = SignedReceipt.TryRead(line)!;

        Assert.Equal(line, receipt.Write());
        Assert.Equal(ReceiptVerdict.Returned, receipt.Receipt.Verdict);
        Assert.True(receipt.Receipt.Gates.TryGetValue("web", out var web));
        Assert.Equal(Verdict.Fail, web);
    }

    [Fact]
    public void A_log_is_a_chain()
    {
        var lines = Log(3);

        var (receipts, end) = ReceiptLog.Read(Bytes(lines), "receipts");

        Assert.Equal([1, 2, 3], receipts.Select(receipt => (int)receipt.Receipt.Release.Value));
        Assert.Equal(Bytes(lines).Length, end);
    }

    [Fact]
    public void What_a_power_cut_tore_off_is_left_out()
    {
        var bytes = Bytes(Log(3));
        var whole = Bytes(Log(2)).Length;

        Assert.All(
            Enumerable.Range(whole, bytes.Length - whole),
            length => Assert.Equal(whole, ReceiptLog.Read(bytes.AsSpan(0, length), "receipts").End));
    }

    [Fact]
    public void A_line_that_is_taken_out_is_noticed()
    {
        var lines = Log(3);

        Assert.Throws<ReleaseException>(() => ReceiptLog.Read(Bytes([lines[0], lines[2]]), "receipts"));
        Assert.Throws<ReleaseException>(() => ReceiptLog.Read(Bytes(lines[1..]), "receipts"));
        Assert.Throws<ReleaseException>(() => ReceiptLog.Read(Bytes([lines[0], lines[0], lines[1]]), "receipts"));
    }

    [Theory]
    [InlineData("\"verdict\":\"returned\"", "\"verdict\":\"kept\"")]
    [InlineData("\"release\":2", "\"release\":9")]
    [InlineData("\"web\":\"fail\"", "\"web\":\"pass\"")]
    [InlineData("AAAA {", "AAAB {")]
    public void A_line_that_is_altered_is_noticed_by_the_one_after_it(string part, string instead)
    {
        var lines = Log(3);
        lines[1] = lines[1].Replace(part, instead, StringComparison.Ordinal);

        var why = Assert.Throws<ReleaseException>(() => ReceiptLog.Read(Bytes(lines), "receipts"));
        Assert.StartsWith("line 3 of 'receipts' does not follow", why.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"verdict\":\"returned\"", "\"verdict\":\"fine\"")]
    [InlineData("\"verdict\":\"returned\"", "\"verdict\":\"2\"")]
    [InlineData("\"boot\":\"boot-1\"", "\"boot\":\"\\u001b[2J\"")]
    [InlineData("\"previous\":\"\"", "\"previous\":\"short\"")]
    [InlineData("\"host\":\"plex\"", "\"host\":\"../plex\"")]
    [InlineData("\"at\":1764000001", "\"at\":1764000001.5")]
    [InlineData("\"version\":1", "\"version\":2")]
    public void Any_other_line_is_no_receipt(string part, string instead)
    {
        var line = Log(1)[0].Replace(part, instead, StringComparison.Ordinal);

        Assert.NotEqual(Log(1)[0], line);
        Assert.Null(SignedReceipt.TryRead(line));
    }

    [Fact]
    public void A_signature_keeps_its_base64_through_its_armour()
    {
        Assert.Equal(Signature, SshSignature.TryReadArmour(Signature.Armour()));
        Assert.Null(SshSignature.TryReadArmour(Signature.ToString()));
        Assert.Null(SshSignature.TryReadArmour(Signature.Armour() + Signature.Armour()));
        Assert.Null(SshSignature.TryReadArmour(""));
        Assert.Null(SshSignature.TryParse("AAAA"));
    }

    static byte[] Bytes(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n")));

    static List<string> Log(int count)
    {
        var (lines, previous) = (new List<string>(), "");
        for (var number = 1; number <= count; number++)
        {
            var receipt = new Receipt(
                FleetName.Parse("home"), HostName.Parse("plex"), ReleaseNumber.TryOf(number)!.Value,
                StorePath.TryParse($"/nix/store/{new string('0', 32)}-nixos-system-plex-25.11")!, new('a', 64),
                ReceiptVerdict.Returned, NameMap<Verdict>.Of([new("units", Verdict.Pass), new("web", Verdict.Fail)]), "boot-1",
                new(1764000000 + (ulong)number), previous);
            var json = receipt.Write();
            var signed = new SignedReceipt(receipt, json, Signature);
            lines.Add(signed.Write());
            previous = signed.Chain;
        }
        return lines;
    }
}
