using System.Collections.Concurrent;
using Hostlock.Platform;

namespace Hostlock.Tests.Support;

/// <summary>Real programs, with a list of what was started.</summary>
sealed class CountingProcesses : IProcessRunner
{
    readonly ProcessRunner _real = new();

    public ConcurrentQueue<Invocation> Started { get; } = [];

    /// <summary>The commands of git that were started: <c>cat-file</c>, <c>fetch</c>, …</summary>
    public IReadOnlyList<string> GitCommands => [.. Started.Select(one => one.Arguments.SkipWhile(word => word.StartsWith('-') || word.Contains('=', StringComparison.Ordinal)).First())];

    public Task<Finished> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        Started.Enqueue(invocation);
        return _real.RunAsync(invocation, cancellationToken);
    }

    public IRunningProcess Start(Invocation invocation)
    {
        Started.Enqueue(invocation);
        return _real.Start(invocation);
    }
}
