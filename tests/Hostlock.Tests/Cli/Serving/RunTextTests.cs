using Hostlock.Cli.Serving;

namespace Hostlock.Tests.Cli.Serving;

public class RunTextTests
{
    [Fact]
    public void A_reader_gets_what_it_has_not_yet()
    {
        using var text = new RunText(() => { });
        text.Write("one ");
        var (_, _, length, cuts) = text.After((0, 0));
        text.Write("two");

        Assert.Equal(("two", 4, 7, 0), text.After((length, cuts)));
    }

    [Fact]
    public void Of_a_long_text_the_end_is_kept_and_readers_begin_anew()
    {
        using var text = new RunText(() => { });
        text.Write("begin");
        var (_, _, length, cuts) = text.After((0, 0));

        for (var i = 0; i < 3; i++)
            text.Write(new string('x', RunText.Most / 2));
        text.Write("end");

        var (all, from, kept, _) = text.After((length, cuts));
        Assert.Equal(0, from);
        Assert.StartsWith("… what came before is left out\n", all, StringComparison.Ordinal);
        Assert.EndsWith("end", all, StringComparison.Ordinal);
        Assert.True(kept <= RunText.Most);
    }

    [Fact]
    public void Whoever_shows_it_is_woken()
    {
        var woken = 0;
        using var text = new RunText(() => woken++);

        text.Write("a");
        text.Write('b');
        text.Write("");

        Assert.Equal((2, "ab"), (woken, text.After((0, 0)).Text));
    }
}
