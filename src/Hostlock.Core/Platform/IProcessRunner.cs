namespace Hostlock.Platform;

/// <summary>The seam to programs.</summary>
public interface IProcessRunner
{
    /// <summary>Runs a program to its end and keeps what it says. A cancelled run is killed with all it started.</summary>
    /// <exception cref="PlatformException">The program cannot be started.</exception>
    Task<Finished> RunAsync(Invocation invocation, CancellationToken cancellationToken);

    /// <summary>Starts a program whose output is read as a stream while it runs, and whose input stays open.</summary>
    /// <exception cref="PlatformException">The program cannot be started.</exception>
    IRunningProcess Start(Invocation invocation);
}

/// <summary>A program that is running. Disposing of it kills it if it still runs.</summary>
public interface IRunningProcess : IAsyncDisposable
{
    Stream Input { get; }

    Stream Output { get; }

    /// <summary>Waits for its end; its exit code and what it said on standard error.</summary>
    Task<Finished> WaitAsync(CancellationToken cancellationToken);
}
