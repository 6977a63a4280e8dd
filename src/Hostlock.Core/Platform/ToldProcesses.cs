namespace Hostlock.Platform;

/// <summary>Runs programs, and says so before each of them. Inputs and environments may have secrets, and are not said.</summary>
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
