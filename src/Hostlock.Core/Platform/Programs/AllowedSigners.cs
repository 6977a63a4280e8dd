using System.Text;

namespace Hostlock.Platform.Programs;

/// <summary>The judgement on a signature.</summary>
public abstract record SignatureCheck
{
    SignatureCheck()
    {
    }

    /// <summary>The signature counts.</summary>
    /// <param name="By">The name of the signer in the list.</param>
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
/// <remarks>ssh-keygen(1), "ALLOWED SIGNERS". git checks as of the date that the signed object states of itself, and so accepts a signature
/// of a stolen key with an earlier date.</remarks>
public sealed class AllowedSigners(IProcessRunner processes, ReadOnlyMemory<byte> list, string scratch)
{
    /// <summary>The most bytes that a list may have.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Checks a signature.</summary>
    /// <param name="contents">The bytes that are said to be signed.</param>
    /// <param name="signature">The signature, as ssh-keygen writes
    /// it.</param>
    /// <param name="purpose">The purpose that the signature must have.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="asOf">The time at which the key must have been allowed to sign; null for now.</param>
    /// <exception cref="PlatformException">There is no ssh-keygen, or the folder cannot be written to.</exception>
    public async Task<SignatureCheck> CheckAsync(
        ReadOnlyMemory<byte> contents, string signature, string purpose, CancellationToken cancellationToken, DateTimeOffset? asOf = null)
    {
        var tried = new List<string>();
        // ssh-keygen names those of the first line that has the key. A key may stand in several, in each for another purpose.
        var rest = list;
        while (await NamesOfKeyAsync(rest, signature, asOf, cancellationToken) is { Length: > 0 } names)
        {
            rest = After(names, rest);
            foreach (var name in names.Except(tried).ToList())
            {
                if (await IsByAsync(name, contents, signature, purpose, asOf, cancellationToken))
                    return new SignatureCheck.Counts(name);
                if (tried.Count == 0 && await KeyOfAsync(contents, signature, purpose, cancellationToken) is null)
                    return new SignatureCheck.CountsNot("it is of something else");
                tried.Add(name);
            }
        }
        return new SignatureCheck.CountsNot(
            tried.Count == 0
                ? "its key is not in the list of who may sign, or no longer"
                : $"its key may not sign this ({string.Join(", ", tried)})");
    }

    async Task<string[]> NamesOfKeyAsync(
        ReadOnlyMemory<byte> lines, string signature, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        using var files = new Files(scratch, lines, Encoding.UTF8.GetBytes(signature));
        var found = await processes.RunAsync(SshKeygen.FindPrincipals(files.Paths[0], files.Paths[1], asOf), cancellationToken);
        return found.Succeeded ? found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    async Task<bool> IsByAsync(
        string name, ReadOnlyMemory<byte> contents, string signature, string purpose, DateTimeOffset? asOf,
        CancellationToken cancellationToken)
    {
        using var files = new Files(scratch, list, Encoding.UTF8.GetBytes(signature));
        var request = SshKeygen.Verify(files.Paths[0], name, purpose, files.Paths[1], contents, asOf);
        return (await processes.RunAsync(request, cancellationToken)).Succeeded;
    }

    // The lines behind the first that begins with these names; none if no line does.
    static ReadOnlyMemory<byte> After(string[] names, ReadOnlyMemory<byte> lines)
    {
        var named = Encoding.UTF8.GetBytes(string.Join(',', names));
        while (lines.Length > 0)
        {
            var end = lines.Span.IndexOf((byte)'\n') is >= 0 and var at ? at + 1 : lines.Length;
            var line = lines.Span[..end].TrimStart(" \t"u8);
            lines = lines[end..];
            if (line.StartsWith(named) && line.Length > named.Length && line[named.Length] is (byte)' ' or (byte)'\t')
                return lines;
        }
        return lines;
    }

    /// <summary>Finds the key that made a signature of these bytes, whether it is in the list or not; null if the signature is of something
    /// else.</summary>
    /// <param name="contents">The bytes that are said to be signed.</param>
    /// <param name="signature">The signature, as ssh-keygen writes it.</param>
    /// <param name="purpose">The purpose that the signature must have.</param>
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
