namespace Hostlock.Platform;

/// <summary>Runs programs, and announces each of them, without its input and environment, which may have secrets.</summary>
/// <param name="inner">Runs them.</param>
/// <param name="tell">Is told each command, as one would type it.</param>
public sealed class ToldProcesses(IProcessRunner inner, Action<string> tell) : IProcessRunner
{
    /// <inheritdoc/>
    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        tell(request.ToString());
        return inner.RunAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public IRunningProcess Start(ProcessRequest request)
    {
        tell(request.ToString());
        return inner.Start(request);
    }
}
