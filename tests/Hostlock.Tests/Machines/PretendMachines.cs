using System.Collections.Concurrent;
using System.Text;
using Hostlock.Machines;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Machines;

/// <summary>Machines that answer the probe through a pretended ssh, and a pretended nix. git is real.</summary>
sealed class PretendMachines : IProcessRunner
{
    readonly CountingProcesses _real = new();
    readonly Dictionary<string, string> _answers = [];

    /// <summary>The references that nix was asked to evaluate.</summary>
    public ConcurrentQueue<string> Evaluated { get; } = [];

    /// <summary>The answer of nix for a reference.</summary>
    public Func<string, Finished> Nix { get; set; } = _ => new(1, "", "error: nothing to evaluate");

    /// <summary>The number of programs that were started in truth.</summary>
    public int Started => _real.Started.Count;

    /// <summary>Has a machine answer.</summary>
    /// <param name="target">The machine as ssh knows it.</param>
    /// <param name="running">The system that it runs; null if it is no NixOS.</param>
    /// <param name="id">Its machine-id.</param>
    /// <param name="more">Further lines of the answer.</param>
    public PretendMachines Answers(string target, StorePath? running, string id, params IEnumerable<string> more)
    {
        string[] stamp = more.Any(line => line.StartsWith("stamp\t", StringComparison.Ordinal)) ? [] : ["stamp\t-"];
        _answers[target] = string.Concat(
            ((string[])[$"host\t{target}", $"machine\t{id}", "boot\tb", "up\t1", $"running\t{running}", "booted\t", $"next\t{running}"])
            .Concat(stamp).Concat(more).Select(line => $"{line}\n"));
        return this;
    }

    /// <summary>The lines by which a system shows the lock that it was built by.</summary>
    /// <param name="bytes">The lock.</param>
    /// <param name="host">The host that it was built for; null if it does not say.</param>
    /// <param name="isCarried">False if it shows the SHA-256 alone.</param>
    public static IEnumerable<string> Stamped(byte[] bytes, string? host = null, bool isCarried = true)
    {
        yield return $"stamp\t{Stamp.Hash(bytes)}";
        if (isCarried)
            yield return $"lock\t{Convert.ToBase64String(bytes)}";
        if (host is not null)
            yield return $"about\t{Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"host":"{{host}}"}"""))}";
    }

    public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken) => request.Program switch
    {
        "ssh" => Task.FromResult(Answer(request.Arguments[^4], request.Arguments[^1])),
        "nix" => Task.FromResult(Evaluate(request.Arguments[^1])),
        "nix-eval-jobs" => throw PlatformException.NotOnThePath(request.Program),
        _ => _real.RunAsync(request, cancellationToken),
    };

    public IRunningProcess Start(ProcessRequest request) => _real.Start(request);

    Finished Answer(string target, string nonce) => _answers.TryGetValue(target, out var lines)
        ? new(0, $"hostlock-probe\t1 {nonce}\n{lines}hostlock-end\t{nonce}\n", "")
        : new(255, "", $"ssh: connect to host {target} port 22: No route to host");

    Finished Evaluate(string reference)
    {
        Evaluated.Enqueue(reference);
        return Nix(reference);
    }
}
