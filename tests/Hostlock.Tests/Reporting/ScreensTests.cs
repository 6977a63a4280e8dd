using Hostlock.Reporting;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting;

/// <summary>
/// What <c>status</c> shows of fleets of 3, 7, 9 and 60 hosts, on terminals of several widths and in a pipe, recorded under
/// Reporting/screens. It is for looking at: <c>HOSTLOCK_BLESS=1</c> rewrites it.
/// </summary>
public class ScreensTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "tests/Hostlock.Tests/Reporting/screens");

    public static TheoryData<string, int> Terminals
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (var fleet in (string[])["three", "seven", "nine", "sixty"])
            {
                foreach (var width in (int[])[80, 120, 200])
                    all.Add(fleet, width);
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Terminals))]
    public void A_terminal_shows_a_fleet_as_recorded(string fleet, int width)
    {
        var text = Shown(fleet, width, Ink.Plain);

        Record($"{fleet}-{width}", text);
    }

    [Theory]
    [MemberData(nameof(Terminals))]
    public void No_line_is_wider_than_the_terminal(string fleet, int width) =>
        Assert.All(Shown(fleet, width, Ink.Plain).Split('\n'), line => Assert.InRange(line.Length, 0, width));

    [Theory]
    [MemberData(nameof(Terminals))]
    public void Colours_add_nothing_to_the_words(string fleet, int width)
    {
        var ink = new Ink(true);
        var coloured = Shown(fleet, width, ink);

        Assert.NotEqual(Shown(fleet, width, Ink.Plain), coloured);
        Assert.Equal(
            Shown(fleet, width, Ink.Plain),
            string.Concat(
                ink.Marks.Aggregate(coloured, (text, mark) => text.Replace(mark, "", StringComparison.Ordinal))
                    .Split('\n')
                    .Select(line => line.TrimEnd() + "\n"))[..^1]);
    }

    [Theory]
    [InlineData("three")]
    [InlineData("seven")]
    [InlineData("nine")]
    [InlineData("sixty")]
    public void A_pipe_gets_a_row_a_host(string fleet)
    {
        var state = ScreenFleets.Of(fleet);
        var text = StatusTable.RenderRows(state, new(false, 160, Ink.Plain, ScreenFleets.Now, TypedCommands.InFlake));

        Assert.Equal(
            1 + state.Locks.Sum(status => status.Place.Sharers.Count) + state.Listed.Came.Count(), text.Split('\n').Length - 1);
        Record($"{fleet}-pipe", text);
    }

    [Fact]
    public void A_host_is_shown_input_by_input()
    {
        var state = ScreenFleets.Of("seven");

        var shown = state.Locks.Where(status => status.Place.Name is "matcha" or "orc" or "imbp" or "plex")
            .Select(status => HostInputs.Render(status, state.Fleet, Terminal(80, Ink.Plain)));
        Record("hosts", string.Join('\n', shown));
    }

    static string Shown(string fleet, int width, Ink ink)
    {
        var (state, screen) = (ScreenFleets.Of(fleet), Terminal(width, ink));
        return $"{StatusTable.Render(state, screen)}\n{StatusNotes.Render(state, screen)}";
    }

    static Screen Terminal(int width, Ink ink) => new(true, width, ink, ScreenFleets.Now, TypedCommands.InFlake);

    static void Record(string name, string text)
    {
        var file = Path.Combine(Folder, $"{name}.txt");
        if (Environment.GetEnvironmentVariable("HOSTLOCK_BLESS") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, text);
        }
        Assert.Equal(File.ReadAllText(file), text);
    }
}
