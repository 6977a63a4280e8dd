namespace Hostlock.Platform;

/// <summary>Runs programs. Tests put a fake in its place.</summary>
public interface IProcessRunner
{
    /// <summary>Runs a program to its end. The request says how a cancelled program is ended.</summary>
    /// <exception cref="PlatformException">The program cannot be started, takes too long or says too much.</exception>
    Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a program whose output is read as a stream while it runs, and whose input stays open. The input, the output and the time
    /// limit of the request are not used.
    /// </summary>
    /// <exception cref="PlatformException">The program cannot be started.</exception>
    IRunningProcess Start(ProcessRequest request);
}

/// <summary>A running program. Disposing of it ends the program if it still runs, as its request says.</summary>
public interface IRunningProcess : IAsyncDisposable
{
    /// <summary>The standard input of the program.</summary>
    Stream Input { get; }

    /// <summary>The standard output of the program.</summary>
    Stream Output { get; }

    /// <summary>Waits for the end of the program, and returns its exit code and its standard error.</summary>
    Task<Finished> WaitAsync(CancellationToken cancellationToken);
}
