namespace Hostlock.Cli;

/// <summary>The meaning of the exit codes, in words.</summary>
static class ExitCodes
{
    /// <summary>The meaning of a code, without a full stop.</summary>
    public static string Meaning(ExitCode code) => code switch
    {
        ExitCode.Done => "Done",
        ExitCode.No => "The answer is no: something was found, differs, failed on its machine, or was refused",
        ExitCode.BadRequest => "The request makes no sense: usage, an unknown host, a file that cannot be read",
        ExitCode.Outside => "The world outside failed: network, git, disk",
        ExitCode.Partly => "Finished, but not for all hosts, or not for all inputs",
        ExitCode.Waiting => "It waits for a person, or for a time",
        ExitCode.Busy => "Another hostlock is writing here, or switching these machines",
        ExitCode.Bug => "A bug",
        ExitCode.Interrupted => "Interrupted",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
