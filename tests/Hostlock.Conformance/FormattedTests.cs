using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>Holds the sources to the layout that <c>dotnet format</c> gives them. It takes six seconds, so it is here.</summary>
[Trait("program", "none")]
public class FormattedTests
{
    [Fact]
    public void The_sources_are_laid_out_as_the_formatter_does_it()
    {
        var formatter = Run.Program(
            "dotnet",
            Repository.Root,
            new Dictionary<string, string>
            {
                ["DOTNET_NOLOGO"] = "1",
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                // Most of the time goes into code that is compiled as it is met: once is cheaper than twice.
                ["DOTNET_TieredCompilation"] = "0",
            },
            "format", "whitespace", ".", "--folder", "--exclude", "artifacts", "--verify-no-changes");

        Assert.Equal("", formatter.Output + formatter.Errors);
        Assert.Equal(0, formatter.ExitCode);
    }
}
