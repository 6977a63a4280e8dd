using System.Text;

namespace Hostlock.Cli;

/// <summary>Lines of the standard input, which is opened on the first read: most commands ask nothing.</summary>
/// <param name="open">Opens it.</param>
sealed class LazyInput(Func<Stream> open) : TextReader
{
    readonly Lazy<StreamReader> _reader = new(() => new(open(), new UTF8Encoding(false)));

    public override string? ReadLine() => _reader.Value.ReadLine();

    public override int Read() => _reader.Value.Read();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _reader.IsValueCreated)
            _reader.Value.Dispose();
        base.Dispose(disposing);
    }
}
