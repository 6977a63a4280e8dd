using Hostlock.Reporting;

namespace Hostlock.Cli;

/// <summary>A word that a person may pick.</summary>
/// <param name="Word">The word, as it would be typed.</param>
/// <param name="Meaning">The meaning; empty if the word says it.</param>
sealed record PickedRow(string Word, string Meaning);

/// <summary>A list that narrows as a person types, one key at a time. It draws nothing by itself.</summary>
/// <param name="question">The question to the person.</param>
/// <param name="rows">The words.</param>
/// <param name="takesSeveral">True if more than one may be picked, by the tab key.</param>
sealed class Picker(string question, IReadOnlyList<PickedRow> rows, bool takesSeveral)
{
    /// <summary>The most rows that are shown at once.</summary>
    public const int MostShown = 10;

    readonly List<string> _picked = [];
    string _typed = "";
    int _at;

    /// <summary>The picked rows; null as long as nothing is picked.</summary>
    public IReadOnlyList<string>? Picked { get; private set; }

    /// <summary>The rows that have all typed letters; those that have them in their word come first.</summary>
    public IReadOnlyList<PickedRow> Matching =>
        [
            .. rows.Where(
                row => _typed.Split(' ').All(part => $"{row.Word} {row.Meaning}".Contains(part, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(row => row.Word.Contains(_typed, StringComparison.OrdinalIgnoreCase) ? 0 : 1),
        ];

    /// <summary>Takes a key.</summary>
    /// <returns>False if the person gave up.</returns>
    public bool Press(PickerKey key)
    {
        var matching = Matching;
        switch (key)
        {
            case PickerKey.Letter(var letter):
                (_typed, _at) = (_typed + letter, 0);
                break;
            case PickerKey.Back when _typed.Length > 0:
                (_typed, _at) = (_typed[..^(char.IsLowSurrogate(_typed[^1]) && _typed.Length > 1 ? 2 : 1)], 0);
                break;
            case PickerKey.Up:
                _at = Math.Max(0, _at - 1);
                break;
            case PickerKey.Down:
                _at = Math.Max(0, Math.Min(matching.Count - 1, _at + 1));
                break;
            case PickerKey.Tab when takesSeveral && matching.Count > 0:
                if (!_picked.Remove(matching[_at].Word))
                    _picked.Add(matching[_at].Word);
                _typed = "";
                _at = 0;
                break;
            case PickerKey.Enter when _picked.Count > 0:
                Picked = _picked;
                break;
            case PickerKey.Enter when matching.Count > 0:
                Picked = [matching[_at].Word];
                break;
            case PickerKey.GiveUp:
                return false;
        }
        return true;
    }

    /// <summary>The lines to show, none wider than the terminal.</summary>
    /// <param name="width">The width of the terminal in columns.</param>
    /// <param name="ink">How to colour.</param>
    public IReadOnlyList<string> Lines(int width, Ink ink)
    {
        var matching = Matching;
        var from = Math.Max(0, Math.Min(_at - (MostShown / 2), matching.Count - MostShown));
        var column = rows.Select(row => Visible.Name(row.Word).Length).DefaultIfEmpty().Max();
        return
        [
            Cut($"{question}: {Visible.Name(_typed)}", width),
            .. matching.Skip(from).Take(MostShown).Select((row, i) =>
            {
                var mark = $"{(from + i == _at ? ">" : " ")} {(_picked.Contains(row.Word) ? "* " : takesSeveral ? "  " : "")}";
                var line = Cut($"{mark}{Visible.Name(row.Word).PadRight(column)}  {Visible.Line(row.Meaning)}".TrimEnd(), width);
                return from + i == _at ? ink.Bold(line) : line;
            }),
            Cut($"  {Hint(matching.Count)}", width),
        ];
    }

    string Hint(int count) =>
        count == 0 ? "nothing matches; backspace takes a letter back"
        : (count > MostShown ? $"{count} of them; " : "")
            + $"type to narrow, {(takesSeveral ? "tab marks, " : "")}enter takes, esc gives up";

    static string Cut(string line, int width) => line.Length < width ? line : line[..Math.Max(0, width - 1)];
}

/// <summary>A key that a person presses.</summary>
abstract record PickerKey
{
    PickerKey()
    {
    }

    /// <summary>A letter.</summary>
    /// <param name="Text">The letter, one or two characters long.</param>
    public sealed record Letter(string Text) : PickerKey;

    /// <summary>The backspace key.</summary>
    public sealed record Back : PickerKey;

    /// <summary>The arrow up.</summary>
    public sealed record Up : PickerKey;

    /// <summary>The arrow down.</summary>
    public sealed record Down : PickerKey;

    /// <summary>The tab key.</summary>
    public sealed record Tab : PickerKey;

    /// <summary>The enter key.</summary>
    public sealed record Enter : PickerKey;

    /// <summary>Escape, Ctrl-C, Ctrl-D, or the end of the input.</summary>
    public sealed record GiveUp : PickerKey;

    /// <summary>Reads the keys off the bytes that a terminal sends.</summary>
    /// <param name="bytes">The bytes of one read, which has the whole sequence of a key.</param>
    public static IEnumerable<PickerKey> Of(ReadOnlyMemory<byte> bytes)
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes.Span);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\e' when i + 2 < text.Length && text[i + 1] is '[' or 'O':
                    // A sequence ends with a letter or a tilde.
                    var end = i + 2;
                    while (end < text.Length - 1 && text[end] is not ((>= '@' and <= '~')))
                        end++;
                    if (text[end] == 'A')
                        yield return new Up();
                    else if (text[end] == 'B')
                        yield return new Down();
                    i = end;
                    break;
                case '\e' or '\u0003' or '\u0004':
                    yield return new GiveUp();
                    break;
                case '\r' or '\n':
                    yield return new Enter();
                    break;
                case '\t':
                    yield return new Tab();
                    break;
                case '\u007f' or '\b':
                    yield return new Back();
                    break;
                case '\u0010':
                    yield return new Up();
                    break;
                case '\u000e':
                    yield return new Down();
                    break;
                case var c when char.IsHighSurrogate(c) && i + 1 < text.Length:
                    yield return new Letter(text.Substring(i++, 2));
                    break;
                case var c when !char.IsControl(c):
                    yield return new Letter(c.ToString());
                    break;
            }
        }
    }
}
