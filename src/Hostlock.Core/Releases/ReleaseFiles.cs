using System.Text;

namespace Hostlock.Releases;

/// <summary>
/// The files of a release, in a folder, on a server, or in a commit of <c>refs/hostlock/releases</c>: the release, its signature beside it,
/// and the file <c>latest</c> with the number of the newest one. <c>latest</c> is written last.
/// </summary>
public static class ReleaseFiles
{
    /// <summary>The name of the file with the number of the newest release, in digits and with a line feed.</summary>
    public const string Latest = "latest";

    /// <summary>The most bytes that <see cref="Latest"/> may have.</summary>
    public const int MaximumLatest = 32;

    /// <summary>The name of a release: <c>release-42.json</c>.</summary>
    /// <param name="number">Its number.</param>
    public static string NameOf(ReleaseNumber number) => $"release-{number}.json";

    /// <summary>The name of the signature of a release, as ssh-keygen names it: <c>release-42.json.sig</c>.</summary>
    /// <param name="number">The number of the release.</param>
    public static string SignatureOf(ReleaseNumber number) => $"{NameOf(number)}.sig";

    /// <summary>The contents of <see cref="Latest"/>.</summary>
    /// <param name="number">The number of the newest release.</param>
    public static byte[] WriteLatest(ReleaseNumber number) => Encoding.ASCII.GetBytes($"{number}\n");

    /// <summary>Reads <see cref="Latest"/>.</summary>
    /// <param name="bytes">Its contents, which may come from anybody.</param>
    /// <exception cref="ReleaseException">It is no number.</exception>
    public static ReleaseNumber ReadLatest(ReadOnlySpan<byte> bytes) =>
        (bytes.Length <= MaximumLatest ? ReleaseNumber.TryParse(Encoding.Latin1.GetString(bytes).TrimEnd('\n')) : null)
            ?? throw ReleaseException.NoLatest();
}

/// <summary>A release and its signature, as they were found somewhere. Nothing of it is checked yet.</summary>
/// <param name="Bytes">The signed bytes.</param>
/// <param name="Signature">The signature.</param>
public sealed record SignedRelease(ReadOnlyMemory<byte> Bytes, SshSignature Signature)
{
    /// <summary>Takes a release from its files.</summary>
    /// <param name="bytes">The release; null if it is missing.</param>
    /// <param name="signature">The signature in its armour; null if it is missing.</param>
    /// <exception cref="ReleaseException">One of them is missing, or the signature is none.</exception>
    public static SignedRelease Of(byte[]? bytes, byte[]? signature) =>
        bytes is not null && signature is not null && SshSignature.TryReadArmour(Encoding.Latin1.GetString(signature)) is { } read
            ? new(bytes, read)
            : throw ReleaseException.Incomplete();
}
