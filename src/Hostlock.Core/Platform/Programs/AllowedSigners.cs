using System.Text;

namespace Hostlock.Platform.Programs;

/// <summary>Whose signature something has.</summary>
public abstract record SignatureCheck
{
    SignatureCheck()
    {
    }

    /// <summary>The signature counts.</summary>
    /// <param name="By">The name, in the list, of who signed.</param>
    public sealed record Counts(string By) : SignatureCheck;

    /// <summary>The signature does not count: its key is not in the list, is not allowed now or for this purpose, or it is of something
    /// else.</summary>
    /// <param name="Why">The reason, in words.</param>
    public sealed record CountsNot(string Why) : SignatureCheck;
}

/// <summary>A list of who may sign, against which ssh-keygen checks signatures.</summary>
/// <param name="processes">Runs ssh-keygen.</param>
/// <param name="list">The list.</param>
/// <param name="scratch">A folder of ours for the list and the signature while they are checked. It is made if it does not exist.</param>
/// <remarks>ssh-keygen(1), "ALLOWED SIGNERS". git checks as of the date that the signed object states of itself, and so counts what a
/// stolen key signs with an earlier date.</remarks>
public sealed class AllowedSigners(IProcessRunner processes, ReadOnlyMemory<byte> list, string scratch)
{
    /// <summary>The most bytes that a list may have.</summary>
    public const int MaximumBytes = 1024 * 1024;

    // A key may stand in the list under several names.
    const int MostPrincipals = 8;

    /// <summary>Checks a signature.</summary>
    /// <param name="contents">What is said to be signed.</param>
    /// <param name="signature">The signature, as ssh-keygen writes it.</param>
    /// <param name="purpose">What it must have been made for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="asOf">The time at which the key must have been allowed to sign; null for now.</param>
    /// <exception cref="PlatformException">There is no ssh-keygen, or the folder cannot be written to.</exception>
    public async Task<SignatureCheck> CheckAsync(
        ReadOnlyMemory<byte> contents, string signature, string purpose, CancellationToken cancellationToken, DateTimeOffset? asOf = null)
    {
        using var files = new Files(scratch, list, Encoding.UTF8.GetBytes(signature));
        var (listFile, signatureFile) = (files.Paths[0], files.Paths[1]);
        var found = await processes.RunAsync(SshKeygen.FindPrincipals(listFile, signatureFile, asOf), cancellationToken);
        var principals = found.Succeeded ? found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        if (principals.Length == 0)
            return new SignatureCheck.CountsNot("its key is not in the list of who may sign, or no longer");
        foreach (var principal in principals.Take(MostPrincipals))
        {
            var checkedNow = await processes.RunAsync(
                SshKeygen.Verify(listFile, principal, purpose, signatureFile, contents, asOf), cancellationToken);
            if (checkedNow.Succeeded)
                return new SignatureCheck.Counts(principal);
        }
        return new SignatureCheck.CountsNot($"it is of something else, or its key may not sign this ({principals[0]})");
    }

    /// <summary>Finds the key that made a signature of these bytes, whether it is in the list or not; null if the signature is of something
    /// else.</summary>
    /// <param name="contents">What is said to be signed.</param>
    /// <param name="signature">The signature, as ssh-keygen writes it.</param>
    /// <param name="purpose">What it must have been made for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The fingerprint of the key: <c>SHA256:…</c>.</returns>
    /// <exception cref="PlatformException">There is no ssh-keygen, or the folder cannot be written to.</exception>
    public async Task<string?> KeyOfAsync(
        ReadOnlyMemory<byte> contents, string signature, string purpose, CancellationToken cancellationToken)
    {
        using var files = new Files(scratch, Encoding.UTF8.GetBytes(signature));
        var finished = await processes.RunAsync(SshKeygen.CheckAnybodys(purpose, files.Paths[0], contents), cancellationToken);
        return finished.Succeeded
            ? finished.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .FirstOrDefault(word => word.StartsWith("SHA256:", StringComparison.Ordinal))
            : null;
    }

    /// <summary>Files that ssh-keygen reads by their names, and that are gone afterwards.</summary>
    sealed class Files : IDisposable
    {
        public Files(string scratch, params ReadOnlySpan<ReadOnlyMemory<byte>> contents)
        {
            AtomicFile.CreateFolder(scratch);
            Paths = [.. contents.ToArray().Select(_ => AtomicFile.NewName(scratch))];
            AtomicFile.ReplaceAll([.. Paths.Zip(contents.ToArray())], isDurable: false);
        }

        public string[] Paths { get; }

        public void Dispose() => Array.ForEach(Paths, AtomicFile.Delete);
    }
}
