namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for stty(1), about the terminal that this program was started at.</summary>
static class TerminalProgram
{
    const string Terminal = "/dev/tty";

    /// <summary>Asks for the mode of the terminal, in a form that <see cref="Set"/> takes.</summary>
    public static ProcessRequest Ask() => Stty("-g");

    /// <summary>Has the terminal send each key at once, and not show it. Reading waits a tenth of a second at most.</summary>
    public static ProcessRequest SendKeys() => Stty("-icanon", "-echo", "min", "0", "time", "1");

    /// <summary>Sets the mode of the terminal.</summary>
    /// <param name="mode">The mode, as the program printed it.</param>
    public static ProcessRequest Set(string mode) => Stty(mode);

    static ProcessRequest Stty(params IEnumerable<string> words) => ProcessRequest.Of("stty", ["-F", Terminal, .. words]);
}
