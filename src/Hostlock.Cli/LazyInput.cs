namespace Hostlock.Cli;

/// <summary>What a person types, looked for when it is asked for: setting up the terminal takes longer than most commands do.</summary>
sealed class LazyInput : TextReader
{
    public override string? ReadLine() => Console.In.ReadLine();

    public override int Read() => Console.In.Read();
}
