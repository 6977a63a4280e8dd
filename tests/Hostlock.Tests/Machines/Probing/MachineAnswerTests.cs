using System.Text;
using Hostlock.Fleets;
using Hostlock.Machines;
using Hostlock.Machines.Probing;

namespace Hostlock.Tests.Machines.Probing;

/// <summary>An answer of a machine is read strictly: a text in any other form is an error.</summary>
public class MachineAnswerTests
{
    const string Nonce = FakeMachine.Nonce;
    const string Least = "host\tplex\nmachine\tm\nboot\tb\nup\t60\nrunning\t\nbooted\t\nnext\t\nstamp\t-\n";

    static readonly HostName Plex = HostName.Parse("plex");
    static readonly string System = FakeMachine.System('0').ToString();

    [Fact]
    public void Banners_around_an_answer_are_no_part_of_it()
    {
        var forged = $"hostlock-probe\t1 00\nhost\tevil\nhostlock-end\t00\n";

        var facts = Read($"Welcome to NixOS!\n\e[2J{forged}{Answer(Least)}logout\n{forged}");

        Assert.Equal(("plex", "m", "b", TimeSpan.FromMinutes(1)), (facts.HostName, facts.MachineId, facts.BootId, facts.Uptime));
    }

    [Fact]
    public void A_stamp_is_the_lock_with_its_digest()
    {
        var bytes = Encoding.UTF8.GetBytes("{}");
        var (base64, about) = (Convert.ToBase64String(bytes), Convert.ToBase64String("""{"host":"web","version":1}"""u8));

        var lines = $"stamp\t{Stamp.Hash(bytes)}\nlock\t{base64}\nabout\t{about}";

        var stamp = Read(Answer(Least.Replace("stamp\t-", lines, StringComparison.Ordinal))).Stamp!;

        Assert.Equal(("{}", "web"), (Encoding.UTF8.GetString([.. stamp.Lock!]), stamp.Host));
        Assert.Null(stamp.TryReadLock());
    }

    [Theory]
    [InlineData("", "plex does not answer the probe")]
    [InlineData("hostlock-probe\t1 00112233\nhostlock-end\t00112233\n", "plex does not answer the probe")]
    [InlineData($" hostlock-probe\t1 {Nonce}\n{Least}hostlock-end\t{Nonce}\n", "plex does not answer the probe")]
    [InlineData($"hostlock-probe\t1 {Nonce}\n{Least}", "the answer of plex breaks off")]
    [InlineData($"hostlock-probe\t1 {Nonce}\n{Least}hostlock-end\t00\n", "the answer of plex breaks off")]
    [InlineData($"hostlock-end\t{Nonce}\nhostlock-probe\t1 {Nonce}\n{Least}", "the answer of plex breaks off")]
    public void What_is_not_between_the_two_lines_with_the_number_is_no_answer(string text, string message) =>
        Assert.Equal(message, Assert.Throws<MachineException>(() => Read(text)).Message);

    [Theory]
    [InlineData("hello", "a line that the probe does not print: 'hello'")]
    [InlineData("\e[31mhello", @"a line that the probe does not print: '\u001b[31mhello'")]
    [InlineData("key\tvalue", @"a line that the probe does not print: 'key\u0009value'")]
    [InlineData("failed\ta\tb", @"a line that the probe does not print: 'failed\u0009a\u0009b'")]
    [InlineData("host\tagain", "makes no sense: 'host'")]
    [InlineData("generation\t1 2 3", "makes no sense: 'generation'")]
    [InlineData("generation\t1 2 /etc/passwd -", "makes no sense: 'generation'")]
    [InlineData("generation\t-1 2 SYSTEM -", "makes no sense: 'generation'")]
    [InlineData("generation\t1 99999999999 SYSTEM -", "makes no sense: 'generation'")]
    [InlineData("generation\t1 2 SYSTEM abc", "makes no sense: 'generation'")]
    [InlineData("generation\t1 2 SYSTEM -\ngeneration\t1 3 SYSTEM -", "makes no sense: 'generation'")]
    [InlineData("specialisation\t/x", "makes no sense: 'specialisation'")]
    [InlineData("reboot\tkernel SYSTEM", "makes no sense: 'reboot'")]
    [InlineData("reboot\tkernel /boot/kernel SYSTEM", "makes no sense: 'reboot'")]
    [InlineData("reboot\tworld - -", "makes no sense: 'reboot'")]
    [InlineData("left\t/home 1", "makes no sense: 'left'")]
    [InlineData("left\t/boot 9223372036854775807", "makes no sense: 'left'")]
    [InlineData("left\t/boot x", "makes no sense: 'left'")]
    [InlineData("inhibitors\t%%%", "makes no sense: 'inhibitors'")]
    [InlineData("inhibitors\t//79", "makes no sense: 'inhibitors'")]
    [InlineData("inhibitors\tW10=", "makes no sense: 'inhibitors'")]
    [InlineData("units\tknown\nfailed\ta\u0007b", "makes no sense: 'failed'")]
    public void A_line_that_the_probe_does_not_print_spoils_the_answer(string line, string message)
    {
        var lines = $"{Least}{line.Replace("SYSTEM", System, StringComparison.Ordinal)}\n";

        var error = Assert.Throws<MachineException>(() => Read(Answer(lines)));

        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
        Assert.True(error.IsOutside);
    }

    [Theory]
    [InlineData("host\tplex\n", "", "'host'")]
    [InlineData("running\t\n", "", "'running'")]
    [InlineData("running\t\n", "running\t/tmp/x\n", "'running'")]
    [InlineData("host\tplex\n", "host\tpl\u009bex\n", "'host'")]
    [InlineData("up\t60\n", "up\t-1\n", "'up'")]
    [InlineData("up\t60\n", "up\t1e9\n", "'up'")]
    [InlineData("stamp\t-\n", "stamp\tABC\n", "'stamp'")]
    [InlineData("stamp\t-\n", "stamp\t0000000000000000000000000000000000000000000000000000000000000000\nlock\te30=\n", "'lock'")]
    public void Each_answer_has_certain_lines_and_they_make_sense(string line, string other, string key) =>
        Assert.EndsWith(
            key,
            Assert.Throws<MachineException>(() => Read(Answer(Least.Replace(line, other, StringComparison.Ordinal)))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Too_much_is_no_answer()
    {
        var generations = string.Concat(Enumerable.Range(1, 65).Select(number => $"generation\t{number} 2 {System} -\n"));
        var units = "units\tknown\n" + string.Concat(Enumerable.Range(1, 4097).Select(number => $"failed\tu{number}.service\n"));

        Assert.Throws<MachineException>(() => Read(Answer(Least + generations)));
        Assert.Throws<MachineException>(() => Read(Answer(Least + units)));
        Assert.Equal(
            "the answer of plex has more than 1048576 bytes",
            Assert.Throws<MachineException>(() => Read(Answer(Least) + new string('x', 1024 * 1024))).Message);
    }

    static string Answer(string lines) => $"hostlock-probe\t1 {Nonce}\n{lines}hostlock-end\t{Nonce}\n";

    static MachineFacts Read(string text) => MachineAnswer.Read(Plex, text, Nonce);
}
