using System.Security.Cryptography;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Machines.Probing;

/// <summary>A question to a machine.</summary>
/// <param name="Wanted">A system that it may be switched to; null if it is not to be switched.</param>
/// <param name="IsNewConnection">If true, no connection that is open already is used.</param>
public sealed record MachineQuestion(StorePath? Wanted = null, bool IsNewConnection = false);

/// <summary>
/// Asks a machine what it runs: one ssh, or none for this machine, with a script on its input. Nothing is installed or changed there.
/// </summary>
/// <param name="processes">Runs ssh.</param>
public sealed class MachineProbe(IProcessRunner processes)
{
    /// <summary>
    /// The longest time that a machine may take to answer. One that is out of reach takes less, because ssh gives up sooner; the rest is
    /// for a machine that is slow, or for this one if it is busy with many.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The exit code by which ssh says that it could not run anything.</summary>
    const int NotConnected = 255;

    /// <summary>Asks a machine.</summary>
    /// <param name="address">The machine.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="MachineException">The machine cannot be reached, does not answer in time, or answers something else.</exception>
    public async Task<MachineFacts> AskAsync(MachineAddress address, MachineQuestion question, CancellationToken cancellationToken)
    {
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        string[] words = question.Wanted is { } wanted ? [nonce, wanted.ToString()] : [nonce];
        var request = Ssh.Script(address.Target, ProbeScript.Text, words) with
        {
            TimeLimit = Patience,
            Output = new ProcessOutput.Text(MachineAnswer.MaximumBytes),
        };
        if (question.IsNewConnection)
            request = Ssh.OnNewConnection(request);
        Finished finished;
        try
        {
            finished = await processes.RunAsync(request, cancellationToken);
        }
        catch (PlatformException why)
        {
            throw MachineException.CannotAsk(address.Host, address.ToString(), why.Message);
        }
        // A connection that breaks behind a whole answer takes nothing from it.
        if (!finished.Output.Contains(nonce, StringComparison.Ordinal))
        {
            throw finished.ExitCode == NotConnected && !address.IsHere
                ? MachineException.Unreachable(address.Host, address.ToString(), finished.Errors, address.IsNamedByHost)
                : MachineException.NoAnswer(address.Host, finished.Errors);
        }
        return MachineAnswer.Read(address.Host, finished.Output, nonce);
    }
}
