using System.Security.Cryptography;
using System.Text;
using Hostlock.Platform;

namespace Hostlock.Machines;

/// <summary>
/// Keeps texts about machines in the cache, each in one small file. A file that is damaged, foreign or of another version is ignored.
/// Several runs may use the cache at once: files are replaced whole.
/// </summary>
/// <param name="folder">The folder of the cache.</param>
public sealed class MachineCache(string folder)
{
    const string Version = "hostlock machines 1";
    const int MaximumBytes = 128 * 1024 * 1024;

    /// <summary>The text under a key; null if there is none.</summary>
    /// <param name="kind">What the texts are about; also the name of their folder.</param>
    /// <param name="key">The key.</param>
    public string? Find(string kind, string key) =>
        RegularFile.TextIfReadable(PathOf(kind, key), MaximumBytes) is { } text
        && text.Split('\n', 3) is [Version, var sum, var body]
        && sum == Sum(key, body)
            ? body
            : null;

    /// <summary>Keeps a text. If it cannot be written, nothing fails.</summary>
    /// <param name="kind">What the texts are about.</param>
    /// <param name="key">The key.</param>
    /// <param name="body">The text.</param>
    public void Keep(string kind, string key, string body)
    {
        try
        {
            var path = PathOf(kind, key);
            AtomicFile.CreateFolder(Path.GetDirectoryName(path)!);
            AtomicFile.Replace(path, Encoding.UTF8.GetBytes($"{Version}\n{Sum(key, body)}\n{body}"), isDurable: false);
        }
        catch (PlatformException)
        {
            // The next run asks again.
        }
    }

    string PathOf(string kind, string key) => Path.Combine(folder, kind, Hash(key)[..40]);

    // The key is part of the checksum, so that a text in the file of another key is noticed.
    static string Sum(string key, string body) => Hash($"{key}\n{body}");

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
