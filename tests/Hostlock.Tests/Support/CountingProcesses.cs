using System.Collections.Concurrent;
using Hostlock.Platform;

namespace Hostlock.Tests.Support;

/// <summary>Real programs, with a list of what was started.</summary>
sealed class CountingProcesses : IProcessRunner
{
    readonly PatientProcesses _real = new();

    public ConcurrentQueue<ProcessRequest> Started { get; } = [];

    /// <summary>The commands of git that were started: <c>cat-file</c>, <c>fetch</c>, …</summary>
    public IReadOnlyList<string> GitCommands =>
        [
            .. Started.Select(
                one => one.Arguments.SkipWhile(word => word.StartsWith('-') || word.Contains('=', StringComparison.Ordinal)).First()),
        ];

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        Started.Enqueue(request);
        return _real.RunAsync(request, cancellationToken);
    }

    public IRunningProcess Start(ProcessRequest request)
    {
        Started.Enqueue(request);
        return _real.Start(request);
    }
}
