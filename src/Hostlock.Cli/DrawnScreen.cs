using System.Text;
using Spectre.Console;

namespace Hostlock.Cli;

/// <summary>
/// A stream of the terminal as Spectre.Console takes it, to draw over lines of its own. The runtime is not asked: it would change what the
/// keys mean.
/// </summary>
sealed class DrawnScreen : IAnsiConsoleOutput
{
    // A terminal that does not know its size says 0, or nothing.
    const int UsualHeight = 24, UsualWidth = 80, LeastWidth = 20;

    readonly Surroundings _surroundings;

    DrawnScreen(TextWriter writer, Surroundings surroundings) => (Writer, _surroundings) = (writer, surroundings);

    /// <inheritdoc/>
    public TextWriter Writer { get; }

    /// <inheritdoc/>
    public bool IsTerminal => true;

    /// <inheritdoc/>
    public int Width => _surroundings.Width >= LeastWidth ? _surroundings.Width : UsualWidth;

    /// <inheritdoc/>
    public int Height => HeightOf(_surroundings);

    /// <summary>The number of lines of the terminal.</summary>
    public static int HeightOf(Surroundings surroundings) => surroundings.Height ?? UsualHeight;

    /// <summary>A console that draws.</summary>
    /// <param name="writer">The output of the terminal that it draws on.</param>
    /// <param name="terminal">Says whether there are colours.</param>
    /// <param name="surroundings">The size of the terminal.</param>
    public static IAnsiConsole On(TextWriter writer, Terminal terminal, Surroundings surroundings) => AnsiConsole.Create(new()
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = terminal.Ink.Marks.Count == 0 ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
        Interactive = InteractionSupport.Yes,
        Enrichment = new() { UseDefaultEnrichers = false },
        Out = new DrawnScreen(writer, surroundings),
    });

    /// <inheritdoc/>
    public void SetEncoding(Encoding encoding)
    {
    }
}
