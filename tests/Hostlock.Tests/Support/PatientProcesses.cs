using Hostlock.Platform;

namespace Hostlock.Tests.Support;

/// <summary>Real programs without limits of time, because a busy machine can miss any. The limit of the test ends a program that
/// hangs.</summary>
sealed class PatientProcesses : IProcessRunner
{
    readonly ProcessRunner _real = new();

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) =>
        _real.RunAsync(request with { TimeLimit = null }, cancellationToken);

    public IRunningProcess Start(ProcessRequest request) => _real.Start(request);
}
