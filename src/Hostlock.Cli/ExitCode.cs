namespace Hostlock.Cli;

/// <summary>The exit codes of the program.</summary>
enum ExitCode
{
    /// <summary>All that was asked for is done.</summary>
    Done = 0,

    /// <summary>The answer is no: a check found something, a promotion was refused, locks differ.</summary>
    No = 1,

    /// <summary>The request makes no sense: usage, an unknown host, a file that cannot be read.</summary>
    BadRequest = 2,

    /// <summary>The world outside failed: network, git, disk.</summary>
    Outside = 3,

    /// <summary>Finished, but not for all hosts, or not for all inputs.</summary>
    Partly = 4,

    /// <summary>It waits for a person, or for a time.</summary>
    Waiting = 5,

    /// <summary>Another hostlock is writing to the fleet, or is switching its machines.</summary>
    Busy = 6,

    /// <summary>A bug in hostlock.</summary>
    Bug = 70,

    /// <summary>A person stopped it: 128 and the number of the signal, as a shell has it.</summary>
    Interrupted = 130,
}
