using System.Text;
using Hostlock.Fleets;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Releases;

/// <summary>The keys by which ssh knows a machine, as a list of those who may sign receipts.</summary>
/// <param name="processes">Runs ssh-keygen.</param>
public sealed class MachineKeys(IProcessRunner processes)
{
    /// <summary>Makes the list out of known_hosts; empty if no key of the machine is known. A key that is revoked there is not in
    /// it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="names">The names that the machine may have there.</param>
    /// <param name="files">The files.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PlatformException">There is no ssh-keygen.</exception>
    public async Task<ReadOnlyMemory<byte>> KnownAsync(
        HostName host, IEnumerable<string> names, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var lines = new List<string[]>();
        foreach (var name in names)
        {
            foreach (var file in files)
            {
                var found = await processes.RunAsync(SshKeygen.FindKnown(name, file), cancellationToken);
                lines.AddRange(
                    found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
                        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
        }
        var revoked = lines.Where(words => words is ["@revoked", _, _, _, ..]).Select(words => words[3]).ToHashSet(StringComparer.Ordinal);
        var known = lines.Where(words => words is [[not '@', ..], _, _, ..] && !revoked.Contains(words[2]));
        return List(host, known.Select(words => words[1..]));
    }

    /// <summary>Makes the list of keys.</summary>
    /// <param name="host">The host.</param>
    /// <param name="keys">The words of each key: its type, its base64, and whatever follows.</param>
    public static ReadOnlyMemory<byte> List(HostName host, IEnumerable<string[]> keys)
    {
        var lines = keys.Where(words => words.Length > 1)
            .Select(words => $"{host} namespaces=\"{Receipt.Namespace}\" {words[0]} {words[1].TrimEnd()}\n").Distinct();
        return Encoding.UTF8.GetBytes(string.Concat(lines));
    }
}
