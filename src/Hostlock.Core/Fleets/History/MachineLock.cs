using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hostlock.Locks;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.History;

/// <summary>
/// Reads the lock that a machine carries, if hostlock.nix stamps its configurations: that of the running system, or of an earlier
/// generation. It is read on this machine, or through the user's own ssh.
/// </summary>
public static class MachineLock
{
    /// <summary>The word for the lock of the system that runs.</summary>
    public const string Running = "running";

    const string Prefix = "generation:";
    const string Stamp = "hostlock/flake.lock";

    // The most bytes that the scripts of a login may print.
    const int MostTalk = 64 * 1024;

    // $1 is a number that nobody could know before, and $2 is the file. The output of login scripts stands outside of both numbers.
    const string Script = """
        printf '%s\n' "$1"
        cat "$2" && printf '%s\n' "$1"

        """;

    /// <summary>True if a word names such a lock: <c>running</c>, <c>generation:12</c>.</summary>
    public static bool Is(string word) => word == Running || word.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads the bytes of the lock.</summary>
    /// <param name="processes">Runs ssh.</param>
    /// <param name="host">The host, and the address of its machine.</param>
    /// <param name="word">The version: <c>running</c> or <c>generation:N</c>.</param>
    /// <param name="machine">The name of this machine.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">The word names no such lock, the machine cannot be reached, or it carries no lock.</exception>
    public static async Task<byte[]> ReadAsync(
        IProcessRunner processes, Host host, string word, string machine, CancellationToken cancellationToken)
    {
        var file = $"{SystemOf(word)}/{Stamp}";
        var address = MachineAddress.Of(host, machine);
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var command = Ssh.Script(address.Target, Script, nonce, file) with
        {
            Output = new ProcessOutput.Bytes(LockFileReader.MaximumBytes + MostTalk),
        };
        var finished = await processes.RunAsync(command, cancellationToken);
        if (Between(finished.OutputBytes.Span, Encoding.ASCII.GetBytes($"{nonce}\n")) is { } bytes)
            return bytes;
        throw finished.Errors.Contains(file, StringComparison.Ordinal)
            ? FleetException.NotStamped(host.Name, word)
            : FleetException.CannotAsk(host.Name, address.ToString(), finished.Errors.Trim(), address.IsNamedByHost);
    }

    // The bytes between two marks; null if one of them is missing.
    static byte[]? Between(ReadOnlySpan<byte> said, ReadOnlySpan<byte> mark)
    {
        var start = said.IndexOf(mark);
        var end = said.LastIndexOf(mark);
        return start < end ? said[(start + mark.Length)..end].ToArray() : null;
    }

    /// <summary>The path of a system on its machine.</summary>
    /// <param name="word">The version: <c>running</c> or <c>generation:N</c>.</param>
    /// <exception cref="FleetException">The word names no generation.</exception>
    public static string SystemOf(string word) =>
        GenerationOf(word) is { } generation
            ? string.Create(CultureInfo.InvariantCulture, $"/nix/var/nix/profiles/system-{generation}-link")
            : "/run/current-system";

    /// <summary>The number of the generation that a word names; null for <c>running</c>.</summary>
    /// <param name="word">The version: <c>running</c> or <c>generation:N</c>.</param>
    /// <exception cref="FleetException">The word names no generation.</exception>
    public static int? GenerationOf(string word)
    {
        if (word == Running)
            return null;
        return int.TryParse(word[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation > 0
            ? generation
            : throw FleetException.NotAGeneration(word);
    }
}
