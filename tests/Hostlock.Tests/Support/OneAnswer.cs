using Hostlock.Platform;

namespace Hostlock.Tests.Support;

/// <summary>Answers whatever is run in one way, and writes down the commands.</summary>
sealed class OneAnswer(Finished answer) : IProcessRunner
{
    public List<string> Asked { get; } = [];

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
    {
        Asked.Add(request.ToString());
        return Task.FromResult(answer);
    }

    public IRunningProcess Start(ProcessRequest request) => throw new NotSupportedException();
}
