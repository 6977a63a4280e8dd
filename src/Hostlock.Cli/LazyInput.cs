namespace Hostlock.Cli;

/// <summary>The standard input, opened on the first read, because setting up the terminal takes longer than most commands do.</summary>
sealed class LazyInput : TextReader
{
    public override string? ReadLine() => Console.In.ReadLine();

    public override int Read() => Console.In.Read();
}
