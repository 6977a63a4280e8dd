using Hostlock.Platform;
using Hostlock.Platform.Programs;
using Hostlock.Rollouts;

namespace Hostlock.Releases;

/// <summary>Signs releases and receipts, by ssh-keygen alone. <see cref="AllowedSigners"/> checks signatures.</summary>
/// <param name="processes">Runs ssh-keygen.</param>
public sealed class SshSignatures(IProcessRunner processes)
{
    /// <summary>Signs bytes.</summary>
    /// <param name="key">The file of the key, or of its public part if an agent has it.</param>
    /// <param name="purpose">The purpose of the signature.</param>
    /// <param name="contents">The bytes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">There is no ssh-keygen, or it does not sign.</exception>
    public async Task<SshSignature> SignAsync(
        string key, string purpose, ReadOnlyMemory<byte> contents, CancellationToken cancellationToken)
    {
        var finished = await processes.RunAsync(SshKeygen.Sign(key, purpose, contents), cancellationToken);
        return finished.Succeeded && SshSignature.TryReadArmour(finished.Output) is { } signature
            ? signature
            : throw ReleaseException.NotSigned(key, Complaint.Of(finished));
    }
}
