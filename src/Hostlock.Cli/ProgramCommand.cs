using System.CommandLine;
using System.CommandLine.Invocation;

namespace Hostlock.Cli;

/// <summary>The program as a command, above all others. The root command of the library would ask for its name by reflection, and look up
/// words of its own for the help and the version, which takes longer than to parse a line.</summary>
sealed class ProgramCommand : Command
{
    /// <summary>The name of the program.</summary>
    public const string ProgramName = "hostlock";

    /// <param name="description">The purpose of the program.</param>
    /// <param name="width">The width of the help in columns.</param>
    public ProgramCommand(string description, int width)
        : base(ProgramName, description)
    {
        Add(new HelpFlag(width));
        Add(new VersionFlag());
    }
}

/// <summary>Shows the help of the command that the line names.</summary>
sealed class HelpFlag : Option<bool>
{
    /// <param name="width">The width of the help in columns.</param>
    public HelpFlag(int width)
        : base("--help", "-h") =>
        (Description, Recursive, Action) = ("Show this help", true, new HelpPage(width));
}

/// <summary>Shows the version of the program.</summary>
sealed class VersionFlag : Option<bool>
{
    public VersionFlag()
        : base("--version", "-V") =>
        (Description, Recursive, Action) = ("Show the version", true, new VersionLine());
}

/// <summary>Prints the version of the program.</summary>
sealed class VersionLine : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(App.VersionLine);
        return (int)ExitCode.Done;
    }
}
