using System.Globalization;

namespace Hostlock.Platform.Programs;

/// <summary>Builds all requests for ssh-keygen, which signs and verifies. The signed bytes go to its input.</summary>
public static class SshKeygen
{
    const string Name = "ssh-keygen";

    // It asks nobody when it verifies, and reads small files of this machine.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Signs. The passphrase of a key, or a touch of one in hardware, is asked for at the terminal; an agent is asked
    /// first.</summary>
    /// <param name="key">The file of the key, or of its public part if an agent has it.</param>
    /// <param name="purpose">The purpose of the signature, which is its namespace.</param>
    /// <param name="contents">The bytes to sign.</param>
    public static ProcessRequest Sign(string key, string purpose, ReadOnlyMemory<byte> contents) =>
        ProcessRequest.Of(Name, "-Y", "sign", "-n", purpose, "-f", key) with { Input = contents };

    /// <summary>Asks for the names of those who may have made a signature, one on each line.</summary>
    /// <param name="signers">The file of those who may sign, as ssh-keygen(1) describes allowed_signers.</param>
    /// <param name="signature">The file of the signature.</param>
    /// <param name="asOf">The time at which the key must have been allowed; null for now.</param>
    public static ProcessRequest FindPrincipals(string signers, string signature, DateTimeOffset? asOf = null) =>
        ProcessRequest.Of(Name, ["-Y", "find-principals", "-s", signature, "-f", signers, .. At(asOf)]) with { TimeLimit = Patience };

    /// <summary>Verifies a signature.</summary>
    /// <param name="signers">The file of those who may sign.</param>
    /// <param name="principal">The name of the signer, as the signature is said to have it.</param>
    /// <param name="purpose">The purpose that the signature must have, which is its namespace.</param>
    /// <param name="signature">The file of the signature.</param>
    /// <param name="contents">The bytes that were signed.</param>
    /// <param name="asOf">The time at which the key must have been allowed; null for now.</param>
    public static ProcessRequest Verify(
        string signers, string principal, string purpose, string signature, ReadOnlyMemory<byte> contents, DateTimeOffset? asOf = null) =>
        ProcessRequest.Of(Name, ["-Y", "verify", "-f", signers, "-I", principal, "-n", purpose, "-s", signature, .. At(asOf)]) with
        {
            Input = contents,
            TimeLimit = Patience,
        };

    /// <summary>Asks whether a signature is of these bytes, by any key.</summary>
    /// <param name="purpose">The purpose that the signature must have, which is its namespace.</param>
    /// <param name="signature">The file of the signature.</param>
    /// <param name="contents">The bytes.</param>
    public static ProcessRequest CheckAnybodys(string purpose, string signature, ReadOnlyMemory<byte> contents) =>
        ProcessRequest.Of(Name, "-Y", "check-novalidate", "-n", purpose, "-s", signature) with { Input = contents, TimeLimit = Patience };

    static string[] At(DateTimeOffset? asOf) => asOf is { } time
        ? ["-O", string.Create(CultureInfo.InvariantCulture, $"verify-time={time.UtcDateTime:yyyyMMddHHmmss}Z")]
        : [];

    /// <summary>Asks for the keys of a machine, one on each line.</summary>
    /// <param name="machine">The machine, as known_hosts names it.</param>
    /// <param name="file">A file of known_hosts.</param>
    public static ProcessRequest FindKnown(string machine, string file) =>
        ProcessRequest.Of(Name, "-F", machine, "-f", file) with { TimeLimit = Patience };
}
