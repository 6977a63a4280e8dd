using System.Text;
using Hostlock.Cli;
using Hostlock.Reporting;

namespace Hostlock.Tests.Cli;

/// <summary>A list that narrows as a person types.</summary>
public class PickerTests
{
    static readonly PickedRow[] Rows =
        [new("plex", "locks/plex.lock, in @canary"), new("web", "locks/web.lock"), new("root", "flake.lock")];

    [Theory]
    [InlineData("\r", "plex")]
    [InlineData("we\r", "web")]
    [InlineData("WEB\r", "web")]
    [InlineData("canary\r", "plex")]
    [InlineData("lock web\r", "web")]
    [InlineData("\e[B\r", "web")]
    [InlineData("\eOB\eOB\eOB\r", "root")]
    [InlineData("\e[B\e[A\e[A\r", "plex")]
    [InlineData("wx\u007f\r", "web")]
    [InlineData("\e[3~we\r", "web")]
    public void Typing_narrows_and_arrows_choose(string keys, string expected) =>
        Assert.Equal([expected], Press(new("which host", Rows, takesSeveral: false), keys).Picked);

    [Fact]
    public void Several_are_marked_and_kept_in_the_order_of_the_keys() =>
        Assert.Equal(["root", "plex"], Press(new("which hosts", Rows, takesSeveral: true), "ro\tweb\tple\tweb\t\r").Picked);

    [Theory]
    [InlineData("\e")]
    [InlineData("we\u0003")]
    [InlineData("\u0004")]
    public void Escape_and_the_end_of_the_keys_give_up(string keys)
    {
        var picker = new Picker("which host", Rows, takesSeveral: false);

        Assert.False(PickerKey.Of(Encoding.UTF8.GetBytes(keys)).ToList().TrueForAll(picker.Press));
        Assert.Null(picker.Picked);
    }

    [Fact]
    public void Nothing_that_matches_is_said_and_not_picked()
    {
        var picker = Press(new("which host", Rows, takesSeveral: true), "xyzzy\t\r");

        Assert.Null(picker.Picked);
        Assert.Contains("nothing matches", picker.Lines(80, Ink.Plain)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    public void No_line_is_as_wide_as_the_terminal_and_a_few_are_shown(int width)
    {
        var rows = Enumerable.Range(0, 1000).Select(i => new PickedRow($"host{i}", new string('x', 300))).ToList();
        var lines = Press(new("which host", rows, takesSeveral: false), "\e[B\e[B").Lines(width, Ink.Plain);

        Assert.Equal(Picker.MostShown + 2, lines.Count);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width - 1));
    }

    [Fact]
    public void A_name_from_outside_stays_text()
    {
        var lines = new Picker("which host", [new("\e]0;title\u0007", "a\nb\u001b[2J")], takesSeveral: false).Lines(80, Ink.Plain);

        Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
    }

    static Picker Press(Picker picker, string keys)
    {
        foreach (var key in PickerKey.Of(Encoding.UTF8.GetBytes(keys)))
            picker.Press(key);
        return picker;
    }
}
