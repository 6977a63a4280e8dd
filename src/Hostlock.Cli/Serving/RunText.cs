using System.Text;

namespace Hostlock.Cli.Serving;

/// <summary>The text of a command, data and talk in the order in which they came. Only the end of a long text is kept.</summary>
/// <param name="changed">Is called when something was added.</param>
sealed class RunText(Action changed) : TextWriter
{
    /// <summary>Most characters that are kept.</summary>
    public const int Most = 1024 * 1024;

    const string LeftOut = "… what came before is left out\n";

    readonly StringBuilder _text = new();
    readonly Lock _gate = new();

    /// <summary>The number of times that a beginning was left out. A reader who has the text up to a place has another text then.</summary>
    public int Cuts { get; private set; }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        lock (_gate)
        {
            _text.Append(value);
            if (_text.Length > Most)
            {
                _text.Remove(0, _text.Length - (Most / 2)).Insert(0, LeftOut);
                Cuts++;
            }
        }
        changed();
    }

    /// <summary>The text from a place on, and where it begins: at 0 if the reader has to begin anew.</summary>
    /// <param name="known">How much the reader has, and how often a beginning had been left out then.</param>
    public (string Text, int From, int Length, int Cuts) After((int Length, int Cuts) known)
    {
        lock (_gate)
        {
            var from = known.Cuts == Cuts && known.Length <= _text.Length ? known.Length : 0;
            return (_text.ToString(from, _text.Length - from), from, _text.Length, Cuts);
        }
    }
}
