namespace Hostlock.Platform;

/// <summary>The seam to programs.</summary>
public interface IProcessRunner
{
    /// <summary>Runs a program to its end. How a cancelled one is ended is in the request.</summary>
    /// <exception cref="PlatformException">The program cannot be started, takes too long or says too much.</exception>
    Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a program whose output is read as a stream while it runs, and whose input stays open. The request's input, output and time
    /// limit
    /// are not for such a one.
    /// </summary>
    /// <exception cref="PlatformException">The program cannot be started.</exception>
    IRunningProcess Start(ProcessRequest request);
}

/// <summary>A program that is running. Disposing of it ends it if it still runs, as its request says.</summary>
public interface IRunningProcess : IAsyncDisposable
{
    /// <summary>Its standard input.</summary>
    Stream Input { get; }

    /// <summary>Its standard output.</summary>
    Stream Output { get; }

    /// <summary>Waits for its end; its exit code and what it said on standard error.</summary>
    Task<Finished> WaitAsync(CancellationToken cancellationToken);
}
